"""Which engine: a context that is not there, and another one chosen while the screen is open."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot

from manager.cli.commands import tui
from manager.errors import InvalidInput
from tui.app import PmapApp
from tui.presentation.cells import plain
from tui.presentation.glyphs import UNICODE
from tui.presentation.summary import Link, trouble_lines
from tui.screens.chooser import Chooser
from tui.widgets.lines import Lines

Until = Callable[[Pilot[int], Callable[[], object]], Awaitable[None]]


@pytest.fixture
def no_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """An environment whose default context leads nowhere; its address."""
    host = f"unix://{tmp_path}/none.sock"
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    monkeypatch.setenv("DOCKER_HOST", host)
    monkeypatch.chdir(tmp_path)
    return host


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"context": "nope"}, "there is no docker context 'nope'"),
        ({"engine_url": "foo://x"}, "pmap does not speak foo://"),
    ],
)
def test_an_engine_that_nobody_can_name_opens_no_screen(
    no_engine: str, monkeypatch: pytest.MonkeyPatch, options: dict[str, str], said: str
) -> None:
    for stream in (sys.stdin, sys.stdout):
        monkeypatch.setattr(stream, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("tui.app.run", lambda open_manager: pytest.fail("the screen was opened"))
    args = argparse.Namespace(context=None, engine_url=None, demo=False)
    vars(args).update(options)
    with pytest.raises(InvalidInput) as refused:
        tui.run(args)
    assert said in refused.value.message
    assert refused.value.hint


def test_what_is_no_engines_fault_is_said_so() -> None:
    link = Link(opening=False, problem="config.toml: not TOML", wrong=True)
    said = "\n".join(plain(line) for line in trouble_lines(link, 80, UNICODE))
    assert "before this is put right; q leaves" in said
    assert "No engine answers" not in said


async def test_another_context_is_chosen_from_the_palette(
    app: PmapApp, until: Until, no_engine: str
) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.entries and app.link.connected)
        await pilot.press("colon")
        await until(pilot, lambda: app.screen is not app.ports)
        await pilot.press(*"context")
        await pilot.pause(0.5)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, Chooser))
        await pilot.press("enter")
        await until(pilot, lambda: app.link.problem)
        top = "".join(plain(x) for x in app.screen.query_one("#top", Lines).lines)
        assert "no engine" in top
        assert no_engine.removeprefix("unix://") in app.link.problem
        assert not any(entry.row.container for entry in app.entries)
