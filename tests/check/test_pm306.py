"""PM306: more than 50 host ports of one service."""

from collections.abc import Callable
from typing import Any

import pytest


@pytest.mark.parametrize(
    ("items", "line", "total"),
    [
        (['"8000-8050:8000-8050"'], 5, 51),
        (['"1-65535:1-65535"'], 5, 65535),
        (['"80:80"', '"8000-8049:8000-8049"'], 6, 51),
        (['"8000-8060"'], 5, 61),
        (['"10000-20000:10000-20000/udp"', '"1-2:1-2"'], 5, 10003),
    ],
)
def test_finds(check: Callable[..., list[Any]], items: list[str], line: int, total: int) -> None:
    found = check(items, "PM306")
    assert [(f.severity, f.line) for f in found] == [("warning", line)]
    assert found[0].message.startswith(f"{total} ports")


@pytest.mark.parametrize(
    "items", [['"8000-8049:8000-8049"'], ['"8000-9000:80"'], ['"8080:80"'], ['"${A}-${B}:80"']]
)
def test_finds_not(check: Callable[..., list[Any]], items: list[str]) -> None:
    assert check(items, "PM306") == []
