"""Swarm services and the ports that they publish.

A service's port is open on every address of every node (ingress), or of the nodes that its tasks
run on (host); it cannot be bound to loopback. Source: Engine API, EndpointPortConfig.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from manager.model.container import Container
from manager.model.listener import HostSocket
from manager.model.ports import Port, PortBinding, PortMapping, PortRange

SERVICE_ID_LABEL = "com.docker.swarm.service.id"
STACK_LABEL = "com.docker.stack.namespace"


class PublishMode(StrEnum):
    """How a service's port reaches its tasks, by the words of the Engine API."""

    INGRESS = "ingress"
    HOST = "host"


@dataclass(frozen=True, slots=True)
class ServicePort:
    """One published port of a service; published None leaves the number to the swarm."""

    container_port: Port
    published: int | None = None
    mode: PublishMode = PublishMode.INGRESS

    @property
    def mapping(self) -> PortMapping:
        """The same as a mapping: a service publishes on every address."""
        ports = None if self.published is None else PortRange.of(self.published)
        return PortMapping(self.container_port, PortBinding(None, ports))

    @property
    def socket(self) -> HostSocket | None:
        """The host socket that it takes on a node; None where the swarm chooses."""
        if self.published is None:
            return None
        return HostSocket(None, self.published, self.container_port.protocol)

    def __str__(self) -> str:
        return f"{self.mapping} ({self.mode})"


@dataclass(frozen=True, slots=True)
class SwarmService:
    """A service. asked is what its specification says, held what the swarm has given it.

    version is what an update must name. resolves_names: it has no virtual address (dnsrr), and so
    cannot publish in mode ingress. running of desired tasks run, None where that is not told.
    """

    id: str
    name: str
    image: str = ""
    version: int = 0
    asked: tuple[ServicePort, ...] = ()
    held: tuple[ServicePort, ...] = ()
    stack: str | None = None
    resolves_names: bool = False
    running: int | None = None
    desired: int | None = None

    @property
    def ports(self) -> tuple[ServicePort, ...]:
        """What it publishes: as held, and as asked for what the swarm has not given yet."""
        given = {(port.container_port, port.mode) for port in self.held}
        waiting = (port for port in self.asked if (port.container_port, port.mode) not in given)
        return (*self.held, *waiting)

    @property
    def replicas(self) -> str:
        """`2/2 running`, empty where that is not told."""
        if self.running is None or self.desired is None:
            return ""
        return f"{self.running}/{self.desired} running"


@dataclass(frozen=True, slots=True)
class Rollout:
    """How far an update has come: state by the words of the Engine API, empty for none at all.

    trouble is what keeps a task from running, in the swarm's own words.
    """

    state: str = ""
    message: str = ""
    trouble: str = ""

    @property
    def done(self) -> bool:
        """Whether every task runs by the new specification."""
        return self.state == "completed"

    @property
    def turned_back(self) -> bool:
        """Whether every task runs by the specification of before again."""
        return self.state == "rollback_completed"

    @property
    def failed(self) -> bool:
        """Whether the swarm has stopped it, or has turned it back."""
        return self.state in {"paused", "rollback_started", "rollback_paused", "rollback_completed"}


def tasks_of(service: SwarmService, containers: Iterable[Container]) -> tuple[Container, ...]:
    """The containers of a service's tasks that this engine runs."""
    return tuple(c for c in containers if c.labels.get(SERVICE_ID_LABEL) == service.id)


def unseen_ports(service: SwarmService, containers: Iterable[Container]) -> Iterator[ServicePort]:
    """The ports of a service that no container here publishes: mode host is its tasks' own."""
    here = {
        (published.container_port, published.host_port)
        for task in tasks_of(service, containers)
        for published in task.published
    }
    for port in service.ports:
        own = (port.container_port, port.published) in here
        if not (port.mode is PublishMode.HOST and own):
            yield port
