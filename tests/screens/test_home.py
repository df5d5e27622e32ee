"""The home screen, driven by keys and mouse on the demo's host."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from manager.errors import EngineUnavailable
from manager.interfaces import Engine
from manager.service import PortManager
from tui.app import PmapApp
from tui.presentation.cells import plain
from tui.screens.change import ChangeForm
from tui.screens.reader import Reader
from tui.theme import THEMES
from tui.widgets.detail import Detail
from tui.widgets.lines import Lines

Until = Callable[[Pilot[int], Callable[[], object]], Awaitable[None]]


def said(app: PmapApp, name: str) -> str:
    """What one of the lines of the home screen says."""
    return "\n".join(plain(line) for line in app.ports.query_one(f"#{name}", Lines).lines)


def selected(app: PmapApp) -> tuple[str, ...]:
    assert app.ports.selected is not None
    return app.ports.selected.identity


def owners(app: PmapApp) -> list[str]:
    return [entry.owner for entry in app.ports.table.rows]


@pytest.fixture
async def home(app: PmapApp, until: Until) -> Any:
    """The pilot of a home screen that knows its host."""
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.entries)
        yield pilot


async def test_the_first_frame_waits_for_nothing(manager: PortManager, until: Until) -> None:
    import threading

    held = threading.Event()

    def open_manager() -> PortManager:
        held.wait(10)
        return manager

    app = PmapApp(open_manager)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "looking for an engine" in said(app, "top")
        await pilot.press("slash", "x", "escape", "p")
        held.set()
        await until(pilot, lambda: app.entries)
        assert "docker" in said(app, "top")


async def test_the_header_counts(home: Pilot[int], app: PmapApp) -> None:
    counts = said(app, "counts")
    exposed = sum(entry.exposed for entry in app.entries)
    assert f"{exposed} exposed" in counts
    assert "2 conflicts" in counts


async def test_the_cursor_moves_by_the_usual_keys(home: Pilot[int], app: PmapApp) -> None:
    rows = app.ports.table.rows
    for key, index in (("j", 1), ("down", 2), ("k", 1), ("up", 0), ("up", 0), ("G", -1)):
        await home.press(key)
        assert selected(app) == rows[index].identity, key
    await home.press("g")
    assert selected(app) == rows[0].identity
    await home.press("pagedown")
    assert selected(app) == rows[-1].identity
    await home.press("pageup")
    assert selected(app) == rows[0].identity


async def test_filter_narrows_while_typing(home: Pilot[int], app: PmapApp) -> None:
    await home.press("slash", *"project:shop exposed")
    assert owners(app) == ["shop-web-1"]
    assert "1 of" in said(app, "counts")
    await home.press("enter")
    assert app.focused is app.ports.table
    assert app.ports.band.opened
    await home.press("escape")
    assert len(app.ports.table.rows) == len(app.entries)
    assert not app.ports.band.opened


async def test_escape_in_the_filter_shows_everything_again(home: Pilot[int], app: PmapApp) -> None:
    await home.press("slash", *"nothing-like-it")
    assert owners(app) == []
    assert app.ports.selected is None
    await home.press("escape")
    assert len(app.ports.table.rows) == len(app.entries)


async def test_the_filter_completes(home: Pilot[int], app: PmapApp) -> None:
    await home.press("slash", *"project:sh")
    await home.pause()
    await home.press("right")
    assert app.ports.query_one("#needle", Input).value == "project:shop"


async def test_counts_filter_by_a_click(home: Pilot[int], app: PmapApp) -> None:
    for wanted in ("conflict", ""):
        column = said(app, "counts").index("conflict")
        await home.click("#counts", offset=(column, 0))
        assert app.ports.view.filter == wanted


async def test_the_filter_moves_nothing_when_it_comes_and_goes(
    home: Pilot[int], app: PmapApp
) -> None:
    table, total = app.ports.table, len(app.entries)
    place = table.region
    await home.press("slash")
    assert app.ports.band.needle.region.y == app.ports.query_one("#counts").region.y
    assert (table.region, said(app, "counts").split()[:3]) == (
        place,
        [str(total), "of", str(total)],
    )
    assert "▲ 2 conflicts" in said(app, "counts"), "the alarms are seen beside it"
    await home.press(*"zz")
    assert said(app, "counts").split()[:3] == ["0", "of", str(total)]
    await home.press("escape")
    assert (table.region, "published" in said(app, "counts")) == (place, True)


@pytest.mark.parametrize(("columns", "alarms"), [(40, False), (60, False), (80, True)])
async def test_a_filter_has_room_before_the_alarms(
    app: PmapApp, until: Until, columns: int, alarms: bool
) -> None:
    async with app.run_test(size=(columns, 24)) as pilot:
        await until(pilot, lambda: app.entries)
        await pilot.press("slash", *"exposed")
        await pilot.pause()
        assert ("conflicts" in said(app, "counts")) is alarms
        assert app.ports.band.needle.size.width >= 20
        assert app.ports.band.needle.region.right <= said(app, "counts").index(" of ")


async def test_the_cursor_stays_on_its_row_through_updates(
    home: Pilot[int], app: PmapApp, manager: PortManager, until: Until
) -> None:
    await home.press("slash", *"postgres", "enter", "escape", "G", "k")
    chosen = app.ports.selected
    assert chosen is not None
    assert manager.engine is not None
    first = next(c for c in app.snapshot.containers if c.name == "blog-wordpress-1")
    before = len(app.entries)
    manager.engine.remove(first.id, force=True)
    await until(home, lambda: len(app.entries) < before)
    assert selected(app) == chosen.identity


async def test_a_container_started_elsewhere_appears(
    home: Pilot[int], app: PmapApp, manager: PortManager, until: Until
) -> None:
    engine: Engine | None = manager.engine
    assert engine is not None
    shop = next(c for c in app.snapshot.containers if c.name == "shop-db-1")
    engine.stop(shop.id, timeout=1)
    await until(home, lambda: "shop-db-1" in {
        e.owner for e in app.ports.table.rows if e.row.bound is False
    })  # fmt: skip


async def test_views_are_switched_by_keys(home: Pilot[int], app: PmapApp) -> None:
    total = len(app.ports.table.rows)
    await home.press("a")
    without_stopped = len(app.ports.table.rows)
    assert without_stopped < total
    await home.press("h")
    assert len(app.ports.table.rows) < without_stopped
    await home.press("a", "h", "b")
    assert not app.ports.view.grouped
    await home.press("slash", *"-bare", "enter")
    ports = [entry.host_port for entry in app.ports.table.rows]
    assert ports == sorted(ports)
    await home.press("R")
    assert [e.host_port for e in app.ports.table.rows] == sorted(ports, reverse=True)
    await home.press("greater_than_sign")
    assert app.ports.view.sort.value == "container port"
    await home.press("less_than_sign", "less_than_sign")
    assert app.ports.view.sort.value == "who"


async def test_marks_are_set_and_cleared(home: Pilot[int], app: PmapApp) -> None:
    await home.press("space", "space")
    assert len(app.ports.table.marked) == 2
    assert "2 marked" in said(app, "counts")
    await home.press("escape")
    assert not app.ports.table.marked


async def test_trouble_goes_round(home: Pilot[int], app: PmapApp) -> None:
    seen = set()
    for _ in range(len(app.entries)):
        await home.press("n")
        seen.add(selected(app))
    troubled = {e.identity for e in app.entries if e.conflicts or (e.exposed and e.row.container)}
    assert seen == troubled


async def test_the_mouse_selects_sorts_and_opens(home: Pilot[int], app: PmapApp) -> None:
    await home.click("#table", offset=(20, 6))
    assert selected(app) == app.ports.table.rows[3].identity
    await home.click("#table", offset=(4, 0))
    assert app.ports.view.descending
    await home.click("#table", offset=(20, 2), times=2)
    assert isinstance(app.screen, Reader)


async def test_the_story_and_the_help_open_and_close(home: Pilot[int], app: PmapApp) -> None:
    for key in ("enter", "question_mark"):
        await home.press(key)
        assert isinstance(app.screen, Reader)
        await home.press("j", "k", "pagedown", "escape")
        assert not isinstance(app.screen, Reader)


async def test_changes_that_make_no_sense_say_why(home: Pilot[int], app: PmapApp) -> None:
    await home.press("G", "u")
    assert app.screen is app.ports
    assert any("no container" in n.message for n in app._notifications)


async def test_the_footer_dims_what_cannot_be_done(home: Pilot[int], app: PmapApp) -> None:
    await home.press("G")
    assert set(app.ports.idle()) == {"move", "loopback", "unpublish"}


async def test_the_theme_goes_round(home: Pilot[int], app: PmapApp) -> None:
    names = []
    for _ in THEMES:
        names.append(app.theme)
        await home.press("T")
    assert names == [theme.name for theme in THEMES]
    assert app.theme == names[0]


async def test_an_engine_that_goes_leaves_what_was_known(
    home: Pilot[int], app: PmapApp, manager: PortManager, until: Until
) -> None:
    from manager.engine.memory import MemoryEngine
    from manager.engine.memory_admin import start_daemon, stop_daemon

    known = len(app.entries)
    assert isinstance(manager.engine, MemoryEngine)
    stop_daemon(manager.engine.store)
    await until(home, lambda: app.link.stale)
    assert "went away" in said(app, "trouble")
    assert "gone" in said(app, "top")
    assert len(app.ports.table.rows) == known
    await home.press("j", "slash", "x", "escape")
    start_daemon(manager.engine.store)
    await home.press("r")
    await until(home, lambda: app.link.connected)
    assert said(app, "trouble") == ""


async def test_without_an_engine_the_host_is_shown(
    manager: PortManager, until: Until, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "compose.yaml").write_text(
        "name: here\nservices:\n  web:\n    image: nginx\n    ports: ['127.0.0.1:62893:80']\n"
    )
    missing = EngineUnavailable(
        "no engine answers at unix:///run/docker.sock", hint="sudo systemctl start docker"
    )
    none = PortManager(None, manager.host, manager.journal, manager.files, manager.clock,
                       unavailable=missing)  # fmt: skip
    managers = [none, manager]
    app = PmapApp(lambda: managers.pop(0))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.link.problem)
        assert "no engine" in said(app, "top")
        assert "sudo systemctl start docker" in said(app, "trouble")
        assert "sshd 812" in owners(app)
        written = next(e for e in app.entries if e.owner == "web")
        assert (written.project, written.address, written.port) == ("here", "127.0.0.1", "62893")
        await pilot.press("p")
        assert app.screen is app.ports
        await pilot.press("r")
        await until(pilot, lambda: app.link.connected)
        assert said(app, "trouble") == ""
        assert any(entry.row.container for entry in app.entries)


async def test_quitting_ends_it(home: Pilot[int], app: PmapApp) -> None:
    await home.press("q")
    await home.pause()
    assert app.return_code == 0


@pytest.mark.parametrize("size", [(20, 6), (40, 12), (60, 20), (200, 60)])
async def test_any_size_is_drawn(app: PmapApp, until: Until, size: tuple[int, int]) -> None:
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: app.entries)
        await pilot.resize_terminal(100, 30)
        await pilot.pause()
        await pilot.resize_terminal(*size)
        await pilot.press("j", "p")
        await pilot.pause()
        assert isinstance(app.screen, ChangeForm)


async def test_the_detail_follows_the_cursor(home: Pilot[int], app: PmapApp) -> None:
    detail = app.ports.query_one(Detail)
    first = str(detail.render())
    await home.press("j")
    assert str(detail.render()) != first


async def test_the_wheel_scrolls_the_table(app: PmapApp, until: Until) -> None:
    from textual import events

    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.entries and app.link.connected)
        table = app.ports.table
        where = {"x": 5, "y": 5, "delta_x": 0, "delta_y": 1, "button": 0}
        keys = {"shift": False, "meta": False, "ctrl": False}
        for _ in range(3):
            table.post_message(events.MouseScrollDown(table, **where, **keys))
        await until(pilot, lambda: table.scroll_offset.y == 6)
        await until(pilot, lambda: app.asking.pending is None)
        before, scrolled = app.snapshot, table.scroll_offset.y
        app.feed.refresh()
        await until(pilot, lambda: app.snapshot is not before)
        assert table.scroll_offset.y == scrolled, "what comes and goes does not scroll it back"
        await pilot.press("down")
        await until(pilot, lambda: table.scroll_offset.y < scrolled)
