"""PM201: the ports of a service are never published."""

from collections.abc import Callable
from typing import Any

import pytest

_SERVICE = 'services:\n  web:\n    image: app\n    {}\n    ports: ["8080:80"]\n'


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (_SERVICE.format("network_mode: host"), "network_mode is host"),
        (_SERVICE.format('network_mode: "none"'), "network_mode is none"),
        (
            _SERVICE.format("networks: [back]") + "networks: {back: {internal: true}}\n",
            "network back is internal",
        ),
        (
            _SERVICE.format("networks: {a: , b: }")
            + "networks: {a: {internal: true}, b: {internal: true}}\n",
            "networks a and b are internal",
        ),
        (
            _SERVICE.format("scale: 1") + "networks: {default: {internal: true}}\n",
            "network default is internal",
        ),
    ],
)
def test_finds(check: Callable[..., list[Any]], text: str, why: str) -> None:
    found = check(text, "PM201")
    assert [(f.severity, f.line, f.marked, f.service) for f in found] == [
        ("warning", 5, "ports", "web")
    ]
    assert found[0].message == f"these ports are not published: {why}"
    assert found[0].hint


@pytest.mark.parametrize(
    "text",
    [
        _SERVICE.format("network_mode: bridge"),
        _SERVICE.format("network_mode: ${MODE}"),
        _SERVICE.format("network_mode: service:vpn"),
        _SERVICE.format("networks: [a, b]") + "networks: {a: {internal: true}, b: {}}\n",
        _SERVICE.format("networks: [a]") + "networks: {a: {internal: ${X}}}\n",
        _SERVICE.format("networks: [a]") + "networks: {a: {external: true}}\n",
        _SERVICE.format("networks: [undefined]"),
        _SERVICE.format("network_mode: host").replace("8080:80", "").replace('""', ""),
    ],
)
def test_finds_not(check: Callable[..., list[Any]], text: str) -> None:
    assert check(text, "PM201") == []
