"""Containers, requests and plans in few words, for the tests of what is pure."""

from __future__ import annotations

from typing import Any

import pytest

from manager.change.facts import Facts
from manager.change.plan import Plan
from manager.change.planner import plan_change
from manager.change.request import ChangeRequest, Move, Publish
from manager.errors import Refused
from manager.model.container import Container, ContainerState
from manager.model.listener import Listener
from manager.model.ports import Port, PortBinding, PortMapping, PortRange, PublishedPort, parse_ip
from manager.model.portspec import PortSpec
from manager.model.snapshot import EngineInfo, Snapshot

LOCAL = EngineInfo("unix:///var/run/docker.sock", "28.5.2")
WEB = "a" * 64


def mapping(text: str) -> PortMapping:
    """`127.0.0.1:8080 80/tcp`; `*` is every address, `?` the engine's choice."""
    host, port = text.split()
    ip, _, number = host.rpartition(":")
    return PortMapping(
        Port.parse(port),
        PortBinding(
            None if ip == "*" else parse_ip(ip), None if number == "?" else PortRange.parse(number)
        ),
    )


def container(
    name: str = "web",
    *mappings: str,
    state: ContainerState = ContainerState.RUNNING,
    exposed: tuple[str, ...] = ("80/tcp",),
    **more: Any,
) -> Container:
    asked = tuple(mapping(text) for text in mappings)
    held = tuple(
        PublishedPort(ip, m.binding.host_port or 32768, m.container_port)
        for m in asked
        for ip in (
            [m.binding.host_ip] if m.binding.host_ip else [parse_ip("0.0.0.0"), parse_ip("::")]
        )
    )
    running = state is ContainerState.RUNNING
    return Container(
        id=more.pop("id", WEB if name == "web" else name.encode().hex().ljust(64, "0")),
        name=name,
        image="nginx",
        state=state,
        mappings=asked,
        published=held if running else (),
        exposed=tuple(map(Port.parse, exposed)),
        pid=4242 if running else None,
        **more,
    )


def specs(*texts: str) -> tuple[PortSpec, ...]:
    return tuple(map(PortSpec.parse, texts))


def publish(*texts: str, **more: Any) -> Publish:
    return Publish(container="web", specs=specs(*texts), **more)


def move(source: str, target: str, **more: Any) -> Move:
    return Move(
        container="web", source=PortSpec.parse(source), target=PortSpec.parse(target), **more
    )


def plan(
    request: ChangeRequest,
    target: Container,
    *others: Container,
    listeners: tuple[Listener, ...] = (),
    reserved: dict[int, str] | None = None,
    record: dict[str, Any] | None = None,
    engine: EngineInfo = LOCAL,
    **facts: Any,
) -> Plan:
    snapshot = Snapshot(engine, (target, *others), listeners, reserved=reserved or {})
    base = {"Id": target.id, "Image": "sha256:1", "Config": {}, "HostConfig": {}}
    return plan_change(snapshot, request, Facts("t1", base | (record or {}), target, **facts))


def after(request: ChangeRequest, target: Container, *others: Container, **more: Any) -> list[str]:
    return [str(m) for m in plan(request, target, *others, **more).after]


def refused(*args: Any, **facts: Any) -> str:
    with pytest.raises(Refused) as caught:
        plan(*args, **facts)
    return f"{caught.value.message} | {caught.value.hint}"
