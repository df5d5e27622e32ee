"""A believable host for the screen's tests: what `pmap --demo` shows, without its clock."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import ip_address

import pytest

from manager.change.facts import Facts
from manager.change.plan import Plan
from manager.change.planner import plan_change
from manager.change.request import ChangeRequest
from manager.host.memory import MemoryHost
from manager.model.conflict import find_free
from manager.model.container import ComposeOrigin, Container, ContainerState
from manager.model.listener import HostSocket, Listener, Process
from manager.model.portclass import FreePortSearch
from manager.model.ports import (
    IPAddress,
    IPProtocol,
    Port,
    PortBinding,
    PortMapping,
    PortRange,
    PublishedPort,
)
from manager.model.snapshot import EngineInfo, Snapshot


def container(
    name: str,
    *asked: str,
    project: str = "",
    state: ContainerState = ContainerState.RUNNING,
    image: str = "",
    **more: object,
) -> Container:
    """A container from mappings written `ADDRESS|PORT|CONTAINER_PORT`, an empty address for all."""
    mappings, published = [], []
    for text in asked:
        address, port, target = text.split("|")
        inner = Port.parse(target)
        ip = ip_address(address) if address else None
        mappings.append(PortMapping(inner, PortBinding(ip, PortRange.parse(port))))
        held = [ip] if ip else [ip_address("0.0.0.0"), ip_address("::")]
        published += [PublishedPort(h, PortRange.parse(port).start, inner) for h in held]
    service = name.removeprefix(f"{project}-").removesuffix("-1")
    folder = f"/srv/{project}"
    origin = ComposeOrigin(project, service, (f"{folder}/compose.yaml",), folder)
    return Container(
        (name.encode().hex() * 8)[:64],
        name,
        image or f"{service}:latest",
        state,
        tuple(mappings),
        tuple(published) if state.holds_ports else (),
        origin=origin if project else None,
        status="Up 3 hours" if state.holds_ports else "Exited (0) 2 days ago",
        **more,  # type: ignore[arg-type]
    )


def believable() -> Snapshot:
    """Projects, exposed ports, a conflict, a stopped container, a host-network container."""
    hostnet = container("metrics", image="prom/node-exporter:v1.8.2", network_mode="host", pid=4120)
    containers = (
        container("shop-web-1", "127.0.0.1|8080|80/tcp", "127.0.0.1|8443|443/tcp", project="shop",
                  image="nginx:1.27-alpine"),
        container("shop-api-1", "127.0.0.1|3000|3000/tcp", project="shop", image="shop/api:2.4.1"),
        container("shop-db-1", "|5432|5432/tcp", project="shop", image="postgres:16"),
        container("shop-cache-1", "127.0.0.1|6379|6379/tcp", project="shop", image="redis:7.4"),
        container("blog-web-1", "192.168.1.20|8081|80/tcp", project="blog", image="ghost:5"),
        container("blog-db-1", "|5432|5432/tcp", project="blog", image="postgres:15",
                  state=ContainerState.EXITED),
        container("blog-mail-1", "127.0.0.1|1025|1025/tcp", "127.0.0.1|8025|8025/tcp",
                  project="blog", image="axllent/mailpit:v1.21"),
        container("dns", "127.0.0.1|5300|53/udp", "::1|5300|53/udp", image="coredns/coredns:1.11"),
        container("registry", "|5000|5000/tcp", image="registry:2"),
        container("old-jenkins", "|8090|8080/tcp", image="jenkins/jenkins:lts",
                  state=ContainerState.EXITED),
        hostnet,
    )  # fmt: skip
    listeners = (
        Listener(HostSocket(ip_address("0.0.0.0"), 22), Process(812, "sshd", "/usr/sbin/sshd -D")),
        Listener(HostSocket(ip_address("::"), 22), Process(812, "sshd", "/usr/sbin/sshd -D")),
        Listener(
            HostSocket(ip_address("127.0.0.1"), 631), Process(901, "cupsd", "/usr/sbin/cupsd -l")
        ),
        Listener(
            HostSocket(ip_address("127.0.0.1"), 8000),
            Process(20711, "python3", "python3 -m http.server 8000", "/home/ada/notes", "ada"),
        ),
        Listener(
            HostSocket(ip_address("::"), 9100, dual_stack=True),
            Process(4120, "node_exporter", "/bin/node_exporter"),
            hostnet.id,
        ),
    )
    engine = EngineInfo("unix:///var/run/docker.sock", "28.5.1", (1, 51), context="default")
    return Snapshot(engine, containers, listeners)


@dataclass
class StillManager:
    """A core whose snapshot stands still; plans are the real planner's."""

    taken: Snapshot = field(default_factory=believable)
    engine: object = "engine"
    unavailable: None = None
    host: MemoryHost = field(default_factory=MemoryHost)

    def snapshot(self, *, stopped: bool = True, host: bool = True) -> Snapshot:
        return self.taken

    def events(self, stop: threading.Event) -> Iterator[object]:
        stop.wait()
        return iter(())

    def plan(self, request: ChangeRequest) -> Plan:
        target = self.taken.container(request.container)
        return plan_change(self.taken, request, Facts("0f0f0f0f", {}, target))

    def free(
        self,
        search: FreePortSearch,
        *,
        host_ip: IPAddress | None = None,
        protocol: IPProtocol = IPProtocol.TCP,
    ) -> list[int]:
        return find_free(self.taken, search, host_ip=host_ip, protocol=protocol)


@pytest.fixture
def snapshot() -> Snapshot:
    return believable()


@pytest.fixture
def manager() -> StillManager:
    return StillManager()
