"""The port map and the history, and what is done from there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.pilot import Pilot
from textual.widgets import Input

from manager.model.ports import PortRange
from tui.app import PmapApp
from tui.presentation.cells import line_width, plain
from tui.presentation.entry import Entry
from tui.presentation.glyphs import ASCII, UNICODE
from tui.presentation.journal import entry_line, entry_lines, turned_round
from tui.presentation.portmap import (
    Hold,
    Zoom,
    cell_lines,
    free_in,
    hold_of,
    holds,
    legend,
    map_rows,
    whole,
    zoomed,
)
from tui.screens.change import ChangeForm
from tui.screens.portmap import PortMap
from tui.widgets.lines import Lines

Until = Callable[[Pilot[int], Callable[[], object]], Awaitable[None]]
CLIENTS = PortRange(32768, 60999)


@given(st.integers(8, 300), st.integers(1, 100))
def test_the_whole_range_is_on_the_map(columns: int, rows: int) -> None:
    zoom = whole(columns, rows)
    assert zoom.columns <= columns
    assert zoom.rows == rows
    last = zoom.ports(zoom.cell(65535))
    assert last is not None
    assert 65535 in last
    assert zoom.ports(0) == PortRange(0, zoom.per - 1)


@given(st.integers(0, 65535), st.integers(8, 200), st.integers(2, 60))
def test_zooming_keeps_the_port_in_sight(port: int, columns: int, rows: int) -> None:
    zoom = whole(columns, rows)
    for factor in (4, 4, 4, -4, 4, 4, 4, 4, -4, -4, -4, -4, -4, -4):
        zoom = zoomed(zoom, port, factor)
        ports = zoom.ports(zoom.cell(port))
        assert ports is not None
        assert port in ports
    assert zoom == whole(columns, rows)


def test_a_cell_shows_the_loudest_that_it_holds(shop: tuple[Entry, ...]) -> None:
    held = holds(shop)
    assert hold_of(held[8080]) is Hold.LOOPBACK
    assert hold_of(held[5432]) is Hold.EXPOSED
    assert hold_of(held[2525]) is Hold.ADDRESS
    assert hold_of(held[9999]) is Hold.RESERVED
    assert hold_of(()) is Hold.FREE
    rows = map_rows(held, Zoom(0, 100, 66, 10), CLIENTS, UNICODE)
    assert rows[0][54].text == UNICODE.alarm
    assert rows[1][14].text == UNICODE.yes
    assert rows[9][60].text == UNICODE.unknown
    assert rows[7][0].text == UNICODE.shade
    for row in map_rows(held, whole(60, 20), CLIENTS, ASCII):
        assert all(span.text.isascii() for span in row)


def test_the_cell_under_the_cursor_is_told(shop: tuple[Entry, ...]) -> None:
    held = holds(shop)
    lines = [plain(line) for line in cell_lines(PortRange(8080, 8089), held, CLIENTS, UNICODE)]
    assert lines == [" ports 8080-8089  user ports", " 127.0.0.1:8080 → 80/tcp  web"]
    free = [plain(x) for x in cell_lines(PortRange(40000, 40000), held, CLIENTS, UNICODE)]
    assert free[0] == " port 40000  user port, given to clients by this host"
    assert "free" in free[1]
    assert free_in(PortRange(8080, 8081), held) == 8081
    assert free_in(PortRange(8080, 8080), held) is None
    assert free_in(PortRange(0, 5), held) == 1, "port 0 is none"
    assert "32768-60999" in plain(legend(CLIENTS, 120, UNICODE))
    for columns in (40, 60, 80, 100, 120, 200):
        words = legend(CLIENTS, columns, UNICODE)
        assert line_width(words) < columns
        assert columns < 70 or "49152 on: dynamic" in plain(words)


@pytest.fixture
async def home(app: PmapApp, until: Until) -> Any:
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.entries and app.link.connected)
        yield pilot


async def test_publish_on_the_port_under_the_cursor(
    app: PmapApp, home: Pilot[int], until: Until
) -> None:
    await home.press("2", "n", "n", "right", "plus", "plus", "plus", "left")
    assert isinstance(app.screen, PortMap)
    port = app.screen.free_port
    await home.press("p")
    assert isinstance(app.screen, ChangeForm)
    assert app.screen.query_one("#port Input", Input).value == str(port)
    app.screen.query_one("#container Input", Input).value = "shop-redis-1"
    await until(home, lambda: isinstance(app.screen, ChangeForm) and app.screen.plans)


async def test_the_map_names_what_is_under_the_cursor(app: PmapApp, home: Pilot[int]) -> None:
    await home.press("2", "home", "n")
    told = "\n".join(plain(x) for x in app.screen.query_one("#under", Lines).lines)
    assert "sshd" in told
    await home.press("j", "k", "pagedown", "pageup", "home", "end")
    assert isinstance(app.screen, PortMap)
    ports = app.screen.mover.ports
    assert ports is not None
    assert 65535 in ports
    await home.click("#map", offset=(7, 0), times=2)
    assert app.screen.mover.ports is not None
    assert 0 in app.screen.mover.ports


async def test_a_change_stands_in_the_history_and_can_be_turned_round(
    app: PmapApp, home: Pilot[int], until: Until
) -> None:
    def listed() -> str:
        return "\n".join(plain(x) for x in app.screen.query_one("#detail", Lines).lines)

    await home.press("4")
    assert "Nothing was changed here yet" in listed()
    await home.press("1", "slash", *"shop-api", "enter", "p", *"62893")
    await until(home, lambda: isinstance(app.screen, ChangeForm) and app.screen.plans)
    await home.press("enter")
    await until(home, lambda: isinstance(app.screen, ChangeForm) and not app.screen.running)
    await home.press("escape", "4")
    assert "+ 127.0.0.1:62893 → 3000/tcp" in listed()
    await home.press("enter")
    await until(home, lambda: isinstance(app.screen, ChangeForm) and app.screen.plans)
    await home.press("enter")
    await until(home, lambda: isinstance(app.screen, ChangeForm) and not app.screen.running)
    await home.press("escape")
    await until(home, lambda: "- 127.0.0.1:62893 → 3000/tcp" in listed())


ENTRY = {
    "id": "a1b2",
    "ended": None,
    "status": "applied",
    "kind": "publish",
    "container": "web\x1b[31m",
    "before": ["|8080|80/tcp"],
    "after": ["|8080|80/tcp", "::1|9000|80/tcp"],
    "reason": "because",
    "with": ["proxy"],
    "file": "compose.yaml",
}


def test_an_entry_is_told_harmlessly() -> None:
    line = entry_line(ENTRY, 100, (), UNICODE)
    assert "publish" in plain(line)
    assert "+[::1]:9000" in plain(line)
    assert "\x1b" not in plain(line)
    assert "turned round since" in plain(entry_line(ENTRY, 200, {"a1b2"}, UNICODE))
    told = [plain(x) for x in entry_lines(ENTRY, 80, UNICODE)]
    assert told[1:] == [
        "  *:8080 → 80/tcp",
        "+ [::1]:9000 → 80/tcp",
        "Because  because",
        "File     compose.yaml",
        "With     proxy",
    ]
    assert all(line_width(entry_line(ENTRY, c, (), UNICODE)) <= c for c in (20, 60, 120))


def test_what_was_turned_round_is_known() -> None:
    undo = {"id": "c", "kind": "restore", "status": "applied", "request": {"of": "a1b2"}}
    failed = {"id": "d", "kind": "restore", "status": "rolled-back", "request": {"of": "x"}}
    assert turned_round([undo, failed, ENTRY]) == {"a1b2"}
