"""Opening the screen: which terminals, which colours, and names that try to break it."""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from textual.pilot import Pilot

from manager.errors import InvalidInput
from manager.host.memory import MemoryHost
from manager.model.cause import Cause, Why
from manager.model.container import Container
from manager.model.ports import Port, parse_ip
from manager.model.probing import ProbeResult, Target
from manager.model.rows import PortRow
from manager.model.snapshot import Snapshot
from manager.model.truth import RowTruth
from manager.model.verdict import Verdict
from manager.service import PortManager
from tui.app import PmapApp, _ascii_terminal, run
from tui.screens.change import ChangeForm
from tui.theme import TERMINAL

Until = Callable[[Pilot[int], Callable[[], object]], Awaitable[None]]
EVIL = "\x1b]0;owned\x07[bold red]x[/][@click=app.quit]q[/]\u202e"


@pytest.mark.parametrize("term", ["dumb", ""])
def test_a_dumb_terminal_gets_a_word_and_no_screen(
    manager: PortManager, monkeypatch: pytest.MonkeyPatch, term: str
) -> None:
    monkeypatch.setenv("TERM", term)
    with pytest.raises(InvalidInput) as refused:
        run(lambda: manager)
    assert "pmap ls" in refused.value.hint


async def test_without_colour_nothing_is_said_by_colour_alone(
    manager: PortManager, monkeypatch: pytest.MonkeyPatch, until: Until
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = PmapApp(lambda: manager)
    assert app.theme == TERMINAL.name
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.entries)
        for y in range(app.ports.table.size.height):
            strip = app.ports.table.render_line(y)
            strip = strip.apply_filter(app._filters[-1], app.screen.styles.background)
            for _, style, _ in strip:
                assert style is None or style.color is None or style.color.is_default
        text = "\n".join(app.ports.table.render_line(y).text for y in range(30))
        assert "all networks" in text
        assert "conflict" in text


@pytest.mark.parametrize(
    ("environment", "ascii_only"),
    [
        ({"LANG": "C"}, True),
        ({"LANG": "de_DE.UTF-8"}, False),
        ({"LC_ALL": "POSIX", "LANG": "de_DE.UTF-8"}, True),
        ({"LANG": "de_DE.UTF-8", "PMAP_ASCII": "1"}, True),
        ({}, False),
    ],
)
def test_signs_are_what_the_locale_can_show(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], ascii_only: bool
) -> None:
    for name in ("LC_ALL", "LC_CTYPE", "LANG", "PMAP_ASCII"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert _ascii_terminal() is ascii_only


@dataclass
class Still:
    """A core whose snapshot stands still."""

    taken: Snapshot
    engine: str = "engine"
    unavailable: None = None
    settings: None = None
    host: MemoryHost = field(default_factory=MemoryHost)

    def snapshot(self) -> Snapshot:
        return self.taken

    def events(self, stop: threading.Event) -> Iterator[object]:
        stop.wait()
        return iter(())

    def host_mark(self) -> None:
        return None

    def listening(self, container: Container) -> tuple[Port, ...]:
        return (Port(81),)

    def row_teller(self) -> Still:
        return self

    def tell(self, row: PortRow, snapshot: Snapshot) -> RowTruth:
        target = Target(parse_ip("127.0.0.1"), 8080)
        answer = ProbeResult(target, "error", 0.1, EVIL, EVIL)
        return RowTruth(row, Verdict(row.exposure, EVIL, (EVIL,)), answer=answer,
                        why=Why(Cause.CLOSES, EVIL, EVIL))  # fmt: skip

    def history(self) -> tuple[dict[str, Any], ...]:
        return ({"id": EVIL, "container": EVIL, "status": EVIL, "kind": EVIL, "reason": EVIL},)

    def logs(self, container_id: str, *, tail: int) -> str:
        return EVIL

    def plan(self, request: object) -> None:
        raise InvalidInput(EVIL, hint=EVIL)


async def test_no_name_can_style_script_or_break_the_screen(
    a_container: Callable[..., Container], a_snapshot: Callable[..., Snapshot], until: Until
) -> None:
    evil = replace(
        a_container("web", "|8080|80/tcp", project=EVIL, image=EVIL), name=EVIL, status=EVIL
    )
    bare = replace(a_container("bare"), name=EVIL + "2")
    app = PmapApp(lambda: Still(a_snapshot(evil, bare)))  # type: ignore[arg-type,return-value]
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.entries)
        await until(pilot, lambda: app.ports.selected and app.ports.selected.asked)
        for keys in ("j", "k", "enter", "escape", "p", "escape", "m", "escape", "l", "escape",
                     "u", "escape", "Y", "escape", "x", "escape", "L", "o", "t", "2", "n", "4",
                     "j", "1", "G", "l", "u", "y"):  # fmt: skip
            await pilot.press(keys)
            await pilot.pause()
            for strip in app.screen._compositor.render_strips():
                assert "\x1b" not in strip.text
                assert "\u202e" not in strip.text
        await pilot.press("escape", "escape", "p")
        await until(pilot, lambda: isinstance(app.screen, ChangeForm) and app.screen.answer)
        for strip in app.screen._compositor.render_strips():
            assert "\x1b" not in strip.text
        assert app.is_running
        assert "[bold red]x[/]" in app.entries[0].owner


async def test_a_thread_that_dies_is_not_hidden(app: PmapApp, until: Until) -> None:
    from tui.messages import Crashed

    async def crash() -> None:
        async with app.run_test(size=(80, 24)) as pilot:
            await until(pilot, lambda: app.entries)
            app.post_message(Crashed(ZeroDivisionError("nobody expected it")))
            await pilot.pause(0.2)

    with pytest.raises(ZeroDivisionError):
        await crash()
