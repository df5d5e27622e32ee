"""What is said of an entry is what a real engine does with it: refused when, or bound where."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from engine_http import ApiError
from pytest_engines import LiveEngine

from manager.compose.values import PortEntry, Project, Stage
from manager.model.ports import PortRange

Reader = Callable[..., Project]
ITEMS = [
    '"18080:80"',
    '"127.0.0.1:18080:80/udp"',
    '"[::1]:18080:80"',
    '"::ffff:127.0.0.1:18080:80"',
    '"18080-18082:80"',
    '"18080-18082:80-82"',
    '"0-2:80"',
    '"80"',
    '"80/http"',
    '{target: 80, published: "18080/udp"}',
    '{target: 80, published: "18080/what"}',
    '{target: 80, published: "18080-18082-7"}',
    '{target: 80, published: "18080-18082"}',
    '{target: 80, published: "/"}',
    '{target: 80, published: "0-2"}',
    '{target: 80, published: " 18080"}',
    '{target: 80, published: "18085-18080"}',
    '{target: 80, published: "abc"}',
    '{target: 80, published: "18080:80"}',
    "{target: 80, published: 65536}",
    "{target: 4294967376, published: 18080}",
    "{target: 70000, published: 18080}",
    "{target: 0, published: 18080}",
    "{target: 80, published: 18080, protocol: UDP}",
    "{target: 80, published: 18080, protocol: http}",
    '{target: 80, published: 18080, protocol: ""}',
    "{target: 80, published: 18080, host_ip: 127.0.0.1}",
]


@pytest.mark.parametrize("item", ITEMS)
def test_an_engine_does_what_is_said(
    live_engine: LiveEngine, prefix: str, read: Reader, item: str
) -> None:
    project = read(f"services:\n  web:\n    image: pmap/web\n    ports:\n      - {item}\n")
    (entry,) = project.services[0].entries
    said = entry.error.stage if entry.error is not None else None
    if said is Stage.CONFIG:
        assert not entry.runs
        return
    done, bound = run(live_engine, f"{prefix}entry", entry)
    assert done == said
    if said is None:
        assert_as_said(entry, bound)


def run(
    engine: LiveEngine, name: str, entry: PortEntry
) -> tuple[Stage | None, list[dict[str, Any]]]:
    """Create and start a container with the entry's ports: what fails, and what it binds."""
    bindings: dict[str, list[dict[str, str]]] = {}
    for one in entry.runs:
        for offset in range(one.count):
            port = one.published
            if offset and port:
                port = str(int(port) + offset)
            key = f"{one.target + offset}/{one.protocol}"
            bindings.setdefault(key, []).append({"HostIp": one.host_ip, "HostPort": port})
    body = {
        "Image": "pmap/web",
        "ExposedPorts": {key: {} for key in bindings},
        "HostConfig": {"PortBindings": bindings},
    }
    stage = Stage.CREATE
    try:
        made = engine.api.call("POST", "/containers/create", {"name": name}, body).json()
        stage = Stage.START
        engine.api.call("POST", f"/containers/{made['Id']}/start")
    except ApiError:
        return stage, []
    ports = engine.api.get(f"/containers/{made['Id']}/json")["NetworkSettings"]["Ports"]
    return None, [{"port": key, **binding} for key, held in ports.items() for binding in held or ()]


def assert_as_said(entry: PortEntry, bound: list[dict[str, Any]]) -> None:
    assert isinstance(entry.target, PortRange)
    targets = {int(one["port"].partition("/")[0]) for one in bound}
    assert targets == set(range(entry.target.start, entry.target.end + 1))
    assert {one["port"].partition("/")[2] for one in bound} == {str(entry.protocol).lower()}
    hosts = {one["HostIp"] for one in bound}
    assert hosts <= ({"0.0.0.0", "::"} if entry.host_ip is None else {str(entry.host_ip)})
    ports = {int(one["HostPort"]) for one in bound}
    if isinstance(entry.published, PortRange):
        assert all(port in entry.published for port in ports)
        assert len(ports) == (1 if entry.picks else len(entry.published))
    else:
        assert entry.published is None
