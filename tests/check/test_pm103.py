"""PM103: the address is a variable, and without a value the port is public."""

from collections.abc import Callable
from typing import Any

import pytest


@pytest.mark.parametrize(
    ("item", "marked", "fixable"),
    [
        ('"${IP}:5432:5432"', "${IP}", True),
        ('"$IP:5432:5432"', "$IP", True),
        ("${IP}:5432:5432", "${IP}", True),
        ('"[${IP}]:5432:5432"', "${IP}", True),
    ],
)
def test_finds(check: Callable[..., list[Any]], item: str, marked: str, fixable: bool) -> None:
    found = check([item])
    assert [(f.severity, f.line, f.marked) for f in found if f.rule == "PM103"] == [
        ("error", 5, marked)
    ]
    assert [f.rule for f in found if f.rule.startswith("PM1")] == ["PM103"]
    (one,) = [f for f in found if f.rule == "PM103"]
    assert one.hint == "write ${IP:-127.0.0.1}"
    assert one.fixable is fixable


@pytest.mark.parametrize(
    "item",
    [
        '"${IP:-127.0.0.1}:5432:5432"',
        '"${IP:-0.0.0.0}:5432:5432"',
        '"${IP:?which}:5432:5432"',
        '{target: 5432, host_ip: "${IP}"}',
        '"${PORT}:5432"',
        '"127.0.0.${N}:5432:5432"',
    ],
)
def test_finds_not(check: Callable[..., list[Any]], item: str) -> None:
    assert check([item], "PM103") == []


def test_a_value_in_dot_env_decides(check: Callable[..., list[Any]]) -> None:
    text = 'services:\n  web:\n    image: app\n    ports: ["${IP}:8080:80"]\n'
    loopback = check({"compose.yaml": text, ".env": "IP=127.0.0.1\n"})
    assert [f.rule for f in loopback if f.rule.startswith("PM1")] == []
    public = check({"compose.yaml": text, ".env": "IP=0.0.0.0\n"})
    assert [f.rule for f in public if f.rule.startswith("PM1")] == ["PM101"]
