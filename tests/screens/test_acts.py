"""Copy, open, try, logs, stop and start."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from textual.pilot import Pilot

from manager.model.snapshot import EngineInfo
from manager.service import PortManager
from tui.app import PmapApp
from tui.presentation.cells import plain
from tui.presentation.copies import copies, place_of, url_of
from tui.presentation.entry import Entry
from tui.presentation.state import state_of
from tui.screens.chooser import Chooser
from tui.screens.reader import Reader
from tui.widgets.lines import Lines

Until = Callable[[Pilot[int], Callable[[], object]], Awaitable[None]]
HERE = EngineInfo("unix:///var/run/docker.sock", "28.5")
REMOTE = replace(HERE, host="ssh://ada@build.example:22", local=False)


def named(shop: tuple[Entry, ...], name: str) -> Entry:
    return next(entry for entry in shop if entry.owner == name)


@pytest.mark.parametrize(
    ("name", "engine", "place", "url"),
    [
        ("web", HERE, "127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("db", HERE, "127.0.0.1:5432", "postgresql://127.0.0.1:5432"),
        ("mail", HERE, "192.168.1.5:2525", "smtp://192.168.1.5:2525"),
        ("db", REMOTE, "build.example:5432", "postgresql://build.example:5432"),
        ("web", None, "127.0.0.1:8080", "http://127.0.0.1:8080"),
    ],
)
def test_where_to_connect(
    shop: tuple[Entry, ...], name: str, engine: EngineInfo | None, place: str, url: str
) -> None:
    assert place_of(named(shop, name), engine) == place
    assert url_of(named(shop, name), engine) == url


def test_everything_that_can_be_copied(shop: tuple[Entry, ...]) -> None:
    found = {one.label: one.text for one in copies(named(shop, "db"), HERE)}
    assert found["pmap command"] == "pmap publish db 0.0.0.0:5432:5432 --expose"
    assert found["docker command"] == "docker run -d -p 0.0.0.0:5432:5432 postgres:16"
    assert found["container"] == "db"
    udp = {one.label: one.text for one in copies(named(shop, "dns"), HERE)}
    assert udp["docker command"] == "docker run -d -p 127.0.0.1:5353:53/udp nginx:1"
    assert "connection" not in udp


@pytest.fixture
async def home(app: PmapApp, until: Until) -> Any:
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.entries and app.link.connected)
        app.ports.set_filter("container:shop-api")
        await pilot.pause()
        yield pilot


async def test_copy_goes_through_the_terminal(app: PmapApp, home: Pilot[int]) -> None:
    await home.press("y")
    assert app.clipboard == "127.0.0.1:3001"


async def test_copy_other_offers_a_list(app: PmapApp, home: Pilot[int]) -> None:
    await home.press("Y")
    assert isinstance(app.screen, Chooser)
    await home.press("j", "j", "enter")
    await home.pause()
    assert app.clipboard == "pmap publish shop-api-1 127.0.0.1:3001:3000"
    await home.press("Y", "escape")
    assert not isinstance(app.screen, Chooser)


async def test_without_a_browser_the_url_is_copied(
    app: PmapApp, home: Pilot[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    await home.press("o")
    assert app.clipboard == "http://127.0.0.1:3001"


async def test_trying_asks_at_once(app: PmapApp, home: Pilot[int], until: Until) -> None:
    await until(home, lambda: app.ports.selected and app.ports.selected.asked)
    first = app.ports.selected and app.ports.selected.asked
    await home.press("t")
    await until(home, lambda: app.ports.selected and app.ports.selected.asked is not first)
    assert app.ports.selected is not None
    assert state_of(app.ports.selected).word == "answers"
    app.feed.refresh()
    before = app.snapshot
    await until(home, lambda: app.snapshot is not before)
    assert app.ports.selected.answer is not None


async def test_what_cannot_be_tried_says_so(app: PmapApp, home: Pilot[int]) -> None:
    app.ports.set_filter("container:web bare")
    await home.press("t")
    assert any("holds no port" in notice.message for notice in app._notifications)


async def test_the_log_is_read_in_a_box(app: PmapApp, home: Pilot[int], until: Until) -> None:
    await home.press("L")
    await until(home, lambda: isinstance(app.screen, Reader))
    assert app.screen.query_one("#told", Lines).lines


async def test_stop_and_start_are_asked_first(
    app: PmapApp, home: Pilot[int], until: Until, manager: PortManager
) -> None:
    def running() -> bool:
        return manager.snapshot().container("shop-api-1").running

    await home.press("x", "enter")
    assert running()
    await home.press("x", "down", "enter")
    await until(home, lambda: not running())
    await until(home, lambda: app.ports.selected and app.ports.selected.row.bound is False)
    await home.press("x", "down", "enter")
    await until(home, running)


async def test_processes_have_no_log_and_are_not_stopped(app: PmapApp, home: Pilot[int]) -> None:
    app.ports.set_filter("sshd")
    await home.press("L", "x")
    assert app.screen is app.page
    said = [notice.message for notice in app._notifications]
    assert any("no log" in text for text in said)
    assert any("no container" in text for text in said)


def test_log_lines_are_harmless() -> None:
    from tui.presentation.cells import text_lines

    told = [plain(line) for line in text_lines(["\x1b[2Jgone", "a\tb"], 40)]
    assert told == ["\\x1b[2Jgone", "a       b"]
