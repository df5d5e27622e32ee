"""Who is in the way: the one conflict algebra of commands, screen and compose check.

A stopped container is a holder too: it takes its ports back at its next start. docker-proxy and
its like are never named: what they hold, a container holds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from manager.model.container import Container
from manager.model.listener import HostSocket, Listener, Process
from manager.model.place import HostPlace
from manager.model.portclass import FreePortSearch, Predicate
from manager.model.ports import IPAddress, IPProtocol, fold
from manager.model.sharing import shared_networks
from manager.model.snapshot import EngineInfo, Snapshot
from manager.model.swarm import SwarmService, unseen_ports

_Place = tuple[int, IPProtocol]
"""Only sockets of one port and protocol can be in each other's way."""

HOST_NETWORK = "host network"
"""Note of a container that listens itself: nothing is published, nothing can be moved."""

LEFTOVER = "leftover of the engine"
"""Note of an engine's helper that holds a port which no container has any more."""

ENGINE_ITSELF = "the engine itself"
"""Note of the engine's own sockets: its API, and what it needs for a swarm."""

NOT_ASKED = "of an engine that was not asked"
"""Note of a helper that serves another engine than the one that was asked, or one that is away."""

_OF_PODMAN = {"conmon", "rootlessport", "rootlessport-child", "podman", "aardvark-dns"}
_OF_DESKTOP = "com.docker."
_PROXIES = {"docker-proxy", "rootlesskit-docker-proxy", "rootlessport", "rootlessport-child"}
"""Helpers that live for one published port each: without it, they are left over."""


class HolderKind(StrEnum):
    """What kind of thing holds a port, by the words of `who --json`."""

    CONTAINER = "container"
    STOPPED_CONTAINER = "stopped-container"
    PROCESS = "process"
    RESERVATION = "reservation"
    SERVICE = "compose-service"
    SWARM_SERVICE = "swarm-service"

    @property
    def binds(self) -> bool:
        """Whether it has its socket now, and does not only speak for it."""
        return self in {HolderKind.CONTAINER, HolderKind.PROCESS, HolderKind.SWARM_SERVICE}


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has a socket. `note` says how, where kind alone does not (host network, a setting).

    service is set where a swarm publishes the port for it on every node. shared_with names the
    containers that live in the container's network: what answers on the port may be one of theirs;
    served_by is the one that it is, where that is known.
    """

    kind: HolderKind
    socket: HostSocket
    container: Container | None = None
    process: Process | None = None
    note: str = ""
    service: SwarmService | None = None
    shared_with: tuple[str, ...] = ()
    served_by: str = ""

    def __str__(self) -> str:
        if self.container is not None:
            who = f"container {self.container.name}"
            if self.container.pod:
                who = f"pod {self.container.pod}"
            if self.kind is HolderKind.STOPPED_CONTAINER:
                who = f"{self.container.state} container {self.container.name}"
        elif self.service is not None:
            who = f"swarm service {self.service.name}"
        elif self.process is not None:
            who = f"process {self.process.pid} ({self.process.name or 'unknown'})"
        elif self.kind is HolderKind.PROCESS:
            who = "a process that this user may not see"
        else:
            who = self.note or self.kind.value
        return who


@dataclass(frozen=True, slots=True)
class Conflict:
    """`wanted` cannot be bound (or not for long), because `holder` has a socket over it.

    wanted_by is set where a container wants it, and not the request at hand.
    """

    wanted: HostSocket
    holder: Holder
    wanted_by: Container | None = None

    def __str__(self) -> str:
        if self.holder.kind is HolderKind.RESERVATION:
            return f"{self.wanted} is spoken for: {self.holder}"
        place = "" if self.holder.socket == self.wanted else f" ({self.holder.socket})"
        return f"{self.wanted} is held by {self.holder}{place}"


def container_sockets(container: Container) -> Iterator[HostSocket]:
    """The host sockets that a container holds, or would take at its next start.

    One that two of its mappings ask for comes twice: such a container cannot start.
    """
    held = [
        HostSocket(host_ip, published.host_port, published.container_port.protocol)
        for host_ip, published in fold(container.published)
    ]
    yield from held
    if not container.state.may_start:
        return
    for mapping in container.mappings:
        # A range, or no port at all, is the engine's choice at start: nothing is held yet.
        if (port := mapping.binding.host_port) is None:
            continue
        socket = HostSocket(mapping.binding.host_ip, port, mapping.container_port.protocol)
        if socket not in held:
            yield socket


def service_sockets(snapshot: Snapshot) -> Iterator[tuple[SwarmService, HostSocket]]:
    """The host sockets of swarm services, but for those that a container here publishes itself."""
    for service in snapshot.services:
        for port in unseen_ports(service, snapshot.containers):
            if (socket := port.socket) is not None:
                yield service, socket


def all_holders(snapshot: Snapshot) -> Iterator[Holder]:
    """Every holder of every host socket, containers before processes."""
    shared = shared_networks(snapshot.containers)
    for container in snapshot.containers:
        kind = HolderKind.CONTAINER if container.state.holds_ports else HolderKind.STOPPED_CONTAINER
        # Two mappings on one socket are one thing to be in the way.
        for socket in dict.fromkeys(container_sockets(container)):
            sharers = shared.get(container.id, ())
            by = _server(snapshot, container, socket) if sharers else ""
            yield Holder(kind, socket, container, shared_with=sharers, served_by=by)
    for service, socket in service_sockets(snapshot):
        yield Holder(HolderKind.SWARM_SERVICE, socket, service=service)
    yield from _listening_holders(snapshot)
    for port, reason in snapshot.reserved.items():
        for protocol in (IPProtocol.TCP, IPProtocol.UDP):
            yield Holder(HolderKind.RESERVATION, HostSocket(None, port, protocol), note=reason)


def _server(snapshot: Snapshot, container: Container, socket: HostSocket) -> str:
    """The name of the container in this one's network that a host socket leads to, if known."""
    served = snapshot.served.get(container.id, {})
    leads_to = (
        held.container_port
        for host_ip, held in fold(container.published)
        if HostSocket(host_ip, held.host_port, held.container_port.protocol) == socket
    )
    return next((served[port] for port in leads_to if port in served), "")


