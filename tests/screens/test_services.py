"""Swarm services and pods on the screen: named, and never taken for a process of the host."""

from __future__ import annotations

from dataclasses import replace

from manager.model.container import Container, ContainerState
from manager.model.ports import Port, PublishedPort, parse_ip
from manager.model.snapshot import EngineInfo, Snapshot
from manager.model.swarm import PublishMode, ServicePort, SwarmService
from tui.presentation.cells import plain
from tui.presentation.entry import Entry, entries
from tui.presentation.glyphs import UNICODE
from tui.presentation.story import story, story_lines

ENGINE = EngineInfo("unix:///var/run/docker.sock", "28.5.1", swarm_manager=True)
PORT = ServicePort(Port(80), 8080)
SERVICE = SwarmService(
    "s" * 25, "web", "nginx:1", 7, (PORT,), (PORT,), "shop", running=1, desired=2
)


def entry_of(snapshot: Snapshot) -> Entry:
    (entry,) = entries(snapshot)
    return entry


def tell(entry: Entry) -> str:
    facts, _ = story_lines(story(entry, ENGINE, UNICODE), 500)
    return "\n".join(map(plain, facts))


def test_a_service_is_the_owner_of_its_port() -> None:
    entry = entry_of(Snapshot(ENGINE, services=(SERVICE,)))
    assert (entry.owner, entry.project, entry.image) == ("web", "shop", "nginx:1")
    said = tell(entry)
    assert "every network of every node, and a service cannot be bound to less" in said
    assert "A swarm publishes it on every node (mode ingress)." in said
    assert "Swarm service web of nginx:1, 1/2 running." in said


def test_mode_host_is_open_where_its_tasks_run() -> None:
    port = replace(PORT, mode=PublishMode.HOST)
    service = replace(SERVICE, asked=(port,), held=(port,))
    said = tell(entry_of(Snapshot(ENGINE, services=(service,))))
    assert "on the nodes that its tasks run on (mode host)" in said


def test_a_pods_port_is_the_pods() -> None:
    held = PublishedPort(parse_ip("127.0.0.1"), 8080, Port(80))
    infra = Container(
        "i" * 64, "f00-infra", "pause", ContainerState.RUNNING, (), (held,), pod="shop"
    )
    assert entry_of(Snapshot(ENGINE, (infra,))).owner == "pod shop"
