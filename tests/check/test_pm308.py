"""PM308: a port is written with a leading zero."""

from collections.abc import Callable
from typing import Any

import pytest


@pytest.mark.parametrize(
    ("item", "marked", "fixable"),
    [
        ('"080:80"', "080", True),
        ('"8080:080"', "080", True),
        ('"127.0.0.1:08080:80"', "08080", True),
        ('"080"', "080", True),
        ('"08000-08001:80"', "08000-08001", True),
        ("08080:80", "08080", False),
        ('{target: 80, published: "08080"}', "08080", False),
        ('{target: "0120"}', "0120", False),
        ("{target: 0120}", "0120", False),
    ],
)
def test_finds(check: Callable[..., list[Any]], item: str, marked: str, fixable: bool) -> None:
    found = check([item], "PM308")
    assert [(f.severity, f.line, f.marked.strip('"'), f.fixable) for f in found] == [
        ("warning", 5, marked, fixable)
    ]


@pytest.mark.parametrize("item", ['"8080:80"', '"0:80"', '"127.0.0.1:80:80"', '"${P:-080}:80"'])
def test_finds_not(check: Callable[..., list[Any]], item: str) -> None:
    assert [f.marked for f in check([item], "PM308") if f.fixable] == []


def test_says_what_compose_reads(check: Callable[..., list[Any]]) -> None:
    (octal,) = check(["{target: 0120}"], "PM308")
    assert "compose reads 80" in octal.message
