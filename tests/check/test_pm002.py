"""PM002: the engine refuses, cuts off or wraps what compose lets through."""

from collections.abc import Callable
from typing import Any

import pytest


@pytest.mark.parametrize(
    ("item", "marked"),
    [
        ("{target: 70000, published: 8080}", "70000"),
        ('{target: 80, published: "abc"}', '"abc"'),
        ("{target: 80, published: -1}", "-1"),
        ("{target: 80, published: 65536}", "65536"),
        ('{target: 80, published: "8085-8080"}', '"8085-8080"'),
        ("{target: 4294967376, published: 8080}", "4294967376"),
        ("{target: 0, published: 8080}", "0"),
        ('{target: 80, published: "8080/udp"}', '"8080/udp"'),
        ('"0-2:80"', None),
    ],
)
def test_finds(check: Callable[..., list[Any]], item: str, marked: str | None) -> None:
    found = check([item], "PM002")
    assert [(f.severity, f.line, f.service) for f in found] == [("error", 5, "web")]
    if marked is not None:
        assert found[0].marked.strip('"') == marked.strip('"')


@pytest.mark.parametrize(
    "item",
    [
        "{target: 65535, published: 65535}",
        '{target: 80, published: ""}',
        '{target: 80, published: "8080-8085"}',
        '{target: 80, published: "${PORT}"}',
        '"70000:80"',
        "{target: 80, protocol: http}",
    ],
)
def test_finds_not(check: Callable[..., list[Any]], item: str) -> None:
    assert check([item], "PM002") == []


def test_says_what_is_bound_instead(check: Callable[..., list[Any]]) -> None:
    (wrapped,) = check(["{target: 4294967376, published: 8080}"], "PM002")
    assert "takes 80" in wrapped.message
    (cut,) = check(['{target: 80, published: "8080/udp"}'], "PM002")
    assert "tcp is bound" in cut.message
    assert cut.hint == 'write published: "8080" and protocol: udp'
