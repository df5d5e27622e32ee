"""A table without rows says why, and which key shows more; tabs take the room that there is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from textual.pilot import Pilot

from tui.actions import Place
from tui.app import PmapApp
from tui.presentation.cells import Span, line_width, plain
from tui.presentation.frame import top_line
from tui.presentation.glyphs import UNICODE
from tui.presentation.nothing import nothing_lines
from tui.presentation.ordering import View
from tui.presentation.summary import Link

Until = Callable[[Pilot[int], Callable[[], object]], Awaitable[None]]
HERE = Link(connected=True, opening=False)


@pytest.mark.parametrize(
    ("link", "view", "known", "said", "keys"),
    [
        (Link(), View(), 0, "looking for an engine", []),
        (HERE, View(), 0, "nothing listens", ["palette"]),
        (HERE, View(filter="\x1b[2Jx"), 7, "None of 7 rows matches \\x1b[2Jx",
         ["back", "filter", "help"]),
        (HERE, View(stopped=False), 7, "switched off", ["stopped", "host"]),
    ],
)  # fmt: skip
def test_an_empty_table_says_why(
    link: Link, view: View, known: int, said: str, keys: list[str]
) -> None:
    lines = nothing_lines(link, view, known)
    assert said in "\n".join(map(plain, lines))
    actions = [span.action for line in lines for span in line if span.action]
    assert list(dict.fromkeys(actions)) == keys


async def test_the_table_shows_it(app: PmapApp, until: Until) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.entries and app.link.connected)
        await pilot.press("slash", *"zzz")
        text = "\n".join(app.ports.table.render_line(y).text for y in range(10))
        assert f"None of {len(app.entries)} rows matches zzz" in text
        await pilot.press("escape")
        assert "None of" not in app.ports.table.render_line(2).text


@pytest.mark.parametrize(
    ("columns", "shown"),
    [(120, "pmap   1 Ports   2 Map "), (80, " 1 Ports  2 Map "), (50, " 1 Ports  2  3  4  5 ")],
)
def test_the_tabs_take_the_room_there_is(columns: int, shown: str) -> None:
    line = top_line(Place.PORTS, (Span("● docker in memory"),), columns, UNICODE)
    assert shown in plain(line)
    assert line_width(line) <= columns
