"""PM005: more replicas than host ports."""

from collections.abc import Callable
from typing import Any

import pytest

_STACK = "services:\n  web:\n    image: app\n    {replicas}\n    ports: [{ports}]\n"


def _stack(replicas: str, ports: str) -> str:
    return _STACK.format(replicas=replicas, ports=ports)


@pytest.mark.parametrize(
    ("replicas", "ports", "marked"),
    [
        ("scale: 2", '"8080:80"', "8080"),
        ("deploy: {replicas: 3}", '"8080:80"', "8080"),
        ("deploy: {replicas: 3}", '"8080-8081:80"', "8080-8081"),
        ("scale: 2", '"8080-8081:80-81"', "8080-8081"),
        ("scale: 2", '"80", "8080:81"', "8080"),
        ("scale: 2", '"3000-3002:80", "3000-3002:81"', "3000-3002"),
        ("scale: 100000000", '"1-65535:80"', "1-65535"),
    ],
)
def test_finds(check: Callable[..., list[Any]], replicas: str, ports: str, marked: str) -> None:
    found = check(_stack(replicas, ports), "PM005")
    assert [(f.severity, f.line, f.marked, f.service) for f in found] == [
        ("error", 5, marked, "web")
    ]


@pytest.mark.parametrize(
    ("replicas", "ports"),
    [
        ("scale: 1", '"8080:80"'),
        ("scale: 0", '"8080:80"'),
        ("scale: 3", '"80"'),
        ("scale: 3", '"8080-8082:80"'),
        ("scale: 3", '"3000-3002:80", "3000-3002:80/udp"'),
        ("scale: 2", '"3000-3003:80", "3000-3003:81"'),
        ('scale: "${N}"', '"8080:80"'),
        ("scale: 3", '"${PORT}:80"'),
        ("scale: 3\n    network_mode: host", '"8080:80"'),
    ],
)
def test_finds_not(check: Callable[..., list[Any]], replicas: str, ports: str) -> None:
    assert check(_stack(replicas, ports), "PM005") == []


def test_the_hint_gives_a_range_for_all(check: Callable[..., list[Any]]) -> None:
    (found,) = check(_stack("scale: 3", '"127.0.0.1:8080:80"'), "PM005")
    assert 'write "127.0.0.1:8080-8082:80"' in found.hint
