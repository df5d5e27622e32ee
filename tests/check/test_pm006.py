"""PM006: ports beside a network that belongs to another container."""

from collections.abc import Callable
from typing import Any

import pytest

_STACK = """services:
  vpn:
    image: vpn
  web:
    image: app
    network_mode: {mode}
    ports:
      - {item}
"""


@pytest.mark.parametrize("mode", ["service:vpn", '"container:abc"', "${MODE:-service:vpn}"])
def test_finds(check: Callable[..., list[Any]], mode: str) -> None:
    found = check(_STACK.format(mode=mode, item='"8080:80"'), "PM006")
    assert [(f.severity, f.line, f.marked, f.service) for f in found] == [
        ("error", 7, "ports", "web")
    ]
    assert ("vpn" in found[0].hint) or ("abc" in found[0].hint)


@pytest.mark.parametrize("mode", ["bridge", "host", "none", '""', "${MODE}"])
def test_finds_not(check: Callable[..., list[Any]], mode: str) -> None:
    assert check(_STACK.format(mode=mode, item='"8080:80"'), "PM006") == []


def test_without_ports_there_is_nothing_to_refuse(check: Callable[..., list[Any]]) -> None:
    text = "services:\n  web:\n    image: app\n    network_mode: service:vpn\n"
    assert check(text, "PM006") == []
