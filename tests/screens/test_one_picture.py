"""What a key changes is painted at once, and nothing else is: every picture costs time."""

from __future__ import annotations

import gc
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from textual._compositor import ChopsUpdate
from textual.pilot import Pilot

from tui.app import PmapApp

Until = Callable[[Pilot[int], Callable[[], object]], Awaitable[None]]
Pictures = list[Any]

LATER = 0.1
"""Seconds in which Textual paints several times, where there is something to paint."""


@pytest.fixture
async def home(app: PmapApp, until: Until) -> Any:
    """The pilot of a home screen that paints for nothing but keys: no answers, no blinking."""
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.entries)
        app.asking.close()
        app.ports.band.needle.cursor_blink = False
        await pilot.pause(LATER)
        yield pilot


@pytest.fixture
def pictures(app: PmapApp, monkeypatch: pytest.MonkeyPatch) -> Pictures:
    """Every picture that goes to the terminal."""
    seen: Pictures = []
    display = app._display

    def show(screen: Any, picture: Any) -> None:
        display(screen, picture)
        if picture is not None:
            seen.append(picture)

    monkeypatch.setattr(app, "_display", show)
    return seen


async def painted(home: Pilot[int], pictures: Pictures, key: str) -> Pictures:
    """The pictures that one key causes."""
    pictures.clear()
    await home.press(key)
    await home.pause(LATER)
    return list(pictures)


def lines(picture: ChopsUpdate) -> set[int]:
    """The lines of the terminal that a picture touches."""
    return {y for y, _, _ in picture.spans}


@pytest.mark.parametrize(
    "keys",
    [
        ["j", "k", "G", "g", "pagedown", "pageup", "n"],
        ["slash", "d", "b", "escape", "slash", "d", "enter", "escape"],
        ["b", "b", "greater_than_sign", "R", "less_than_sign"],
        ["space", "space", "escape"],
    ],
    ids=["moving", "filtering", "ordering", "marking"],
)
async def test_a_key_is_answered_in_one_picture(
    home: Pilot[int], pictures: Pictures, keys: list[str]
) -> None:
    for key in keys:
        assert len(await painted(home, pictures, key)) == 1, key


@pytest.mark.parametrize("keys", [("2", "right", "j"), ("5", "j", "k")], ids=["map", "doctor"])
async def test_other_pages_tell_what_is_under_the_cursor_in_one_picture(
    home: Pilot[int], app: PmapApp, pictures: Pictures, until: Until, keys: tuple[str, ...]
) -> None:
    await home.press(keys[0])
    await until(home, lambda: app.page is not app.ports and app.page.composed)
    await until(home, lambda: not getattr(app.page, "running", False))
    await home.pause(LATER)
    for key in keys[1:]:
        assert len(await painted(home, pictures, key)) == 1, key


async def test_a_letter_that_lets_the_same_rows_through_paints_no_row(
    home: Pilot[int], app: PmapApp, pictures: Pictures
) -> None:
    await home.press("slash", *"-nobod")
    rows = app.ports.table.rows
    (picture,) = await painted(home, pictures, "y")
    assert app.ports.table.rows == rows
    assert lines(picture) == {app.ports.band.region.y}


async def test_marks_are_drawn_where_the_cursor_has_been(
    home: Pilot[int], app: PmapApp, pictures: Pictures
) -> None:
    table = app.ports.table
    await home.press("j", "j", "space")
    y = table.focus_region().y - 1
    assert app.glyphs.marked in table.render_line(y).text
    (picture,) = await painted(home, pictures, "escape")
    assert table.region.y + y in lines(picture)
    assert app.glyphs.marked not in table.render_line(y).text


async def test_what_the_first_table_brings_is_kept_from_the_collector(
    app: PmapApp, until: Until
) -> None:
    async with app.run_test() as pilot:
        await until(pilot, gc.get_freeze_count)
    assert not gc.get_freeze_count()
