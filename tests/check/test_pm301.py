"""PM301: a mapping stands without quotes."""

from collections.abc import Callable
from typing import Any

import pytest


@pytest.mark.parametrize(
    ("item", "severity"),
    [
        ("8080:80", "warning"),
        ("127.0.0.1:8080:80", "warning"),
        ("${PORT:-8080}:80", "warning"),
        ("22:22", "error"),
        ("8080:59", "error"),
        ("8000-8001:80", "warning"),
        ("53:53/udp", "warning"),
    ],
)
def test_finds(check: Callable[..., list[Any]], item: str, severity: str) -> None:
    found = check([item], "PM301")
    assert [(f.severity, f.line, f.marked, f.fixable) for f in found] == [(severity, 5, item, True)]
    assert f'write "{item}"' in found[0].hint


@pytest.mark.parametrize(
    "item",
    [
        '"8080:80"',
        "'22:22'",
        "80",
        "8000-8010",
        "{target: 80, published: 8080}",
        "localhost:80:80",
    ],
)
def test_finds_not(check: Callable[..., list[Any]], item: str) -> None:
    assert check([item], "PM301") == []


@pytest.mark.parametrize(("item", "number"), [("22:22", 1342), ("56:56", 3416), ("8080:60", 0)])
def test_names_the_number_that_others_read(
    check: Callable[..., list[Any]], item: str, number: int
) -> None:
    (found,) = check([item], "PM301")
    assert (f"the number {number}" in found.message) is bool(number)


def test_an_entry_that_compose_drops_as_repeated_is_told_of_too(
    check: Callable[..., list[Any]],
) -> None:
    assert [f.line for f in check(["8080:80", "8080:80"], "PM301")] == [5, 6]
