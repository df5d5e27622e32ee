"""The table of ports: what `ls` prints and the screen shows, one row a mapping.

An asked binding without an address is held twice, on 0.0.0.0 and on `::`; people think of it
as one, so the two are folded into one row whose host_ip is None.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from manager.model.conflict import Conflict, container_sockets, find_conflicts
from manager.model.container import Container
from manager.model.exposure import Exposure, exposure_of
from manager.model.listener import HostSocket, Listener, Process
from manager.model.ports import (
    IPAddress,
    Port,
    PortMapping,
    PortRange,
    PublishedPort,
    fold,
    format_host,
)
from manager.model.snapshot import Snapshot


class Source(StrEnum):
    """Where a row comes from, by the words of `ls --json`."""

    PUBLISHED = "published"
    RESERVED = "reserved"
    HOST_NETWORK = "host-network"
    PROCESS = "process"
    COMPOSE_FILE = "compose-file"


@dataclass(frozen=True, slots=True)
class PortRow:
    """One row. host_ip None is every address, host_ports None is the engine's choice.

    bound None: not known. container None: a process of the host. container_port None: there is
    no container side (host network, processes).
    """

    source: Source
    host_ip: IPAddress | None
    host_ports: PortRange | None
    protocol: str
    container_port: Port | None = None
    container: Container | None = None
    declared: bool = True
    bound: bool | None = None
    process: Process | None = None

    @property
    def exposure(self) -> Exposure:
        """How wide it is open, or would be."""
        return exposure_of(self.host_ip)

    @property
    def host(self) -> str:
        """The host side as people read it: `127.0.0.1:8080`, `*:8080`."""
        ports = "(any)" if self.host_ports is None else str(self.host_ports)
        return f"{format_host(self.host_ip)}:{ports}"

    @property
    def identity(self) -> tuple[str, ...]:
        """Names the row through updates: the same mapping has the same identity."""
        owner = self.container.id if self.container else str(self.process and self.process.pid)
        return (self.source, owner, self.host, self.protocol, str(self.container_port))


def port_rows(snapshot: Snapshot) -> list[PortRow]:
    """Every row of the snapshot: containers by name, then the host's own listeners."""
    rows: list[PortRow] = []
    for container in sorted(snapshot.containers, key=lambda c: c.name):
        rows.extend(_container_rows(container))
    published = {
        (p.host_ip, p.host_port, p.container_port.protocol)
        for c in snapshot.containers
        for p in c.published
    }
    host_rows = [
        _listener_row(listener, snapshot)
        for listener in snapshot.listeners or ()
        if (listener.socket.host_ip, listener.socket.host_port, listener.socket.protocol)
        not in published
    ]
    rows.extend(sorted(_fold_rows(host_rows), key=_host_order))
    return rows


def row_conflicts(snapshot: Snapshot) -> tuple[Conflict, ...]:
    """Stopped containers that could not start now, because somebody else holds their port."""
    found: list[Conflict] = []
    for container in snapshot.containers:
        if not container.state.holds_ports:
            sockets = list(container_sockets(container))
            conflicts = find_conflicts(snapshot, sockets, ignoring={container.id})
            found.extend(replace(c, wanted_by=container) for c in conflicts)
    return tuple(found)


def _container_rows(container: Container) -> Iterator[PortRow]:
    held = fold(container.published)
    for host_ip, port in held:
        yield PortRow(
            Source.PUBLISHED,
            host_ip,
            PortRange.of(port.host_port),
            port.container_port.protocol,
            port.container_port,
            container,
            declared=True,
            bound=True,
        )
    for mapping in container.mappings:
        if container.state.holds_ports and any(_holds(entry, mapping) for entry in held):
            continue
        yield PortRow(
            Source.PUBLISHED if container.state.holds_ports else Source.RESERVED,
            mapping.binding.host_ip,
            mapping.binding.host_ports,
            mapping.container_port.protocol,
            mapping.container_port,
            container,
            declared=True,
            bound=False,
        )


def _holds(entry: tuple[IPAddress | None, PublishedPort], mapping: PortMapping) -> bool:
    """Whether a held (folded) port is what the mapping asked for."""
    host_ip, port = entry
    binding = mapping.binding
    if port.container_port != mapping.container_port:
        return False
    if binding.host_ports is not None and port.host_port not in binding.host_ports:
        return False
    # An engine without IPv6 holds 0.0.0.0 alone where every address was asked for.
    return (
        binding.host_ip is None
        or binding.host_ip == host_ip
        or (host_ip is None and binding.host_ip.is_unspecified)
    )


def _listener_row(listener: Listener, snapshot: Snapshot) -> PortRow:
    container = snapshot.by_id(listener.container_id) if listener.container_id else None
    socket: HostSocket = listener.socket
    return PortRow(
        Source.HOST_NETWORK if container else Source.PROCESS,
        None if socket.dual_stack else socket.host_ip,
        PortRange.of(socket.host_port),
        socket.protocol,
        None,
        container,
        declared=False,
        bound=True,
        process=listener.process,
    )


def _fold_rows(rows: Iterable[PortRow]) -> Iterator[PortRow]:
    """Listeners of one process on 0.0.0.0 and `::` of one port become one row."""
    seen: dict[tuple[object, ...], PortRow] = {}
    for row in rows:
        wide = row.host_ip is None or row.host_ip.is_unspecified
        pid = row.process.pid if row.process else None
        key = (row.host_ports, row.protocol, pid, wide or row.host_ip)
        if key not in seen:
            seen[key] = row
        elif row.host_ip != seen[key].host_ip:
            first = seen[key]
            seen[key] = PortRow(
                first.source,
                None,
                first.host_ports,
                first.protocol,
                None,
                first.container,
                declared=False,
                bound=True,
                process=first.process,
            )
    yield from seen.values()


def _host_order(row: PortRow) -> tuple[object, ...]:
    port = row.host_ports.start if row.host_ports else 0
    return (row.source != Source.HOST_NETWORK, port, row.protocol, row.host)
