"""Files that break, lose or gain a port at `up`, each by its right rule; and files that do not.

The cases are those that were brought up on engines while every existing checker looked on.
"""

from collections.abc import Callable
from typing import Any

import pytest


def _web(*items: str, more: str = "") -> str:
    listed = "".join(f"      - {item}\n" for item in items)
    return f"services:\n  web:\n    image: app\n{more}    ports:\n{listed}"


_BREAKING: dict[str, tuple[str | dict[str, str], str]] = {
    "same address and port twice": (
        _web('"127.0.0.1:8080:80"') + '  b:\n    image: app\n    ports: ["127.0.0.1:8080:80"]\n',
        "PM004",
    ),
    "any and loopback on one port": (_web('"0.0.0.0:8080:80"', '"127.0.0.1:8080:81"'), "PM004"),
    "a range over a single port": (_web('"8000-8010:8000-8010"', '"8005:80"'), "PM004"),
    "ranges of unequal length": (_web('"8000-8002:80-81"'), "PM001"),
    "localhost for an address": (_web('"localhost:8080:80"'), "PM001"),
    "70000 in short syntax": (_web('"70000:80"'), "PM001"),
    "70000 in long syntax": (_web("{target: 80, published: 70000}"), "PM002"),
    "host network": (_web('"8080:80"', more="    network_mode: host\n"), "PM201"),
    "a network of another service": (
        _web('"8080:80"', more="    network_mode: service:vpn\n") + "  vpn:\n    image: vpn\n",
        "PM006",
    ),
    "replicas on one port": (
        _web('"127.0.0.1:8080:80"', more="    deploy: {replicas: 3}\n"),
        "PM005",
    ),
    "internal networks alone": (
        _web('"8080:80"', more="    networks: [back]\n") + "networks: {back: {internal: true}}\n",
        "PM201",
    ),
    "twice through a merge key": (
        "x-w: &w\n  image: app\n  ports: ['127.0.0.1:8080:80']\n"
        "services:\n  a: {<<: *w}\n  b: {<<: *w}\n",
        "PM004",
    ),
    "an address without a second port": (_web('"127.0.0.1:80"'), "PM001"),
    "two projects": (
        {
            "one/compose.yaml": _web('"127.0.0.1:8080:80"'),
            "two/compose.yaml": _web('"127.0.0.1:8080:80"'),
        },
        "PM009",
    ),
    "an override that appends": (
        {
            "compose.yaml": _web('"127.0.0.1:8080:80"'),
            "compose.override.yaml": 'services: {web: {ports: ["127.0.0.1:8081:80"]}}\n',
        },
        "PM202",
    ),
}


@pytest.mark.parametrize("case", _BREAKING)
def test_what_breaks_is_caught_by_its_rule(check: Callable[..., list[Any]], case: str) -> None:
    files, rule = _BREAKING[case]
    told = [f.rule for f in check(files) if f.severity != "info"]
    assert rule in told
    # Nothing else is cried: what is published is on loopback, or said to be open.
    assert set(told) <= {rule, "PM101"}


_CLEAN = {
    "tcp and udp": _web('"127.0.0.1:8080:80"', '"127.0.0.1:8080:80/udp"'),
    "two loopback addresses": _web('"127.0.0.1:8080:80"', '"127.0.0.2:8080:80"'),
    "one profile at a time": (
        _web('"127.0.0.1:8080:80"', more="    profiles: [dev]\n")
        + '  b:\n    image: app\n    profiles: [prod]\n    ports: ["127.0.0.1:8080:80"]\n'
    ),
    "any v4 and any v6": _web('"0.0.0.0:8080:80"', '"[::]:8080:80"'),
    "a network bound to loopback": _web('"8080:80"') + "networks:\n  default:\n    driver_opts:\n"
    "      com.docker.network.bridge.host_binding_ipv4: 127.0.0.1\n",
}


@pytest.mark.parametrize("case", _CLEAN)
def test_what_is_clean_stays_clean(check: Callable[..., list[Any]], case: str) -> None:
    # The open one is said to be meant: it is there for the two families.
    opened = ["web:8080"] if case == "any v4 and any v6" else []
    assert [f for f in check(_CLEAN[case], open=opened) if f.severity != "info"] == []


_EXPOSED = {
    "01": '"8080:80"',
    "02": '"0.0.0.0:8080:80"',
    "03": '"[::]:8080:80"',
    "04": "{target: 80, published: 8080}",
    "17": '"${BIND:-0.0.0.0}:8080:80"',
    "range": '"8080-8081:80-81"',
    "udp": '"8080:80/udp"',
    "no host port": '"80"',
}


@pytest.mark.parametrize("case", _EXPOSED)
def test_what_is_open_to_everybody_is_an_error(check: Callable[..., list[Any]], case: str) -> None:
    told = [(f.rule, f.severity) for f in check([_EXPOSED[case]]) if f.severity == "error"]
    assert told == [("PM101", "error")]


@pytest.mark.parametrize(
    ("item", "rule"),
    [('"127.0.0.1:50000:80"', "PM304"), ('"127.0.0.1:0:80"', "PM302"), ("127.0.0.1:1:1", "PM301")],
)
def test_habits(check: Callable[..., list[Any]], item: str, rule: str) -> None:
    assert rule in [f.rule for f in check([item])]


def test_a_default_that_is_loopback_is_clean(check: Callable[..., list[Any]]) -> None:
    found = check(['"127.0.0.1:${PORT:-8080}:80"'])
    assert [f for f in found if f.severity != "info"] == []
