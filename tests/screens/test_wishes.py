"""What a person set for the screen."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from textual.pilot import Pilot

from manager.service import PortManager
from manager.settings import ScreenSettings, Settings
from tui.app import PmapApp
from tui.presentation.cells import plain
from tui.screens.change import ChangeForm
from tui.widgets.lines import Lines
from tui.wishes import problems

Until = Callable[[Pilot[int], Callable[[], object]], Awaitable[None]]


async def test_theme_signs_and_keys_are_as_wished(manager: PortManager, until: Until) -> None:
    wishes = ScreenSettings(theme="nord", ascii=True, animation=False, keys={"publish": "f5"})
    manager.settings = Settings(screen=wishes)
    app = PmapApp(lambda: manager)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.entries and app.link.connected)
        assert app.theme == "nord"
        assert app.animation_level == "none"
        for name in ("top", "counts", "footer"):
            text = "".join(plain(x) for x in app.screen.query_one(f"#{name}", Lines).lines)
            assert text.isascii(), name
        assert app.ports.table.render_line(3).text.isascii()
        assert " f5 " in "".join(plain(x) for x in app.screen.query_one("#footer", Lines).lines)
        await pilot.press("p")
        assert not isinstance(app.screen, ChangeForm)
        await pilot.press("f5")
        assert isinstance(app.screen, ChangeForm)


async def test_what_cannot_be_done_is_said(manager: PortManager, until: Until) -> None:
    manager.settings = Settings(screen=ScreenSettings(theme="no-such", keys={"fly": "f"}))
    app = PmapApp(lambda: manager)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.entries and app.link.connected)
        said = " ".join(notice.message for notice in app._notifications)
        assert "no-such" in said
        assert "'fly'" in said
        assert app.theme.startswith("pmap-")


def test_a_key_that_is_taken_is_a_problem() -> None:
    assert problems({"publish": "f5"}) == []
    assert problems({"unpublish": "m"}) == ["screen.keys: m performs move, not unpublish"]
    assert "there is no action 'x'" in problems({"x": "y"})[0]
