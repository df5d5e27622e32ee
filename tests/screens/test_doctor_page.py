"""The doctor's page, and going to another context."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot

from manager.bootstrap import build
from tui.app import PmapApp
from tui.contexts import connect
from tui.presentation.cells import plain
from tui.screens.chooser import Chooser
from tui.screens.doctor import Doctor
from tui.widgets.lines import Lines

Until = Callable[[Pilot[int], Callable[[], object]], Awaitable[None]]


def said(app: PmapApp, name: str) -> str:
    return "\n".join(plain(line) for line in app.page.query_one(f"#{name}", Lines).lines)


async def test_the_checks_fill_in(app: PmapApp, until: Until) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.entries and app.link.connected)
        await pilot.press("5")
        page = app.page
        assert isinstance(page, Doctor)
        await until(pilot, lambda: page.results and not page.running)
        assert "to mind" in said(app, "note")
        worst = next(i for i, r in enumerate(page.results) if r.status.value == "fail")
        page.mover.go(worst)
        await pilot.pause()
        assert "Fix" in said(app, "detail")
        before = page.results
        await pilot.press("c")
        await until(pilot, lambda: page.results is not before and not page.running)


async def test_another_context_is_chosen_from_a_list(
    app: PmapApp, until: Until, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.entries and app.link.connected)
        await pilot.press("C")
        assert isinstance(app.screen, Chooser)
        await pilot.press("escape")
        assert not isinstance(app.screen, Chooser)


async def test_another_engine_takes_the_place_of_this_one(app: PmapApp, until: Until) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.entries and app.link.connected)
        other = build(demo=True)
        assert other.engine is not None
        for container in other.snapshot().containers[:3]:
            other.engine.remove(container.id, force=True)
        known, first = len(app.entries), app.manager
        connect(app, lambda: other)
        assert app.entries == ()
        await until(pilot, lambda: app.entries and app.link.connected)
        assert app.manager is other
        assert app.manager is not first
        assert len(app.entries) < known


async def test_no_engine_is_left_while_a_change_is_made(app: PmapApp, until: Until) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.entries and app.link.connected)
        app.changing = True
        connect(app, lambda: build(demo=True))
        assert app.entries
