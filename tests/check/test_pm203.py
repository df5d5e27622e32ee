"""PM203: the same entry twice, or twice but for its quotes."""

from collections.abc import Callable
from typing import Any

import pytest


@pytest.mark.parametrize(
    ("items", "marked", "fixable"),
    [
        (['"8080:80"', '"8080:80"'], '"8080:80"', True),
        (['"8080:80"', "8080:80"], "8080:80", True),
        (["80", '"80"'], '"80"', True),
        (['"8080:80"', '"8080:80/tcp"'], '"8080:80/tcp"', True),
        (
            ['{target: 80, published: "8080"}', "{target: 80, published: 8080}"],
            "{target: 80, published: 8080}",
            True,
        ),
        (
            ['"8080:80"', "{target: 80, published: 8080}"],
            "{target: 80, published: 8080}",
            True,
        ),
        (['"80:80"', '"0.0.0.0:80:80"'], '"0.0.0.0:80:80"', False),
    ],
)
def test_finds(
    check: Callable[..., list[Any]], items: list[str], marked: str, fixable: bool
) -> None:
    found = check(items, "PM203")
    assert [(f.severity, f.line, f.marked, f.fixable) for f in found] == [
        ("warning", 6, marked, fixable)
    ]
    assert "compose.yaml:5" in found[0].message


@pytest.mark.parametrize(
    "items",
    [
        ['"8080:80"', '"8081:80"'],
        ['"8080:80"', '"8080:80/udp"'],
        ['"127.0.0.1:8080:80"', '"127.0.0.2:8080:80"'],
        ['"8080:80"', '"8080:81"'],
        ['"${PORT}:80"', '"${OTHER}:80"'],
    ],
)
def test_finds_not(check: Callable[..., list[Any]], items: list[str]) -> None:
    assert check(items, "PM203") == []


def test_an_override_that_repeats(check: Callable[..., list[Any]]) -> None:
    files = {
        "compose.yaml": 'services:\n  web:\n    image: a\n    ports:\n      - "8080:80"\n',
        "compose.override.yaml": 'services:\n  web:\n    ports:\n      - "8080:80"\n',
    }
    (found,) = check(files, "PM203")
    assert (found.file, found.line) == ("compose.override.yaml", 4)


def test_says_that_ipv6_is_lost(check: Callable[..., list[Any]]) -> None:
    (found,) = check(['"80:80"', '"0.0.0.0:80:80"'], "PM203")
    assert "compose keeps the later one alone" in found.message


@pytest.mark.parametrize("comment", ["# web", "# keep me"])
def test_a_comment_on_the_line_is_not_thrown_away(
    check: Callable[..., list[Any]], comment: str
) -> None:
    (found,) = check(['"8080:80"', f'"8080:80" {comment}'], "PM203")
    assert not found.fixable
