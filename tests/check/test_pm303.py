"""PM303: the host port is under 1024."""

from collections.abc import Callable
from typing import Any

import pytest


@pytest.mark.parametrize(
    ("item", "marked"),
    [
        ('"80:8080"', "80"),
        ('"127.0.0.1:1023:80"', "1023"),
        ('"1020-1030:80"', "1020-1030"),
        ("{target: 8080, published: 443}", "443"),
    ],
)
def test_finds(check: Callable[..., list[Any]], item: str, marked: str) -> None:
    found = check([item], "PM303")
    assert [(f.severity, f.line, f.marked) for f in found] == [("info", 5, marked)]


@pytest.mark.parametrize("item", ['"1024:80"', '"80"', '"0:80"', '"${PORT}:80"', '"8080:443"'])
def test_finds_not(check: Callable[..., list[Any]], item: str) -> None:
    assert check([item], "PM303") == []
