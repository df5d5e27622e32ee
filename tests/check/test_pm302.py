"""PM302: no host port is given."""

from collections.abc import Callable
from typing import Any

import pytest


@pytest.mark.parametrize(
    ("item", "marked", "hint"),
    [
        ('"80"', "80", 'write "127.0.0.1:80:80"'),
        ("80", "80", 'write "127.0.0.1:80:80"'),
        ('"0.0.0.0::80"', "80", 'write "0.0.0.0:80:80"'),
        ('"127.0.0.1::80"', "80", 'write "127.0.0.1:80:80"'),
        ('"0:80"', "0", 'write "127.0.0.1:80:80"'),
        ("{target: 80}", "80", 'write host_ip: "127.0.0.1", published: "80"'),
        ('"8000-8002"', "8000-8002", 'write "127.0.0.1:8000-8002:8000-8002"'),
    ],
)
def test_finds(check: Callable[..., list[Any]], item: str, marked: str, hint: str) -> None:
    found = check([item], "PM302")
    assert [(f.severity, f.line, f.marked, f.hint) for f in found] == [("info", 5, marked, hint)]


@pytest.mark.parametrize(
    "item", ['"8080:80"', '"8000-8001:80"', '"${PORT}:80"', "{target: 80, published: 8080}"]
)
def test_finds_not(check: Callable[..., list[Any]], item: str) -> None:
    assert check([item], "PM302") == []
