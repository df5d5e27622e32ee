"""Columns, widths, and the lines of the table."""

from __future__ import annotations

import pytest

from tui.presentation.cells import Role, line_width, plain
from tui.presentation.entry import Entry
from tui.presentation.glyphs import ASCII, UNICODE, Glyphs
from tui.presentation.ordering import Heading, View
from tui.presentation.table import header_line, heading_line, layout, row_line, short_owner


@pytest.mark.parametrize("columns", [40, 52, 60, 72, 80, 100, 120, 200])
@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
def test_no_line_is_wider_and_no_address_is_cut(
    shop: tuple[Entry, ...], columns: int, glyphs: Glyphs
) -> None:
    plan = layout(shop, View(), columns, glyphs)
    for entry in shop:
        text = plain(row_line(entry, plan))
        assert f"{entry.address}:{entry.port} " in text
        assert entry.target in text
        assert line_width(row_line(entry, plan)) <= columns
    assert line_width(header_line(plan, View())) <= columns
    assert line_width(heading_line(Heading("shop", 2, 1), plan)) <= columns


def titles(shop: tuple[Entry, ...], columns: int, *, grouped: bool) -> list[str]:
    view = View(grouped=grouped)
    return plain(header_line(layout(shop, view, columns, UNICODE), view)).split()


def test_columns_go_by_importance(shop: tuple[Entry, ...]) -> None:
    wide = titles(shop, 200, grouped=False)
    assert {"WHO", "PROJECT", "SERVICE", "RUNS", "OPEN", "STATE"} <= set(wide)
    assert "SERVICE" not in titles(shop, 80, grouped=False)
    assert "PROJECT" not in titles(shop, 200, grouped=True)
    narrow = titles(shop, 60, grouped=False)
    assert "WHO" in narrow
    assert "RUNS" not in narrow


def test_long_names_win_over_the_word_of_the_state(some_entries, a_container) -> None:  # type: ignore[no-untyped-def]
    rows = some_entries(a_container("a-name-that-is-quite-long", "192.168.100.200|8080|80/tcp"))
    assert not layout(rows, View(), 72, UNICODE).words
    assert layout(rows, View(), 120, UNICODE).words


def test_short_names_leave_the_project_to_the_heading(some_entries, a_container) -> None:  # type: ignore[no-untyped-def]
    rows = some_entries(
        a_container("shop-web-1", "|80|80/tcp", project="shop"),
        a_container("shop", "|81|80/tcp", project="shop"),
        a_container("shop-web-2", "|82|80/tcp"),
    )
    assert [short_owner(e) for e in rows] == ["shop", "web-1", "shop-web-2"]


def test_what_is_open_to_all_stands_on_its_own_ground(shop: tuple[Entry, ...]) -> None:
    plan = layout(shop, View(), 120, UNICODE)
    chips = {
        entry.owner: [span.text for span in row_line(entry, plan) if span.role is Role.CHIP]
        for entry in shop
    }
    assert chips["db"] == [" all networks "]
    assert not any(chips[name] for name in ("web", "mail", "old", "idle"))


def test_marks_and_cursor_are_signs_not_only_colours(shop: tuple[Entry, ...]) -> None:
    plan = layout(shop, View(), 80, ASCII)
    entry = next(e for e in shop if e.owner == "old")
    assert plain(row_line(entry, plan)).startswith(" !")
    assert plain(row_line(entry, plan, cursor=True, marked=True)).startswith(">+")


def test_the_sorted_column_shows_its_direction(shop: tuple[Entry, ...]) -> None:
    plan = layout(shop, View(), 120, UNICODE)
    assert "HOST ↑" in plain(header_line(plan, View()))
    assert "HOST ↓" in plain(header_line(plan, View(descending=True)))
    actions = [span.action for span in header_line(plan, View()) if span.action]
    assert actions == ["sort:host", "sort:container port", "sort:state", "sort:open to", "sort:who"]


def test_ascii_draws_with_ascii_alone(shop: tuple[Entry, ...]) -> None:
    plan = layout(shop, View(), 120, ASCII)
    for entry in shop:
        assert plain(row_line(entry, plan, cursor=True)).isascii()
    assert plain(heading_line(Heading("shop", 2, 1, "note"), plan)).isascii()
    assert plain(header_line(plan, View())).isascii()
