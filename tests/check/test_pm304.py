"""PM304: the host port lies in the range that the system hands to clients."""

from collections.abc import Callable
from typing import Any

import pytest


@pytest.mark.parametrize(
    ("item", "marked"),
    [
        ('"32768:80"', "32768"),
        ('"60999:80"', "60999"),
        ('"127.0.0.1:50000:80"', "50000"),
        ('"30000-33000:1-3001"', "30000-33000"),
        ("{target: 80, published: 40000}", "40000"),
    ],
)
def test_finds(check: Callable[..., list[Any]], item: str, marked: str) -> None:
    found = check([item], "PM304")
    assert [(f.severity, f.line, f.marked) for f in found] == [("warning", 5, marked)]


@pytest.mark.parametrize("item", ['"32767:80"', '"61000:80"', '"80"', '"${PORT}:80"'])
def test_finds_not(check: Callable[..., list[Any]], item: str) -> None:
    assert check([item], "PM304") == []


def test_the_range_can_be_given(check: Callable[..., list[Any]]) -> None:
    assert check(['"40000:80"'], "PM304", ephemeral_range="49152-65535") == []
    (found,) = check(['"62893:80"'], "PM304", ephemeral_range="49152-65535")
    assert "49152-65535" in found.message
