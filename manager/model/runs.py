"""Rows that follow each other port by port are read as one: `10000-10003 -> 10000-10003/udp`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from manager.model.ports import PortRange, format_host
from manager.model.rows import PortRow

_SAME = (
    "source", "host_ip", "protocol", "container", "declared", "bound", "process", "served_by",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class RowRun:
    """`count` rows that differ only in their ports, each one higher than the one before."""

    row: PortRow
    count: int = 1

    @property
    def host(self) -> str:
        """The host side, as a range where there are several."""
        if self.count == 1 or self.row.host_ports is None:
            return self.row.host
        start = self.row.host_ports.start
        return f"{format_host(self.row.host_ip)}:{PortRange(start, start + self.count - 1)}"

    @property
    def container_side(self) -> str:
        """The container's port or ports; the host's own where the container uses its network.

        Empty for a process.
        """
        row, port = self.row, self.row.container_port
        if port is None:
            return f"{row.host_ports}/{row.protocol}" if row.container else ""
        if self.count == 1:
            return str(port)
        return f"{PortRange(port.number, port.number + self.count - 1)}/{port.protocol}"


def runs(rows: Iterable[PortRow]) -> list[RowRun]:
    """The rows in order, those that follow each other port by port taken together."""
    found: list[RowRun] = []
    for row in rows:
        if found and _follows(found[-1], row):
            found[-1] = RowRun(found[-1].row, found[-1].count + 1)
        else:
            found.append(RowRun(row))
    return found


def _follows(run: RowRun, row: PortRow) -> bool:
    first, ports = run.row, row.host_ports
    if first.host_ports is None or ports is None or len(first.host_ports) != 1 or len(ports) != 1:
        return False
    if first.container_port is None or row.container_port is None:
        return False
    same = all(getattr(first, name) == getattr(row, name) for name in _SAME)
    return (
        same
        and ports.start == first.host_ports.start + run.count
        and row.container_port.number == first.container_port.number + run.count
    )
