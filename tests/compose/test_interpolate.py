"""Variables: every form, nested, as compose replaces them; and where each piece came from."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manager.compose.interpolate import UNSET_MARK, Interpolated, InterpolationError, interpolate

ENV = {"Z": "80", "E": "", "IP": "127.0.0.1"}


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("$Z", "80"),
        ("$Z$Z", "8080"),
        ("${Z}0", "800"),
        ("${A:-80}", "80"),
        ("${E:-80}", "80"),
        ("${E-80}", ""),
        ("${A-80}", "80"),
        ("${Z:+1}", "1"),
        ("${E:+1}", ""),
        ("${E+1}", "1"),
        ("${A+1}", ""),
        ("${Z:?no}", "80"),
        ("${E?no}", ""),
        ("$$Z", "$Z"),
        ("a$", "a$"),
        ("$1", "$1"),
        ("${A:-${B:-80}}:${C-81}", "80:81"),
        ("${A:-80}-${B:-81}", "80-81"),
        ("${A-b:-80}", "b:-80"),
        ("${A:-b-c}", "b-c"),
        ("${A:-{x}}", "{x}"),
        ("${A:-{}", "{"),
        ("${A:-}}", "}"),
        ("${A:-$$}", "$"),
        ("${A:-8${B:-0}}", "80"),
        ("${\u017f-80}", "80"),
        ("${A}", ""),
    ],
)
def test_replaces(text: str, result: str) -> None:
    assert interpolate(text, ENV).text == result


@pytest.mark.parametrize("text", ["${", "${}", "${1A}", "${A", "${A b}", "${A:=b}", "${\u00e9}"])
def test_refuses_what_is_no_form(text: str) -> None:
    with pytest.raises(InterpolationError) as caught:
        interpolate(f"x{text}", ENV)
    assert caught.value.name == ""
    assert caught.value.start == 1


@pytest.mark.parametrize(
    ("text", "name", "reason"),
    [
        ("${A:?}", "A", "not set"),
        ("${E:?why}", "E", "empty: why"),
        ("${Z:-${B:?needed}}", "B", "needed"),
        ("${A:-${B?${IP}}}", "B", "127.0.0.1"),
    ],
)
def test_refuses_a_required_variable_without_a_value(text: str, name: str, reason: str) -> None:
    with pytest.raises(InterpolationError) as caught:
        interpolate(text, ENV)
    assert caught.value.name == name
    assert reason in caught.value.message


def test_nesting_is_bounded() -> None:
    deep = "${A:-" * 1000 + "80" + "}" * 1000
    with pytest.raises(InterpolationError, match="nested deeper"):
        interpolate(deep, {})


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("${A}:80", f"{UNSET_MARK}:80"),
        ("${A:-${B}}:80", f"{UNSET_MARK}:80"),
        ("${A:-1}:80", "1:80"),
        ("${A:+x}:80", ":80"),
        ("${E}:80", ":80"),
    ],
)
def test_marks_what_nobody_knows(text: str, marked: str) -> None:
    assert interpolate(text, ENV).marked == marked


@pytest.mark.parametrize(
    ("text", "stretch", "raw"),
    [
        ("${IP}:8080:80", (0, 9), "${IP}"),
        ("${IP}:8080:80", (10, 14), "8080"),
        ("${A}:8080:80", (0, 1), "${A}"),
        ("${E}:8080:80", (0, 0), "${E}"),
        ("80${E}:90", (0, 2), "80${E}"),
        ("80:${E}90", (3, 5), "${E}90"),
        ("8${Z}8:90", (0, 4), "8${Z}8"),
        ("::80", (0, 0), ""),
    ],
)
def test_tells_where_a_piece_came_from(text: str, stretch: tuple[int, int], raw: str) -> None:
    found = interpolate(text, ENV)
    start, end = found.raw_range(*stretch)
    assert text[start:end] == raw


def test_tells_every_use() -> None:
    uses = interpolate("${A:-${B}}${Z}", ENV).uses
    assert [(u.name, u.operator, u.word, u.value, u.unset) for u in uses] == [
        ("A", ":-", "${B}", None, False),
        ("B", "", None, None, True),
        ("Z", "", None, "80", False),
    ]
    assert [(u.start, u.end) for u in uses] == [(0, 10), (5, 9), (10, 14)]


def attempt(text: str) -> Interpolated | InterpolationError:
    try:
        return interpolate(text, ENV)
    except InterpolationError as error:
        return error


@given(st.text(alphabet="$${}:-+?AZE 80\n", max_size=40))
def test_every_text_is_replaced_or_refused(text: str) -> None:
    found = attempt(text)
    if isinstance(found, InterpolationError):
        assert 0 <= found.start <= found.end <= len(text)
        return
    assert found.text == found.marked.replace(UNSET_MARK, "")
    edges = [edge for piece in found.pieces for edge in (piece.raw_start, piece.raw_end)]
    assert edges == sorted(edges)
    # A text without a dollar stays as it is, in no pieces.
    whole = text if "$" in text else ""
    assert "".join(text[p.raw_start : p.raw_end] for p in found.pieces) == whole


@given(st.text(alphabet="abc80:/.-{}", max_size=40))
def test_a_text_without_dollars_stays(text: str) -> None:
    found = interpolate(text, {})
    assert found.text == text
    assert found.raw_range(0, len(text)) == (0, len(text))
