"""Who is in the way: the one conflict algebra of commands, screen and compose check.

A stopped container is a holder too: it takes its ports back at its next start. docker-proxy and
its like are never named: what they hold, a container holds.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from manager.model.container import Container
from manager.model.listener import HostSocket, Listener, Process
from manager.model.portclass import FreePortSearch
from manager.model.ports import IPAddress, IPProtocol, fold
from manager.model.snapshot import Snapshot


class HolderKind(StrEnum):
    """What kind of thing holds a port, by the words of `who --json`."""

    CONTAINER = "container"
    STOPPED_CONTAINER = "stopped-container"
    PROCESS = "process"
    RESERVATION = "reservation"
    SERVICE = "compose-service"


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has a socket. `note` says how, where kind alone does not (host network, a setting)."""

    kind: HolderKind
    socket: HostSocket
    container: Container | None = None
    process: Process | None = None
    note: str = ""

    def __str__(self) -> str:
        if self.container is not None:
            who = f"container {self.container.name}"
            if self.kind is HolderKind.STOPPED_CONTAINER:
                who = f"{self.container.state} container {self.container.name}"
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
        return f"{self.wanted} is held by {self.holder} ({self.holder.socket})"


def container_sockets(container: Container) -> Iterator[HostSocket]:
    """The host sockets that a container holds, or would take at its next start."""
    if container.state.holds_ports:
        for host_ip, port in fold(container.published):
            yield HostSocket(host_ip, port.host_port, port.container_port.protocol)
        return
    for mapping in container.mappings:
        # A range, or no port at all, is the engine's choice at start: nothing is held yet.
        if (port := mapping.binding.host_port) is not None:
            yield HostSocket(mapping.binding.host_ip, port, mapping.container_port.protocol)


def all_holders(snapshot: Snapshot) -> Iterator[Holder]:
    """Every holder of every host socket, containers before processes."""
    for container in snapshot.containers:
        kind = HolderKind.CONTAINER if container.state.holds_ports else HolderKind.STOPPED_CONTAINER
        for socket in container_sockets(container):
            yield Holder(kind, socket, container)
    published = [HostSocket.of(p) for c in snapshot.containers for p in c.published]
    for listener in snapshot.listeners or ():
        if (holder := _process_holder(listener, snapshot, published)) is not None:
            yield holder
    for port, reason in snapshot.reserved.items():
        for protocol in (IPProtocol.TCP, IPProtocol.UDP):
            yield Holder(HolderKind.RESERVATION, HostSocket(None, port, protocol), note=reason)


def _process_holder(
    listener: Listener, snapshot: Snapshot, published: Collection[HostSocket]
) -> Holder | None:
    """The holder behind a listener; None when a published port already stands for it."""
    if listener.container_id is not None:
        container = snapshot.by_id(listener.container_id)
        if container is not None:
            return Holder(
                HolderKind.CONTAINER, listener.socket, container, listener.process, "host network"
            )
    if listener.for_engine or listener.process is None:
        # An unnamed listener on the very socket of a container is that container's proxy.
        same = any(
            (p.host_ip, p.host_port, p.protocol)
            == (listener.socket.host_ip, listener.socket.host_port, listener.socket.protocol)
            for p in published
        )
        if same:
            return None
    note = "leftover of the engine" if listener.for_engine else ""
    return Holder(HolderKind.PROCESS, listener.socket, None, listener.process, note)


def holders_of(
    snapshot: Snapshot, port: int, protocol: IPProtocol | None = None
) -> tuple[Holder, ...]:
    """Who holds `port` on any address; both protocols unless one is given."""
    return tuple(
        holder
        for holder in all_holders(snapshot)
        if holder.socket.host_port == port
        and (protocol is None or holder.socket.protocol == protocol)
    )


def find_conflicts(
    snapshot: Snapshot, wanted: Iterable[HostSocket], *, ignoring: Collection[str] = ()
) -> tuple[Conflict, ...]:
    """The conflicts of the wanted sockets with the snapshot and among themselves.

    ignoring: full ids of containers whose own sockets do not count (the one that is changed).
    """
    sockets = list(wanted)
    found = [
        Conflict(socket, holder)
        for holder in all_holders(snapshot)
        if holder.container is None or holder.container.id not in ignoring
        for socket in sockets
        if socket.overlaps(holder.socket)
    ]
    for index, socket in enumerate(sockets):
        found.extend(
            Conflict(socket, Holder(HolderKind.RESERVATION, other, note="this very request"))
            for other in sockets[:index]
            if socket.overlaps(other)
        )
    return tuple(found)


def find_free(
    snapshot: Snapshot,
    search: FreePortSearch,
    *,
    host_ip: IPAddress | None = None,
    protocol: IPProtocol = IPProtocol.TCP,
    ignoring: Collection[str] = (),
    excluding: Iterable[HostSocket] = (),
) -> list[int]:
    """Free host ports by the snapshot's knowledge; host_ip None asks for every address.

    excluding: sockets that are spoken for although the snapshot does not show them.
    """
    taken: dict[int, list[HostSocket]] = {}
    for socket in excluding:
        taken.setdefault(socket.host_port, []).append(socket)
    for holder in all_holders(snapshot):
        if holder.container is None or holder.container.id not in ignoring:
            taken.setdefault(holder.socket.host_port, []).append(holder.socket)

    def is_free(port: int) -> bool:
        if port not in taken:
            return True
        socket = HostSocket(host_ip, port, protocol)
        return not any(socket.overlaps(other) for other in taken[port])

    return search.run(is_free)
