"""The table of ports: what `ls` prints and the screen shows, one row a mapping.

An asked binding without an address is held twice, on 0.0.0.0 and on `::`; people think of it
as one, so the two are folded into one row whose host_ip is None.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from manager.model.conflict import (
    HOST_NETWORK,
    Conflict,
    Holder,
    own_listeners,
    start_conflicts,
)
from manager.model.container import Container
from manager.model.exposure import Exposure, exposure_of
from manager.model.listener import HostSocket, Listener, Process
from manager.model.ports import (
    MAX_PORT,
    IPAddress,
    Port,
    PortMapping,
    PortRange,
    PublishedPort,
    fold,
    format_host,
)
from manager.model.snapshot import Snapshot
from manager.model.swarm import PublishMode, SwarmService, unseen_ports


class Source(StrEnum):
    """Where a row comes from, by the words of `ls --json`."""

    PUBLISHED = "published"
    RESERVED = "reserved"
    HOST_NETWORK = "host-network"
    SWARM = "swarm"
    PROCESS = "process"
    COMPOSE_FILE = "compose-file"


@dataclass(frozen=True, slots=True)
class PortRow:
    """One row. host_ip None is every address, host_ports None is the engine's choice.

    bound None: not known. container None: a process of the host, or a swarm's `service`.
    container_port None: there is no container side (host network, processes).
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
    copy: int = 0
    """Which one it is of rows that are else the same: `-p 80 -p 80` asks for two ports."""
    service: SwarmService | None = None
    mode: PublishMode | None = None
    """How a service's port reaches its tasks."""
    served_by: str = ""
    """The container that listens behind the port, where another than `container` does."""

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
        """Names the row through updates: the same mapping has the same identity.

        That of a container that stops and starts again stays, whether held or reserved.
        """
        source = Source.PUBLISHED if self.source is Source.RESERVED else self.source
        owned = self.container or self.service
        owner = owned.id if owned else str(self.process and self.process.pid)
        port = str(self.container_port)
        return (source, owner, self.host, self.protocol, port, str(self.copy))


def port_rows(snapshot: Snapshot) -> list[PortRow]:
    """Every row of the snapshot: containers by name, services, then the host's own listeners."""
    rows: list[PortRow] = []
    for container in sorted(snapshot.containers, key=lambda c: c.name):
        rows.extend(_container_rows(container, snapshot.served.get(container.id, {})))
    for service in snapshot.services:
        rows.extend(_service_rows(service, snapshot))
    host_rows = (_listener_row(listener, owner) for listener, owner in own_listeners(snapshot))
    rows.extend(sorted(_fold_rows(host_rows), key=_host_order))
    return list(_told_apart(rows))


def covers(row: PortRow, address: IPAddress, port: int) -> bool:
    """Whether a row says that something is bound to this port (of its protocol) and address."""
    if not row.bound or row.host_ports is None or port not in row.host_ports:
        return False
    ip = row.host_ip
    return ip is None or ip == address or (ip.is_unspecified and ip.version == address.version)


def row_of(holder: Holder) -> PortRow:
    """The row that stands for a holder of a host port."""
    container, socket = holder.container, holder.socket
    if holder.service is not None:
        return _row_of_service(holder.service, socket)
    inner = None
    if container is not None and holder.note != HOST_NETWORK:
        inner = _inner_port(container, socket)
    bound = container is None or container.state.holds_ports
    source = Source.PUBLISHED if bound else Source.RESERVED
    if inner is None:
        source = Source.HOST_NETWORK if container else Source.PROCESS
    return PortRow(
        source,
        socket.host_ip,
        PortRange.of(socket.host_port),
        socket.protocol,
        inner,
        container,
        declared=inner is not None,
        bound=bound,
        process=holder.process,
        served_by=holder.served_by,
    )


def _row_of_service(service: SwarmService, socket: HostSocket) -> PortRow:
    port = next((p for p in service.ports if p.socket == socket), None)
    return PortRow(
        Source.SWARM,
        socket.host_ip,
        PortRange.of(socket.host_port),
        socket.protocol,
        port.container_port if port else None,
        bound=True,
        service=service,
        mode=port.mode if port else None,
    )


def _inner_port(container: Container, socket: HostSocket) -> Port | None:
    """The container port that a host socket leads to, or would."""
    for host_ip, held in fold(container.published):
        protocol = held.container_port.protocol
        if (host_ip, held.host_port, protocol) == (
            socket.host_ip,
            socket.host_port,
            socket.protocol,
        ):
            return held.container_port
    for mapping in container.mappings:
        ports = mapping.binding.host_ports
        if (
            ports is not None
            and socket.host_port in ports
            and mapping.container_port.protocol is socket.protocol
            and mapping.binding.host_ip == socket.host_ip
        ):
            return mapping.container_port
    return None


def row_conflicts(snapshot: Snapshot) -> tuple[Conflict, ...]:
    """Stopped containers that could not start now, because somebody else holds their port."""
    return start_conflicts(snapshot)


