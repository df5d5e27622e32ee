"""PM101: a port is reachable from other machines."""

from collections.abc import Callable
from typing import Any

import pytest


@pytest.mark.parametrize(
    ("item", "marked", "fixable"),
    [
        ('"8080:80"', "8080", True),
        ("8080:80", "8080", True),
        ('"80"', "80", True),
        ("80", "80", True),
        ('"8000-8010:80"', "8000-8010", True),
        ('"::80"', "80", True),
        ('"[]:8080:80"', "[]", True),
        ('"0.0.0.0:8080:80"', "0.0.0.0", False),
        ('"[::]:8080:80"', "[::]", False),
        ('"192.168.1.5:8080:80"', "192.168.1.5", False),
        ("{target: 80, published: 8080}", "8080", True),
        ("{target: 80}", "80", True),
        ("{target: 80, published: 8080, host_ip: 0.0.0.0}", "0.0.0.0", False),
        ('"${BIND:-0.0.0.0}:8080:80"', "${BIND:-0.0.0.0}", False),
        ('"${PORT:-8080}:80"', "${PORT:-8080}", True),
        ('"${PORT}:80"', "${PORT}", True),
    ],
)
def test_finds(check: Callable[..., list[Any]], item: str, marked: str, fixable: bool) -> None:
    found = check([item], "PM101")
    assert [(f.severity, f.line, f.marked, f.service) for f in found] == [
        ("error", 5, marked, "web")
    ]
    assert "ufw" in found[0].message
    assert found[0].fixable is fixable


@pytest.mark.parametrize(
    "item",
    [
        '"127.0.0.1:8080:80"',
        '"127.0.0.53:8080:80"',
        '"[::1]:8080:80"',
        "{target: 80, published: 8080, host_ip: 127.0.0.1}",
        '"${BIND:-127.0.0.1}:8080:80"',
        '"${X:-127.0.0.1:10143}:10143"',
        '"8080:80/http"',
        '"localhost:8080:80"',
    ],
)
def test_finds_not(check: Callable[..., list[Any]], item: str) -> None:
    assert check([item], "PM101") == []


_SERVICE = 'services:\n  web:\n    image: app\n    {}\n    ports: ["8080:80"]\n'
_BOUND = "{driver_opts: {com.docker.network.bridge.host_binding_ipv4: 127.0.0.1}}"


@pytest.mark.parametrize(
    "text",
    [
        _SERVICE.format("network_mode: host"),
        _SERVICE.format("network_mode: none"),
        _SERVICE.format("networks: [back]") + "networks: {back: {internal: true}}\n",
        _SERVICE.format("scale: 1") + f"networks: {{default: {_BOUND}}}\n",
        _SERVICE.format("networks: [a]") + f"networks: {{a: {_BOUND}}}\n",
        _SERVICE.format("networks: [a, b]") + f"networks: {{a: {{internal: true}}, b: {_BOUND}}}\n",
    ],
)
def test_what_the_networks_keep_in(check: Callable[..., list[Any]], text: str) -> None:
    assert check(text, "PM101") == []


@pytest.mark.parametrize(
    "text",
    [
        _SERVICE.format("network_mode: bridge"),
        _SERVICE.format("networks: [a, b]") + "networks: {a: {internal: true}, b: {}}\n",
        _SERVICE.format("networks: [b]") + f"networks: {{a: {_BOUND}, b: {{}}}}\n",
        _SERVICE.format("profiles: [debug]"),
    ],
)
def test_what_they_do_not(check: Callable[..., list[Any]], text: str) -> None:
    assert [f.marked for f in check(text, "PM101")] == ["8080"]


@pytest.mark.parametrize(
    ("opened", "found"),
    [
        (["8080"], 0),
        (["web:8080/tcp"], 0),
        (["8000-9000"], 0),
        (["api:8080"], 1),
        (["8080/udp"], 1),
        (["80"], 1),
    ],
)
def test_what_is_meant_to_be_open(
    check: Callable[..., list[Any]], opened: list[str], found: int
) -> None:
    assert len(check(['"8080:80"'], "PM101", open=opened)) == found


def test_says_who_can_reach_it_and_what_to_write(check: Callable[..., list[Any]]) -> None:
    (found,) = check(['"8080:80"'], "PM101")
    assert "port 8080 is open to every machine that reaches this host" in found.message
    assert 'write "127.0.0.1:8080:80"' in found.hint
    assert 'open = ["web:8080"]' in found.hint
    (found,) = check(['"192.168.1.5:8080:80/udp"'], "PM101")
    assert "reaches 192.168.1.5" in found.message
    assert 'write "127.0.0.1:8080:80/udp"' in found.hint
    (found,) = check(["{target: 80, published: 8080}"], "PM101")
    assert 'write host_ip: "127.0.0.1"' in found.hint


def test_an_anchored_list_is_told_of_once(check: Callable[..., list[Any]]) -> None:
    text = (
        "x-p: &p ['8080:80']\nservices:\n  a: {image: x, ports: *p}\n"
        "  b: {image: x, ports: *p, profiles: [y]}\n"
    )
    assert [f.line for f in check(text, "PM101")] == [1]
