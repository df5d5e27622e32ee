"""PM004: two entries that can run together ask for the same host socket."""

from collections.abc import Callable
from typing import Any

import pytest


def _services(**services: str) -> str:
    """A file with services a, b, ..., each with what follows its image."""
    return "services:\n" + "".join(
        f"  {name}:\n    image: app\n    {body}\n" for name, body in services.items()
    )


_CONFLICTS = {
    "one service, one address": (_services(a='ports: ["8080:80", "8080:81"]'), 4, "8080"),
    "two services": (_services(a='ports: ["8080:80"]', b='ports: ["8080:80"]'), 7, "8080"),
    "any and loopback": (_services(a='ports: ["8080:80", "127.0.0.1:8080:81"]'), 4, "8080"),
    "0.0.0.0 and loopback": (
        _services(a='ports: ["0.0.0.0:8080:80"]', b='ports: ["127.0.0.1:8080:80"]'),
        7,
        "8080",
    ),
    "nothing and any v6": (
        _services(a='ports: ["8080:80"]', b='ports: ["[::]:8080:80"]'),
        7,
        "8080",
    ),
    "two spellings of one address": (
        _services(a='ports: ["[::1]:8080:80", "[0:0:0:0:0:0:0:1]:8080:80"]'),
        4,
        "8080",
    ),
    "mapped address": (
        _services(a='ports: ["[::ffff:127.0.0.1]:8080:80"]', b='ports: ["127.0.0.1:8080:81"]'),
        7,
        "8080",
    ),
    "short and long": (
        _services(a='ports: ["8080:80", {target: 80, published: 8080}]'),
        4,
        "8080",
    ),
    "range and one of it": (
        _services(a='ports: ["8000-8010:8000-8010"]', b='ports: ["8005:80"]'),
        7,
        "8005",
    ),
    "default and a profile": (
        _services(a='ports: ["8080:80"]', b='profiles: [x]\n    ports: ["8080:80"]'),
        8,
        "8080",
    ),
    "the same unknown address": (
        _services(a='ports: ["${IP}:8080:80"]', b='ports: ["${IP}:8080:80"]'),
        7,
        "8080",
    ),
    "an unknown address and all": (
        _services(a='ports: ["${IP}:8080:80"]', b='ports: ["8080:80"]'),
        7,
        "8080",
    ),
    "an anchored list": (
        "x-ports: &p\n  - '8080:80'\nservices:\n  a: {image: app, ports: *p}\n"
        "  b: {image: app, ports: *p}\n",
        2,
        "8080",
    ),
    "a merge key": (
        'x-web: &w\n  image: app\n  ports: ["8080:80"]\nservices:\n'
        "  a:\n    <<: *w\n  b:\n    <<: *w\n",
        3,
        "8080",
    ),
    "extends in the same file": (
        _services(a='ports: ["8080:80"]', b="extends: a"),
        4,
        "8080",
    ),
    "no port left to pick": (
        _services(a='ports: ["3000-3001:80", "3000-3001:81", "3000-3001:82"]'),
        4,
        "3000-3001",
    ),
    "fixed ports take the whole range": (
        _services(a='ports: ["3000:80", "3001:81"]', b='ports: ["3000-3001:80"]'),
        7,
        "3000-3001",
    ),
    "a chain of ranges": (
        _services(
            a='ports: ["1-2:80", "2-3:81", "3-4:82", "4-5:83", "5-6:84"]',
            b='ports: ["1-2:80", "5-6:81"]',
        ),
        7,
        "5-6",
    ),
}


@pytest.mark.parametrize("case", _CONFLICTS)
def test_finds(check: Callable[..., list[Any]], case: str) -> None:
    text, line, marked = _CONFLICTS[case]
    found = check(text, "PM004")
    assert [(f.severity, f.line, f.marked) for f in found] == [("error", line, marked)]
    assert "compose.yaml:" in found[0].message


_NO_CONFLICTS = {
    "tcp and udp": _services(a='ports: ["53:53", "53:53/udp"]'),
    "two loopback addresses": _services(a='ports: ["127.0.0.1:80:80", "127.0.0.2:80:80"]'),
    "any v4 and any v6": _services(a='ports: ["0.0.0.0:80:80"]', b='ports: ["[::]:80:80"]'),
    "any v6 and v4 loopback": _services(a='ports: ["[::]:80:80", "127.0.0.1:80:80"]'),
    "disjoint profiles": _services(
        a='profiles: [x]\n    ports: ["80:80"]', b='profiles: [y]\n    ports: ["80:80"]'
    ),
    "no replicas": _services(a='scale: 0\n    ports: ["80:80"]', b='ports: ["80:80"]'),
    "host network": _services(a='network_mode: host\n    ports: ["80:80"]', b='ports: ["80:80"]'),
    "the engine chooses": _services(a='ports: ["80", "0:81"]', b='ports: ["80"]'),
    "deduplicated by compose": _services(a='ports: ["8080:80", "8080:80"]'),
    "unknown addresses": _services(a='ports: ["${A}:80:80", "${B}:80:80", "127.0.0.1:80:81"]'),
    "unknown ports": _services(a='ports: ["${A}:80"]', b='ports: ["${A}:80"]'),
    "neighbouring ranges": _services(a='ports: ["8000-8004:1-5", "8005-8009:6-10"]'),
    "a port is left to pick": _services(a='ports: ["3000-3001:80"]', b='ports: ["3000:80"]'),
    "each can pick": _services(a='ports: ["3000-3002:80", "3000-3001:81", "3000:82"]'),
    "picked on different addresses": _services(
        a='ports: ["127.0.0.1:3000-3001:80", "127.0.0.2:3000-3001:81", "127.0.0.3:3000-3001:82"]'
    ),
    "picked in different profiles": _services(
        a='profiles: [x]\n    ports: ["3000-3001:80", "3000-3001:81"]',
        b='profiles: [y]\n    ports: ["3000-3001:80"]',
    ),
    "refused entries": _services(a='ports: ["8080:80/http", "8080:80"]'),
}


