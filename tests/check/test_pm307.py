"""PM307: ports that systems take themselves."""

from collections.abc import Callable
from typing import Any

import pytest


@pytest.mark.parametrize(
    ("item", "holder"),
    [
        ('"53:53"', "resolver"),
        ('"53:53/udp"', "resolver"),
        ('"111:111"', "rpcbind"),
        ('"631:631"', "CUPS"),
        ('"5353:5353/udp"', "mDNS"),
        ('"5000:5000"', "macOS"),
        ('"7000:80"', "macOS"),
        ('"4990-5010:4990-5010"', "macOS"),
    ],
)
def test_finds(check: Callable[..., list[Any]], item: str, holder: str) -> None:
    found = check([item], "PM307")
    assert [(f.severity, f.line) for f in found] == [("info", 5)]
    assert holder in found[0].message
    assert "pmap who" in found[0].hint


@pytest.mark.parametrize(
    "item", ['"8053:53"', '"5353:5353"', '"5000:5000/udp"', '"4990-5010:80"', '"80"']
)
def test_finds_not(check: Callable[..., list[Any]], item: str) -> None:
    assert check([item], "PM307") == []
