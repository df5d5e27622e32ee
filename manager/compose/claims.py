"""The host sockets that services ask for, and which of them cannot be bound together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from heapq import heappop, heappush

from manager.compose.rule import Context
from manager.compose.values import UNKNOWN, PortEntry, PortRun, Service, UnknownType
from manager.errors import InvalidPortSpec
from manager.model.listener import addresses_overlap
from manager.model.ports import IPAddress, PortRange

MOST_PARTNERS = 4
"""How many of those in the way are looked for; a finding names the first ones."""

Bucket = IPAddress | str | None
"""An address; the text of an unknown one; None for every address."""


@dataclass(slots=True, eq=False, repr=False)
class Claim:
    """Host ports that one entry asks for. With picks, the engine takes one of `ports`.

    host_ip is where the engine binds, the network's default included. order follows the files:
    of two claims in conflict, the later one is spoken of.
    """

    context: Context
    service: Service
    entry: PortEntry
    host_ip: IPAddress | UnknownType | None
    ports: PortRange
    protocol: str
    picks: bool
    order: int

    @property
    def bucket(self) -> Bucket:
        """What is equal for claims on the same address; unknown ones are equal as written."""
        if self.host_ip is not UNKNOWN:
            return self.host_ip
        part = self.entry.parts.host_ip
        return f"{self.entry.file}\0{part.raw if part else ''}"


def claims_of(context: Context, first: int = 0) -> list[Claim]:
    """Every host port that is asked for and known, by services that start at all."""
    found: list[Claim] = []
    for service, entry in context.published():
        if service.replicas == 0 or entry.published is UNKNOWN or entry.protocol is UNKNOWN:
            continue
        host_ip = context.address(service, entry)
        for run in entry.runs:
            ports = _host_ports(run, entry)
            if ports is not None:
                picks = run.count == 1 and len(ports) > 1
                order = first + len(found)
                protocol = run.protocol.lower() or "tcp"
                found.append(Claim(context, service, entry, host_ip, ports, protocol, picks, order))
    return found


def _host_ports(run: PortRun, entry: PortEntry) -> PortRange | None:
    """The host ports of a run; None where the engine chooses from all."""
    if not run.published:
        return None
    try:
        start, dash, end = run.published.partition("-")
        first = int(start)
        last = int(end) if dash else first + run.count - 1
        ports = PortRange(first, last)
    except (ValueError, InvalidPortSpec):
        ports = entry.published if isinstance(entry.published, PortRange) else PortRange(0, 0)
    return None if ports.end == 0 else ports


def run_together(one: Claim, two: Claim) -> bool:
    """Whether two services of a project are ever started together.

    Services of disjoint profiles are alternatives, unless the project's own environment
    (COMPOSE_PROFILES) turns on both.
    """
    mine, other = one.service.profiles, two.service.profiles
    if not mine or not other or not set(mine).isdisjoint(other):
        return True
    active = one.context.project.profiles
    return bool(active) and one.service.enabled(active) and two.service.enabled(active)


def share_an_address(one: Claim, two: Claim) -> bool:
    """Whether the addresses exclude each other. What is unknown overlaps every address alone."""
    if one.host_ip is UNKNOWN or two.host_ip is UNKNOWN:
        return one.host_ip is None or two.host_ip is None or one.bucket == two.bucket
    return addresses_overlap(one.host_ip, two.host_ip)


def overlapping(
    claims: Iterable[Claim], together: Callable[[Claim, Claim], bool]
) -> Iterator[tuple[Claim, Claim]]:
    """Pairs (later, earlier) of claims on overlapping sockets that may meet.

    For each claim at most MOST_PARTNERS are named, so that the cost stays linear in the claims
    however many ask for one port.
    """
    by_protocol: dict[str, list[Claim]] = {}
    for claim in claims:
        by_protocol.setdefault(claim.protocol, []).append(claim)
    for group in by_protocol.values():
        active = _Active()
        for claim in sorted(group, key=lambda c: (c.ports.start, c.order)):
            for other in active.partners(claim, together):
                yield (claim, other) if claim.order > other.order else (other, claim)
            active.add(claim)


class _Active:
    """The claims whose range holds the port that a sweep has come to, by address."""

    def __init__(self) -> None:
        self._buckets: dict[Bucket, dict[int, Claim]] = {}
        self._ends: list[tuple[int, int, Bucket]] = []

    def add(self, claim: Claim) -> None:
        self._buckets.setdefault(claim.bucket, {})[claim.order] = claim
        heappush(self._ends, (claim.ports.end, claim.order, claim.bucket))

    def partners(self, claim: Claim, together: Callable[[Claim, Claim], bool]) -> Iterator[Claim]:
        """Those in the way of `claim`, at most MOST_PARTNERS."""
        while self._ends and self._ends[0][0] < claim.ports.start:
            _, order, bucket = heappop(self._ends)
            del self._buckets[bucket][order]
            if not self._buckets[bucket]:
                del self._buckets[bucket]
        left = MOST_PARTNERS
        for bucket in self._near(claim):
            for other in self._buckets[bucket].values():
                if share_an_address(claim, other) and together(claim, other):
                    yield other
                    left -= 1
                    if not left:
                        return

    def _near(self, claim: Claim) -> list[Bucket]:
        """The buckets that may hold a partner; all of them only for a wildcard."""
        own = claim.bucket
        if own is None or isinstance(own, str) or own.is_unspecified:
            return list(self._buckets)
        wide = type(own)(0)
        return [bucket for bucket in (None, wide, own) if bucket in self._buckets]
