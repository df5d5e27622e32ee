"""One row of the table with everything that showing, finding and ordering it needs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from manager.model.conflict import Conflict
from manager.model.container import Container
from manager.model.exposure import Exposure
from manager.model.listener import HostSocket
from manager.model.ports import IPProtocol, format_host
from manager.model.rows import PortRow, Source, port_rows, row_conflicts
from manager.model.snapshot import Snapshot
from manager.model.text import printable

if TYPE_CHECKING:
    from manager.model.probing import ProbeResult
    from manager.model.truth import RowTruth

Identity = tuple[str, ...]
"""PortRow.identity: names a row through updates."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What asking a row brought: the truth of it, and what only matters to who reads its story.

    log: the last lines of a container that does not answer. place: file and line in compose.
    """

    truth: RowTruth
    log: tuple[str, ...] = ()
    place: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A row, who is in its way, and its texts, all safe for a terminal.

    asked is None where nobody has asked it yet. words is what a text filter searches. bare: it is
    a running container that publishes nothing, so that there is something to publish from.
    exposure says how wide it is open, or would be; exposed that it is, on more than loopback.
    """

    row: PortRow
    identity: Identity
    conflicts: tuple[Conflict, ...]
    asked: Asked | None
    address: str
    port: str
    target: str
    owner: str
    project: str
    image: str
    process: str
    words: str
    exposure: Exposure
    exposed: bool
    bare: bool = False

    @property
    def host_port(self) -> int:
        """The first host port, 0 where the engine chooses."""
        return self.row.host_ports.start if self.row.host_ports else 0

    @property
    def answer(self) -> ProbeResult | None:
        """How its port answered, None where it was not asked."""
        return self.asked.truth.answer if self.asked is not None else None

    @property
    def container_name(self) -> str:
        """The container's own name, empty for a process."""
        return self.row.container.name if self.row.container else ""


def with_answers(entries: tuple[Entry, ...], known: Mapping[Identity, Asked]) -> tuple[Entry, ...]:
    """The entries with what they said when they were asked, where they are still as they were."""
    if not known:
        return entries
    return tuple(_with_answer(entry, known.get(entry.identity)) for entry in entries)


def _with_answer(entry: Entry, asked: Asked | None) -> Entry:
    if asked is None or asked.truth.row.bound != entry.row.bound:
        return entry
    return replace(entry, asked=asked)


def entries(snapshot: Snapshot, files: Sequence[PortRow] = ()) -> tuple[Entry, ...]:
    """An entry for every row of the snapshot, and of compose files that are not up."""
    conflicts: dict[HostSocket, list[Conflict]] = defaultdict(list)
    for conflict in row_conflicts(snapshot):
        conflicts[conflict.wanted].append(conflict)
    rows = port_rows(snapshot)
    found = [_entry(row, conflicts) for row in (*rows, *files)]
    shown = {row.container.id for row in rows if row.container is not None}
    found += [_bare(c) for c in snapshot.containers if c.id not in shown and _may_publish(c)]
    return tuple(found)


def _may_publish(container: Container) -> bool:
    """Whether it runs on a network of its own."""
    mode = container.network_mode
    own = mode not in {"host", "none"} and not mode.startswith("container:")
    return container.state.holds_ports and own


def _bare(container: Container) -> Entry:
    """The entry of a container that publishes nothing."""
    port = container.exposed[0] if container.exposed else None
    protocol = port.protocol if port is not None else IPProtocol.TCP
    row = PortRow(Source.PUBLISHED, None, None, protocol, port, container, declared=False)
    entry = _entry(row, {})
    target = str(port) if port is not None else ""
    return replace(entry, address="", port="none", target=target, exposed=False, bare=True)


def _entry(row: PortRow, conflicts: Mapping[HostSocket, list[Conflict]]) -> Entry:
    container, service = row.container, row.service
    origin = container.origin if container else None
    target = str(row.container_port) if row.container_port else f"{row.protocol}"
    port = "any" if row.host_ports is None else str(row.host_ports)
    process = row.process
    running = f"{printable(process.name) or 'process'} {process.pid}" if process else ""
    owned = container or service
    owner = printable(owned.name) if owned else running or "unknown process"
    if container is not None and container.pod:
        owner = f"pod {printable(container.pod)}"
    project = printable((origin.project if origin else service and service.stack) or "")
    image = printable(owned.image) if owned else ""
    words = (
        f"{format_host(row.host_ip)}:{port}",
        target,
        owner,
        project,
        printable(origin.service if origin else service.name if service else ""),
        image,
        running,
        printable(process.command) if process else "",
        str(container.state) if container else "",
    )
    return Entry(
        row,
        row.identity,
        _conflicts_of(row, conflicts),
        None,
        format_host(row.host_ip),
        port,
        target,
        owner,
        project,
        image,
        running,
        "\n".join(words).casefold(),
        row.exposure,
        row.exposure is not Exposure.LOOPBACK and row.bound is not False,
    )


def _conflicts_of(
    row: PortRow, conflicts: Mapping[HostSocket, list[Conflict]]
) -> tuple[Conflict, ...]:
    """Who is in the way of a row whose container holds nothing now."""
    if row.source is not Source.RESERVED or row.host_ports is None or len(row.host_ports) != 1:
        return ()
    if row.container is None or row.container_port is None:
        return ()
    socket = HostSocket(row.host_ip, row.host_ports.start, row.container_port.protocol)
    own = row.container.id
    return tuple(
        conflict
        for conflict in conflicts.get(socket, ())
        if conflict.holder.container is None or conflict.holder.container.id != own
    )
