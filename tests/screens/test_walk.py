"""Every action, from keys, footer, palette and help, on every page."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from tui.actions import Place, actions_of, keymap
from tui.app import PmapApp
from tui.palette import Actions
from tui.presentation.cells import plain, width
from tui.presentation.frame import PAGES
from tui.screens.page import Page
from tui.screens.reader import Reader
from tui.widgets.lines import Lines

Until = Callable[[Pilot[int], Callable[[], object]], Awaitable[None]]
PLACES = [place for place, _ in PAGES]


@pytest.fixture
async def home(app: PmapApp, until: Until) -> Any:
    async with app.run_test(size=(200, 40)) as pilot:
        await until(pilot, lambda: app.entries and app.link.connected)
        yield pilot


async def calm(app: PmapApp, pilot: Pilot[int], place: Place) -> None:
    """Close whatever was opened, and go to that page."""
    app.go(place)
    await pilot.pause()
    assert isinstance(app.screen, Page)


@pytest.mark.parametrize("place", PLACES)
async def test_every_action_can_be_performed(app: PmapApp, home: Pilot[int], place: Place) -> None:
    for action in actions_of(place):
        if action.name == "quit":
            continue
        await calm(app, home, place)
        app.perform(action.name)
        await home.pause()
        assert app.is_running, action.name


@pytest.mark.parametrize("place", PLACES)
async def test_every_key_performs_its_action(
    app: PmapApp, home: Pilot[int], place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    await calm(app, home, place)
    performed: list[str] = []
    monkeypatch.setattr(app, "perform", performed.append)
    for action in actions_of(place):
        for key in action.keys:
            await home.press(key)
            assert performed.pop() == action.name, (place, key)
    assert performed == []


@pytest.mark.parametrize("place", PLACES)
async def test_the_footer_performs_what_it_shows(
    app: PmapApp, home: Pilot[int], place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    await calm(app, home, place)
    performed: list[str] = []
    monkeypatch.setattr(app, "perform", performed.append)
    (line,) = app.screen.query_one("#footer", Lines).lines
    column, shown = 0, []
    for span in line:
        if span.action:
            await home.click("#footer", offset=(column, 0))
            shown.append(span.action)
        column += width(span.text)
    assert performed == shown
    assert set(shown) == {action.name for action in actions_of(place) if action.footer}


@pytest.mark.parametrize("place", PLACES)
async def test_the_palette_finds_every_action(app: PmapApp, home: Pilot[int], place: Place) -> None:
    await calm(app, home, place)
    palette = Actions(app.screen)
    found = [hit.text async for hit in palette.discover()]
    assert found == [a.label for a in actions_of(place) if a.name != "palette"]
    for action in actions_of(place):
        if action.name != "palette":
            hits = [hit.text async for hit in palette.search(action.label)]
            assert any(str(text).startswith(action.label) for text in hits), action.name


@pytest.mark.parametrize("place", PLACES)
async def test_the_help_tells_every_action(app: PmapApp, home: Pilot[int], place: Place) -> None:
    # A wider one has the help in two columns.
    await home.resize_terminal(120, 40)
    await calm(app, home, place)
    await home.press("question_mark")
    assert isinstance(app.screen, Reader)
    await home.pause()
    told = " ".join(plain(line).strip() for line in app.screen.query_one("#told", Lines).lines)
    for action in actions_of(place):
        assert action.help in told, action.name


async def test_pages_are_reached_by_number_and_click(app: PmapApp, home: Pilot[int]) -> None:
    for number, (place, title) in enumerate(PAGES, 1):
        await home.press(str(number))
        assert app.page.PLACE is place
        await home.press("escape")
        assert app.page is app.ports
        top = plain(app.screen.query_one("#top", Lines).lines[0])
        await home.click("#top", offset=(top.index(f" {number} {title}") + 1, 0))
        assert app.page.PLACE is place
        await home.press("1")


async def test_the_palette_opens_by_key_and_performs(app: PmapApp, home: Pilot[int]) -> None:
    await home.press("colon")
    await home.pause(0.1)
    await home.press(*"group")
    await home.pause(0.3)
    await home.press("enter")
    await home.pause(0.1)
    assert not app.ports.view.grouped


def test_a_person_may_change_a_key() -> None:
    from tui.actions import ACTIONS, with_keys

    keys = keymap(with_keys(ACTIONS, {"publish": "f5"}))
    assert keys[Place.PORTS, "f5"] == "publish"
    assert (Place.PORTS, "p") not in keys