def own_listeners(snapshot: Snapshot) -> Iterator[tuple[Listener, Container | None]]:
    """The host's listeners that are not the engine's hand on a published port, and whose they are.

    The container is the one that listens on the host's own network, None for a plain process.
    """
    by_id = {container.id: container for container in snapshot.containers}
    held: dict[_Place, list[HostSocket]] = defaultdict(list)
    for container in snapshot.containers:
        for published in container.published:
            socket = HostSocket.of(published)
            held[_place(socket)].append(socket)
    for _, socket in service_sockets(snapshot):
        held[_place(socket)].append(socket)
    for listener in snapshot.listeners or ():
        owner = by_id.get(listener.container_id) if listener.container_id else None
        if owner is not None or not _is_proxy(listener, held[_place(listener.socket)]):
            yield listener, owner


def _is_proxy(listener: Listener, held: Iterable[HostSocket]) -> bool:
    """Whether a container's published port stands for this listener already."""
    if listener.for_engine:
        # Only one of two that overlap can be bound: it is bound for that container.
        return any(listener.socket.overlaps(socket) for socket in held)
    if listener.process is not None:
        return False
    # Somebody whom this user may not see, on the very socket of a container: its proxy.
    return any(listener.socket.host_ip == socket.host_ip for socket in held)


def _listening_holders(snapshot: Snapshot) -> Iterator[Holder]:
    named: set[tuple[str, HostSocket]] = set()
    for listener, container in own_listeners(snapshot):
        socket, process = listener.socket, listener.process
        if container is None:
            note = _engine_note(listener, snapshot.engine)
            yield Holder(HolderKind.PROCESS, socket, None, process, note)
        elif (container.id, socket) not in named:
            # Its workers share the socket: the container is named once.
            named.add((container.id, socket))
            yield Holder(HolderKind.CONTAINER, socket, container, process, HOST_NETWORK)


def _engine_note(listener: Listener, engine: EngineInfo | None) -> str:
    """What a helper of an engine is here that no container known to us stands for."""
    if not listener.for_engine:
        return ""
    name = listener.process.name if listener.process else ""
    if _serves_another(name, engine):
        return NOT_ASKED
    return LEFTOVER if name in _PROXIES else ENGINE_ITSELF


