"""Plain terminals: nothing but ASCII where that is asked for, sixteen colours, no animation."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator

import pytest
from rich.color import ColorType
from textual.pilot import Pilot
from textual.strip import Strip

from manager.service import PortManager
from tui.app import PmapApp
from tui.screens.change import ChangeForm
from tui.theme import TERMINAL

Until = Callable[[Pilot[int], Callable[[], object]], Awaitable[None]]
PLACES = (
    ("j", "n"),
    ("enter",),
    ("question_mark",),
    ("slash", "z"),
    ("p",),
    ("2",),
    ("3",),
    ("4",),
    ("5",),
    ("Y",),
)


def drawn(app: PmapApp) -> Iterator[Strip]:
    return iter(app.screen._compositor.render_strips())


@pytest.mark.parametrize("size", [(80, 24), (200, 60)])
async def test_ascii_alone_is_drawn(
    manager: PortManager, until: Until, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    app = PmapApp(lambda: manager, ascii_only=True)
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: app.entries and app.link.connected)
        for keys in PLACES:
            await pilot.press("1", *keys)
            await pilot.pause()
            if isinstance(app.screen, ChangeForm):
                form = app.screen
                await until(pilot, lambda form=form: form.answer)  # type: ignore[misc]
            for strip in drawn(app):
                assert strip.text.isascii(), (keys, strip.text)
            await pilot.press("escape", "escape")
    assert not PmapApp(lambda: manager).has_class("-ascii"), "the next one is drawn in full"


async def test_sixteen_colours_are_enough(
    app: PmapApp, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.theme = TERMINAL.name
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.entries and app.link.connected)
        for y in range(app.ports.table.size.height):
            for _, style, _ in app.ports.table.render_line(y):
                for colour in (style.color, style.bgcolor) if style else ():
                    assert colour is None or colour.type in {
                        ColorType.DEFAULT,
                        ColorType.STANDARD,
                    }
