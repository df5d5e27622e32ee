"""stdout: colour, tables and JSON."""

import io
import json

import pytest

from manager.cli.output import Cell, Output, wants_colour, width


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("environ", "terminal", "expected"),
    [
        ({}, True, True),
        ({}, False, False),
        ({"NO_COLOR": "1"}, True, False),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False),
        ({"NO_COLOR": ""}, True, True),
        ({"FORCE_COLOR": "1"}, False, True),
        ({"TERM": "dumb"}, True, False),
    ],
)
def test_colour_is_decided_as_the_conventions_say(
    environ: dict[str, str], terminal: bool, expected: bool
) -> None:
    stream = Terminal() if terminal else io.StringIO()
    assert wants_colour(stream, environ) is expected


def test_a_table_lines_up_and_cuts_nothing_off() -> None:
    stream = io.StringIO()
    rows = [[Cell("127.0.0.1:8080", right=True), Cell("web")], [Cell("*:1", right=True), Cell("b")]]
    Output(stream).table(["HOST", "CONTAINER"], rows)
    assert stream.getvalue().splitlines() == [
        "          HOST  CONTAINER",
        "127.0.0.1:8080  web",
        "           *:1  b",
    ]


def test_wide_characters_take_two_columns() -> None:
    assert width("猫x") == 3
    assert width("e\u0301") == 1
    stream = io.StringIO()
    Output(stream).table(["A", "B"], [[Cell("猫"), Cell("1")], [Cell("cat"), Cell("2")]])
    assert stream.getvalue().splitlines()[1:] == ["猫   1", "cat  2"]


def test_nothing_from_outside_reaches_the_terminal_unescaped() -> None:
    stream = io.StringIO()
    output = Output(stream)
    output.text("web\x1b[2J\r\n")
    output.table(["NAME"], [[Cell("a\x1b]0;owned\x07b")]])
    assert "\x1b" not in stream.getvalue()
    assert "\r" not in stream.getvalue()
    assert "\x07" not in stream.getvalue()


def test_styles_wrap_text_only_where_there_is_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    plain, coloured = Output(io.StringIO()), Output(Terminal())
    assert plain.styled("x", "red") == "x"
    assert coloured.styled("x", "red") == "\x1b[31mx\x1b[0m"
    assert coloured.styled("x", "") == "x"


def test_json_is_one_object_and_keeps_letters() -> None:
    stream = io.StringIO()
    Output(stream).json({"name": "猫"})
    assert json.loads(stream.getvalue()) == {"name": "猫"}
    assert "猫" in stream.getvalue()