def _serves_another(name: str, engine: EngineInfo | None) -> bool:
    podman = name in _OF_PODMAN
    kit = name.startswith("rootlesskit")
    desktop = name.startswith(_OF_DESKTOP)
    if engine is None:
        return podman or kit or desktop or name in _PROXIES
    if podman or engine.podman:
        return podman is not engine.podman
    return (kit and not engine.rootless) or (desktop and not engine.forwards)


def holders_of(
    snapshot: Snapshot,
    port: int,
    protocol: IPProtocol | None = None,
    host_ip: IPAddress | None = None,
) -> tuple[Holder, ...]:
    """Who holds `port`, then who reserves it: of every protocol and on any address unless given."""
    place = HostPlace(port, protocol, host_ip)
    found = [holder for holder in all_holders(snapshot) if place.meets(holder.socket)]
    return tuple(sorted(found, key=lambda h: h.kind is HolderKind.STOPPED_CONTAINER))


def find_conflicts(
    snapshot: Snapshot, wanted: Iterable[HostSocket], *, ignoring: Collection[str] = ()
) -> tuple[Conflict, ...]:
    """The conflicts of the wanted sockets with the snapshot and among themselves.

    ignoring: full ids of containers and services whose own sockets do not count (the one that is
    changed).
    """
    sockets = list(wanted)
    by_place: dict[_Place, list[HostSocket]] = defaultdict(list)
    for socket in sockets:
        by_place[_place(socket)].append(socket)
    found = [
        Conflict(socket, holder)
        for holder in all_holders(snapshot)
        if _owner_id(holder) not in ignoring
        for socket in by_place.get(_place(holder.socket), ())
        if socket.overlaps(holder.socket)
    ]
    found.extend(_among(sockets, "this very request"))
    return tuple(found)


def start_conflicts(snapshot: Snapshot) -> tuple[Conflict, ...]:
    """Containers at rest that could not start now: somebody binds their port, or they do twice.

    What another container at rest has reserved is not in the way: either of the two can start.
    """
    bound: dict[_Place, list[Holder]] = defaultdict(list)
    for holder in all_holders(snapshot):
        if holder.kind.binds:
            bound[_place(holder.socket)].append(holder)
    found: list[Conflict] = []
    for container in snapshot.containers:
        if container.state.holds_ports:
            continue
        sockets = list(container_sockets(container))
        found.extend(
            Conflict(socket, holder, container)
            for socket in dict.fromkeys(sockets)
            for holder in bound.get(_place(socket), ())
            if socket.overlaps(holder.socket)
        )
        own = _among(sockets, "another port of its own")
        found.extend(replace(conflict, wanted_by=container) for conflict in own)
    return tuple(found)


def _among(sockets: Sequence[HostSocket], note: str) -> Iterator[Conflict]:
    """The conflicts of sockets with those before them."""
    before: dict[_Place, list[HostSocket]] = defaultdict(list)
    for socket in sockets:
        for other in before[_place(socket)]:
            if socket.overlaps(other):
                yield Conflict(socket, Holder(HolderKind.RESERVATION, other, note=note))
        before[_place(socket)].append(socket)


def _owner_id(holder: Holder) -> str | None:
    owner = holder.container or holder.service
    return owner.id if owner else None


def _place(socket: HostSocket) -> _Place:
    return socket.host_port, socket.protocol


def find_free(
    snapshot: Snapshot,
    search: FreePortSearch,
    *,
    host_ip: IPAddress | None = None,
    protocol: IPProtocol = IPProtocol.TCP,
    ignoring: Collection[str] = (),
    excluding: Iterable[HostSocket] = (),
    confirm: Predicate = lambda _: True,
) -> list[int]:
    """Free host ports by the snapshot's knowledge; host_ip None asks for every address.

    excluding: sockets that are spoken for although the snapshot does not show them.
    confirm: has the last word on each port to be offered (a real bind), and is asked no more.
    """
    taken: dict[int, list[HostSocket]] = {}
    for socket in excluding:
        taken.setdefault(socket.host_port, []).append(socket)
    for holder in all_holders(snapshot):
        if _owner_id(holder) not in ignoring:
            taken.setdefault(holder.socket.host_port, []).append(holder.socket)

    def is_free(port: int) -> bool:
        if port not in taken:
            return True
        socket = HostSocket(host_ip, port, protocol)
        return not any(socket.overlaps(other) for other in taken[port])

    return search.run(is_free, confirm)