@pytest.mark.parametrize("case", _NO_CONFLICTS)
def test_finds_not(check: Callable[..., list[Any]], case: str) -> None:
    assert check(_NO_CONFLICTS[case], "PM004") == []


def test_names_both_services_and_both_lines(check: Callable[..., list[Any]]) -> None:
    (found,) = check(_services(web='ports: ["8080:80"]', api='ports: ["8080:80"]'), "PM004")
    assert (found.service, found.line) == ("api", 7)
    assert '"web" at ' in found.message
    assert "compose.yaml:4" in found.message
    assert 'write "8081:80"' in found.hint


def test_the_hint_offers_a_port_that_nobody_asks_for(check: Callable[..., list[Any]]) -> None:
    text = _services(a='ports: ["127.0.0.1:80:80", "127.0.0.1:80:81", "81-89:81-89"]')
    (found,) = check(text, "PM004")
    assert 'write "127.0.0.1:90:81"' in found.hint


def test_one_finding_for_two_overlapping_ranges(check: Callable[..., list[Any]]) -> None:
    text = _services(
        a='ports: ["10000-19999:10000-19999/udp"]', b='ports: ["15000-24999:15000-24999/udp"]'
    )
    (found,) = check(text, "PM004")
    assert "ports 15000-19999/udp" in found.message


def test_a_network_default_decides_the_address(check: Callable[..., list[Any]]) -> None:
    text = _services(a='ports: ["8080:80"]', b='ports: ["127.0.0.2:8080:80"]') + (
        "networks:\n  default:\n    driver_opts:\n"
        "      com.docker.network.bridge.host_binding_ipv4: 127.0.0.1\n"
    )
    assert check(text, "PM004") == []
    (found,) = check(text.replace("127.0.0.2", "127.0.0.1"), "PM004")
    assert found.service == "b"


def test_profiles_that_the_environment_turns_on_together(check: Callable[..., list[Any]]) -> None:
    text = _NO_CONFLICTS["disjoint profiles"]
    files = {"compose.yaml": text, ".env": "COMPOSE_PROFILES=x,y\n"}
    assert [f.service for f in check(files, "PM004")] == ["b"]


def test_an_override_in_the_way_of_its_base(check: Callable[..., list[Any]]) -> None:
    files = {
        "compose.yaml": _services(a='ports: ["8080:80"]'),
        "compose.override.yaml": 'services:\n  a:\n    ports: ["127.0.0.1:8080:80"]\n',
    }
    (found,) = check(files, "PM004")
    assert (found.file, found.line, found.marked) == ("compose.override.yaml", 3, "8080")
    assert "compose.yaml:4" in found.message
    assert "ports: !override" in found.hint


def test_an_included_project(check: Callable[..., list[Any]]) -> None:
    files = {
        "compose.yaml": "include: [db/compose.yaml]\n" + _services(a='ports: ["5432:80"]'),
        "db/compose.yaml": _services(db='ports: ["5432:5432"]'),
    }
    found = [f for f in check(files, "PM004") if f.rule == "PM004"]
    assert len(found) == 1
    assert {found[0].file, "compose.yaml", "db/compose.yaml"} == {"compose.yaml", "db/compose.yaml"}


def test_a_file_included_twice_is_no_conflict(check: Callable[..., list[Any]]) -> None:
    files = {
        "compose.yaml": "include: [x.yaml, y.yaml]\n" + _services(a="scale: 1"),
        "x.yaml": "include: [db.yaml]\n" + _services(x="scale: 1"),
        "y.yaml": "include: [db.yaml]\n" + _services(y="scale: 1"),
        "db.yaml": _services(db='ports: ["5432:5432"]'),
    }
    assert check(files, "PM004") == []


def test_many_services_on_one_port_cost_little(check: Callable[..., list[Any]]) -> None:
    text = _services(**{f"s{i}": 'ports: ["8080:80"]' for i in range(400)})
    found = check(text, "PM004")
    assert len(found) == 399
    assert "more" in found[-1].message
