"""A comment silences what it names, where it stands, and nothing else."""

from collections.abc import Callable
from typing import Any

import pytest

from manager.compose.suppress import is_silenced, silenced_lines, unknown_rules
from manager.compose.text import SourceText


def _items(*items: str) -> list[str]:
    return list(items)


@pytest.mark.parametrize(
    ("items", "told"),
    [
        (_items('"8080:80" # pmap: ignore[PM101]'), []),
        (_items('"8080:80"   #pmap:ignore[PM101]'), []),
        (_items('"8080:80" # pmap: ignore[exposed-port]'), []),
        (_items('"8080:80" # pmap: ignore[PM1]'), []),
        (_items('"8080:80" # pmap: ignore[PM303, PM101]'), []),
        (_items('"8080:80" # pmap: ignore'), []),
        (_items('"8080:80" # why: meant # pmap: ignore[PM101]'), []),
        (_items('"8080:80" # pmap: ignore[PM102]'), [5]),
        (_items('"8080:80" # pmap: ignore[PM999]'), [5]),
        (_items('"8080:80" # pmap: ignore[]'), [5]),
        (_items('"8080:80" # pmap: ignored[PM101]'), [5]),
        (_items('"8080:80" # xpmap: ignore'), [5]),
        (_items('"8080:80"', '"8081:81" # pmap: ignore[PM101]'), [5]),
        (_items('"8080:80" # pmap: ignore[PM101]', '"8081:81"'), [6]),
        (_items('"8080:80"\n      # pmap: ignore[PM101]', '"8081:81"'), [5]),
        (_items('"8080:80"\n      # pmap: ignore[PM101]\n      # since', '"8081:81"'), [5]),
        (_items("target: 80 # pmap: ignore[PM101]\n        published: 8080"), []),
        (_items("target: 80\n        published: 8080 # pmap: ignore[PM101]"), []),
        (_items("target: 80\n        protocol: tcp # pmap: ignore[PM101]"), [5]),
    ],
)
def test_silences(check: Callable[..., list[Any]], items: list[str], told: list[int]) -> None:
    assert [f.line for f in check(items, "PM101")] == told


def test_what_looks_like_a_comment_in_a_text_is_none(check: Callable[..., list[Any]]) -> None:
    text = (
        "services:\n  web:\n    image: app\n"
        "    labels: {a: 'x # pmap: ignore', ports: [1]}\n    command: |\n"
        "      # pmap: ignore[PM101]\n"
        '    ports: ["8080:80"]\n'
    )
    assert [f.line for f in check(text, "PM101")] == [7]


def test_a_finding_in_an_override_is_silenced_there(check: Callable[..., list[Any]]) -> None:
    files = {
        "compose.yaml": 'services:\n  web:\n    image: a\n    ports: ["127.0.0.1:8080:80"]\n',
        "compose.override.yaml": (
            'services:\n  web:\n    ports: ["127.0.0.1:9090:80"] # pmap: ignore[PM202]\n'
        ),
    }
    assert check(files, "PM202") == []
    files["compose.override.yaml"] = files["compose.override.yaml"].replace("PM202", "PM203")
    assert len(check(files, "PM202")) == 1


def test_lines_are_counted_as_spans_count_them() -> None:
    text = "a: 1\r\nb: 2 # pmap: ignore[PM101]\r\nc: 3\rd: 4 # pmap: ignore\r"
    assert silenced_lines(text) == {2: frozenset({"PM101"}), 4: None}


@pytest.mark.parametrize(
    "text", ["", "a: 1", "# pmap: nothing", "[ # pmap: ignore", "# pmap: ignore"]
)
def test_odd_texts(text: str) -> None:
    assert is_silenced(silenced_lines(text), "PM101", {7}) is False


def test_two_comments_for_one_line_add_up() -> None:
    text = "# pmap: ignore[PM101]\na: 1 # pmap: ignore[PM301]\n"
    assert silenced_lines(text) == {2: frozenset({"PM101", "PM301"})}


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("a: 1 # pmap: ignore[PM101]\n", []),
        ("a: 1 # pmap: ignore\n", []),
        ("a: 1\nb: 2 # pmap: ignore[PM999]\n", [2]),
        ("a: 1 # pmap: ignore[]\n", [1]),
        ("a: 1 # pmap: ignore[PM101,]\n", [1]),
        ("a: 1 # pmap: ignore[exposed-prot, PM998]\n", [1, 1]),
        ("a: '# pmap: ignore[PM999]'\n", []),
    ],
)
def test_what_is_no_rule_is_told_of(text: str, lines: list[int]) -> None:
    told = unknown_rules({"compose.yaml": SourceText("compose.yaml", text)})
    assert [int(one.split(":")[1]) for one in told] == lines


def test_a_flood_of_comments_is_read_in_time() -> None:
    text = (
        "# pmap: ignore[x]\n" * 60_000 + "a: 1 # pmap: ignore[PM101]\n" + "# pmap: ignore[" * 9_000
    )
    assert silenced_lines(text) == {60_001: frozenset({"PM101"})}
    assert len(unknown_rules({"compose.yaml": SourceText("compose.yaml", text)})) == 20
