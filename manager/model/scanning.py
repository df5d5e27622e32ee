"""A scan of this host's own ports, held against what is known to listen there."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from manager.model.ports import IPAddress, PortRange
from manager.model.rows import PortRow, covers


@dataclass(frozen=True, slots=True)
class ScanLimits:
    """concurrency: connections at once; timeout: seconds for each; seconds: for all together."""

    concurrency: int = 256
    timeout: float = 0.5
    seconds: float = 30.0


@dataclass(frozen=True, slots=True)
class OpenPort:
    """A TCP port that took a connection, and after how many seconds."""

    address: IPAddress
    port: int
    seconds: float


@dataclass(frozen=True, slots=True)
class ScanFound:
    """open: what took a connection. asked: how many address and port pairs were tried; left:
    those that time did not suffice for, never tried. seconds: how long it took."""

    open: tuple[OpenPort, ...]
    asked: int
    left: int
    seconds: float

    def with_second_look(
        self, doubts: Collection[tuple[IPAddress, int]], again: Iterable[ScanFound]
    ) -> ScanFound:
        """The same, with what a second scan says of these address and port pairs."""
        kept = [one for one in self.open if (one.address, one.port) not in doubts]
        kept += [one for found in again for one in found.open]
        kept.sort(key=lambda one: one.port)
        return ScanFound(tuple(kept), self.asked, self.left, self.seconds)


@dataclass(frozen=True, slots=True)
class ScanLine:
    """A port that answers: on which addresses, and the row that stands for it, None for none."""

    port: int
    addresses: tuple[IPAddress, ...]
    row: PortRow | None

    @property
    def expected(self) -> bool:
        """Whether something is known to listen there."""
        return self.row is not None


@dataclass(frozen=True, slots=True)
class ScanReport:
    """lines: what answers, by port. missing: rows that should have answered and did not."""

    found: ScanFound
    addresses: tuple[IPAddress, ...]
    ports: PortRange
    lines: tuple[ScanLine, ...]
    missing: tuple[PortRow, ...]

    @property
    def doubts(self) -> frozenset[tuple[IPAddress, int]]:
        """The address and port pairs that make a line unexpected, or a row missing."""
        strange = ((a, line.port) for line in self.unexpected for a in line.addresses)
        absent = (
            (address, port)
            for row in self.missing
            if row.host_ports is not None
            for port in range(row.host_ports.start, row.host_ports.end + 1)
            for address in self.addresses
            if covers(row, address, port) and port in self.ports
        )
        return frozenset((*strange, *absent))

    @property
    def unexpected(self) -> tuple[ScanLine, ...]:
        """The lines that nobody stands for."""
        return tuple(line for line in self.lines if not line.expected)


def judge(
    found: ScanFound, addresses: Sequence[IPAddress], ports: PortRange, rows: Iterable[PortRow]
) -> ScanReport:
    """Hold what was found against the rows of the host. What was left untried misses nothing."""
    known = [row for row in rows if row.bound and row.protocol == "tcp"]
    grouped: dict[tuple[int, int | None], list[IPAddress]] = {}
    for one in found.open:
        at = next((i for i, row in enumerate(known) if covers(row, one.address, one.port)), None)
        grouped.setdefault((one.port, at), []).append(one.address)
    lines = tuple(
        ScanLine(port, tuple(where), None if at is None else known[at])
        for (port, at), where in sorted(grouped.items(), key=lambda item: (item[0][0], str(item)))
    )
    answered = {at for _, at in grouped}
    missing = () if found.left else tuple(
        row
        for index, row in enumerate(known)
        if index not in answered and _was_asked(row, addresses, ports)
    )  # fmt: skip
    return ScanReport(found, tuple(addresses), ports, lines, missing)


def _was_asked(row: PortRow, addresses: Sequence[IPAddress], ports: PortRange) -> bool:
    return row.host_ports is not None and any(
        covers(row, address, port)
        for address in addresses
        for port in range(row.host_ports.start, row.host_ports.end + 1)
        if port in ports
    )
