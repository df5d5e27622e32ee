"""Port mappings of a service as values that compare, and as text for a `ports` list."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from manager.compose.values import PortEntry, PortRun
from manager.errors import InvalidPortSpec
from manager.model.ports import (
    IPAddress,
    IPProtocol,
    PortMapping,
    PortRange,
    format_host,
    parse_ip,
)
from manager.model.value import dataclass


@dataclass(frozen=True, slots=True)
class Asked:
    """One mapping that a file asks for: host_ip None is every address, published None any port."""

    host_ip: IPAddress | None
    published: PortRange | None
    target: int
    protocol: str

    @property
    def inside(self) -> tuple[int, str]:
        """The container's side."""
        return (self.target, self.protocol)

    @property
    def text(self) -> str:
        """Short syntax of the compose specification, without quotes."""
        return range_text(self, 1)


def range_text(first: Asked, count: int) -> str:
    """Short syntax for `count` mappings that follow each other port by port."""
    host = "" if first.host_ip is None else f"{format_host(first.host_ip)}:"
    target = _span(first.target, count)
    protocol = "" if first.protocol == IPProtocol.TCP else f"/{first.protocol}"
    if first.published is None:
        return f"{host}{':' if host else ''}{target}{protocol}"
    start = first.published.start
    published = str(first.published) if count == 1 else _span(start, count)
    return f"{host}{published}:{target}{protocol}"


def texts_of(asked: Sequence[Asked]) -> list[str]:
    """Short syntax for all of them, those that follow each other as ranges."""
    found: list[tuple[Asked, int]] = []
    for item in asked:
        if found and _follows(*found[-1], item):
            found[-1] = (found[-1][0], found[-1][1] + 1)
        else:
            found.append((item, 1))
    return [range_text(first, count) for first, count in found]


def asked_by_mapping(mapping: PortMapping) -> Asked:
    """What a container's mapping asks for."""
    port, binding = mapping.container_port, mapping.binding
    return Asked(binding.host_ip, binding.host_ports, port.number, port.protocol.value)


def asked_by_entry(entry: PortEntry) -> list[Asked]:
    """What an entry asks for, a range one by one. Raises InvalidPortSpec for what is refused."""
    return [asked for run in entry.runs for asked in _of_run(run)]


def _of_run(run: PortRun) -> Iterable[Asked]:
    host_ip = parse_ip(run.host_ip) if run.host_ip else None
    published = PortRange.parse(run.published) if run.published.strip("0") else None
    if run.count > 1 and published is None:
        return [Asked(host_ip, None, run.target + i, run.protocol) for i in range(run.count)]
    if run.count > 1 and published is not None:
        return [
            Asked(host_ip, PortRange.of(published.start + i), run.target + i, run.protocol)
            for i in range(run.count)
        ]
    if run.protocol not in set(IPProtocol):
        raise InvalidPortSpec(f"unknown protocol {run.protocol}")
    return [Asked(host_ip, published, run.target, run.protocol)]


def _follows(first: Asked, count: int, item: Asked) -> bool:
    if (first.host_ip, first.protocol) != (item.host_ip, item.protocol):
        return False
    if item.target != first.target + count:
        return False
    if first.published is None or item.published is None:
        return first.published is item.published
    one_each = len(first.published) == len(item.published) == 1
    return one_each and item.published.start == first.published.start + count


def _span(start: int, count: int) -> str:
    return str(PortRange(start, start + count - 1))