def conflicts_of(row: PortRow, conflicts: Iterable[Conflict]) -> tuple[Conflict, ...]:
    """Who is in the way of a row whose container holds nothing now."""
    if row.source is not Source.RESERVED or row.container is None or row.host_ports is None:
        return ()
    own = row.container.id
    return tuple(
        conflict
        for conflict in conflicts
        if conflict.wanted_by is not None
        and conflict.wanted_by.id == own
        and conflict.wanted.host_port in row.host_ports
        and conflict.wanted.protocol == row.protocol
        and conflict.wanted.host_ip == row.host_ip
    )


def _container_rows(container: Container, served: Mapping[Port, str]) -> Iterator[PortRow]:
    for host_ip, port in fold(container.published):
        yield PortRow(
            Source.PUBLISHED,
            host_ip,
            PortRange.of(port.host_port),
            port.container_port.protocol,
            port.container_port,
            container,
            declared=True,
            bound=True,
            served_by=served.get(port.container_port, ""),
        )
    if not (container.state.holds_ports or container.state.may_start):
        return
    for mapping in unbound_mappings(container):
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


def _service_rows(service: SwarmService, snapshot: Snapshot) -> Iterator[PortRow]:
    for port in unseen_ports(service, snapshot.containers):
        mapping = port.mapping
        yield PortRow(
            Source.SWARM,
            None,
            mapping.binding.host_ports,
            mapping.container_port.protocol,
            mapping.container_port,
            declared=port in service.asked,
            # Mode host is open where its tasks run, which other nodes know.
            bound=None if port.mode is PublishMode.HOST else bool(service.running),
            service=service,
            mode=port.mode,
        )


def unbound_mappings(container: Container) -> list[PortMapping]:
    """What was asked and the engine holds nothing for, in the order of asking.

    A held port answers for one mapping alone; an asked one without an address takes one of each
    family (an engine without IPv6 holds 0.0.0.0 alone).
    """
    left = list(container.published)
    without: list[int] = []
    # The most exact takes first, or a range could take what a number asked for.
    for index, mapping in sorted(enumerate(container.mappings), key=lambda m: _freedom(m[1])):
        fitting = [held for held in left if _holds(held, mapping)]
        if not fitting:
            without.append(index)
            continue
        left.remove(fitting[0])
        others = [held for held in fitting if held.host_ip.version != fitting[0].host_ip.version]
        if mapping.binding.host_ip is None and others:
            # The same port in both families, where the engine gave it so.
            same = [held for held in others if held.host_port == fitting[0].host_port]
            left.remove((same or others)[0])
    return [container.mappings[index] for index in sorted(without)]


def _freedom(mapping: PortMapping) -> tuple[int, bool]:
    ports = mapping.binding.host_ports
    return (len(ports) if ports else MAX_PORT + 1, mapping.binding.host_ip is None)


def _holds(held: PublishedPort, mapping: PortMapping) -> bool:
    """Whether a held port may be what the mapping asked for."""
    binding = mapping.binding
    return (
        held.container_port == mapping.container_port
        and (binding.host_ports is None or held.host_port in binding.host_ports)
        and binding.host_ip in {None, held.host_ip}
    )


def _listener_row(listener: Listener, container: Container | None) -> PortRow:
    socket: HostSocket = listener.socket
    every = socket.dual_stack and socket.host_ip is not None and socket.host_ip.is_unspecified
    return PortRow(
        Source.HOST_NETWORK if container else Source.PROCESS,
        None if every else socket.host_ip,
        PortRange.of(socket.host_port),
        socket.protocol,
        None,
        container,
        declared=False,
        bound=True,
        process=listener.process,
    )


def _fold_rows(rows: Iterable[PortRow]) -> Iterator[PortRow]:
    """One row for what one owner has on one port: 0.0.0.0 beside `::`, workers that share it."""
    seen: dict[tuple[object, ...], PortRow] = {}
    for row in rows:
        wide = row.host_ip is None or row.host_ip.is_unspecified
        owner = row.container.id if row.container else row.process and row.process.pid
        key = (row.host_ports, row.protocol, owner, wide or row.host_ip)
        first = seen.setdefault(key, row)
        if row.host_ip != first.host_ip:
            seen[key] = replace(first, host_ip=None)
    yield from seen.values()


def _told_apart(rows: Iterable[PortRow]) -> Iterator[PortRow]:
    """The rows, those that are the same numbered."""
    seen: Counter[tuple[str, ...]] = Counter()
    for row in rows:
        identity = row.identity
        yield replace(row, copy=seen[identity]) if seen[identity] else row
        seen[identity] += 1


def _host_order(row: PortRow) -> tuple[object, ...]:
    port = row.host_ports.start if row.host_ports else 0
    return (row.source != Source.HOST_NETWORK, port, row.protocol, row.host)
