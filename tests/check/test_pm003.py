"""PM003: the protocol is not tcp, udp or sctp."""

from collections.abc import Callable
from typing import Any

import pytest


@pytest.mark.parametrize(
    ("item", "marked", "severity"),
    [
        ('"8080:80/http"', "http", "error"),
        ('"80/tcp/"', None, "error"),
        ("{target: 80, protocol: http}", "http", "error"),
        ('{target: 80, protocol: "tcp,udp"}', "tcp,udp", "error"),
        ("{target: 80, protocol: UDP}", "UDP", "warning"),
        ('{target: 80, protocol: "Tcp"}', "Tcp", "warning"),
    ],
)
def test_finds(
    check: Callable[..., list[Any]], item: str, marked: str | None, severity: str
) -> None:
    found = check([item], "PM003")
    assert [(f.severity, f.line, f.service) for f in found] == [(severity, 5, "web")]
    assert found[0].fixable is (severity == "warning")
    if marked is not None:
        assert found[0].marked.strip('"') == marked


@pytest.mark.parametrize(
    "item",
    [
        '"80/TCP"',
        '"80/"',
        '"8080:80/sctp"',
        "{target: 80, protocol: udp}",
        '{target: 80, protocol: ""}',
        '{target: 80, protocol: "${PROTO}"}',
    ],
)
def test_finds_not(check: Callable[..., list[Any]], item: str) -> None:
    assert check([item], "PM003") == []
