"""Lines of roles: widths, clipping, wrapping."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.presentation.cells import (
    Role,
    Span,
    clip,
    clip_line,
    fit,
    line_width,
    plain,
    spread,
    width,
    wrap,
)

words = st.lists(st.text(st.sampled_from("abcdef漢字é"), min_size=1, max_size=14), max_size=20)


@pytest.mark.parametrize(
    ("text", "columns", "shown"),
    [
        ("short", 10, "short"),
        ("exactly", 7, "exactly"),
        ("much too long", 6, "much…"),
        ("漢字漢字", 5, "漢字…"),
        ("ab", 1, "…"),
        ("ab", 0, ""),
    ],
)
def test_clip_leaves_an_ellipsis(text: str, columns: int, shown: str) -> None:
    assert clip(text, columns) == shown
    assert width(clip(text, columns)) <= columns


def test_fit_fills_from_either_side() -> None:
    assert fit("80", 4) == "80  "
    assert fit("80", 4, right=True) == "  80"
    assert width(fit("漢字漢字", 5)) == 5


def test_clip_line_keeps_roles_and_stops_in_the_middle_of_a_span() -> None:
    line = (Span("one ", Role.STRONG), Span("two three", Role.BAD))
    assert clip_line(line, 8) == (Span("one ", Role.STRONG), Span("two…", Role.BAD))
    assert clip_line(line, 40) == line


def test_spread_drops_the_right_side_when_there_is_no_room() -> None:
    left, right = (Span("left"),), (Span("right"),)
    assert plain(spread(left, right, 20)) == "left           right"
    assert plain(spread(left, right, 8)) == "left"


@given(words, st.integers(8, 60))
def test_wrap_loses_no_word_and_no_line_is_too_wide(parts: list[str], columns: int) -> None:
    lines = wrap(tuple(Span(f"{part} ") for part in parts), columns, indent="  ")
    assert all(line_width(line) <= columns for line in lines)
    together = "".join(plain(line).replace(" ", "") for line in lines)
    assert together == "".join(parts)


def test_wrap_hangs_under_its_label() -> None:
    line = (Span("State    ", Role.HEAD), Span("one two three four"))
    assert [plain(part) for part in wrap(line, 18, indent=" " * 9)] == [
        "State    one two",
        "         three",
        "         four",
    ]


def test_wrap_breaks_a_word_that_is_longer_than_a_line() -> None:
    assert [plain(line) for line in wrap((Span("a" * 20),), 8)] == ["a" * 8, "a" * 8, "a" * 4]
