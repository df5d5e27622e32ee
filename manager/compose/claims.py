"""The host sockets that services ask for, and which of them cannot be bound together."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator

from manager.compose.rule import Context
from manager.compose.values import UNKNOWN, PortEntry, PortRun, Service, UnknownType
from manager.errors import InvalidPortSpec
from manager.model.ports import MAX_PORT, IPAddress, PortRange
from manager.model.value import dataclass

TYPE_CHECKING = False
if TYPE_CHECKING:
    from manager.compose.sweep import A, Lanes

MOST_LOOKED_AT = 100
"""How many taken ranges are passed over in the search for a free port."""
MOST_PARTNERS = 4
"""How many of those in the way are looked for; a finding names the first ones."""

Bucket = IPAddress | str | None
"""An address; the text of an unknown one; None for every address."""


@dataclass(slots=True, eq=False, repr=False)
class Claim:
    """Host ports that one entry asks for. With picks, the engine takes one of `ports`.

    host_ip is where the engine binds, the network's default included. order follows the files:
    of two claims in conflict, the later one is spoken of. active: the service is started by the
    profiles that the project's own environment names.
    """

    service: Service
    entry: PortEntry
    host_ip: IPAddress | UnknownType | None
    ports: PortRange
    protocol: str
    picks: bool
    active: bool
    order: int

    @property
    def bucket(self) -> Bucket:
        """What is equal for claims on the same address; unknown ones are equal as written."""
        if self.host_ip is not UNKNOWN:
            return self.host_ip
        part = self.entry.parts.host_ip
        return f"{self.entry.file}\0{part.raw if part else ''}"


def claims_of(context: Context) -> list[Claim]:
    """Every host port that is asked for and known, by services that start at all."""
    return context.once("claims", _make_claims)


def claims_by_service(context: Context) -> dict[str, list[Claim]]:
    """The same, by the name of the service."""
    return context.once("claims by service", _by_service)


def _by_service(context: Context) -> dict[str, list[Claim]]:
    found: dict[str, list[Claim]] = {}
    for claim in claims_of(context):
        found.setdefault(claim.service.name, []).append(claim)
    return found


def _make_claims(context: Context) -> list[Claim]:
    found: list[Claim] = []
    profiles = context.project.profiles
    for service, entry in context.published:
        if service.replicas == 0 or entry.published is UNKNOWN or entry.protocol is UNKNOWN:
            continue
        host_ip = context.address(service, entry)
        active = bool(profiles) and service.enabled(profiles)
        for run in entry.runs:
            ports = _host_ports(run, entry)
            if ports is not None:
                picks = run.count == 1 and ports.start < ports.end
                protocol = run.protocol.lower() or "tcp"
                order = len(found)
                found.append(Claim(service, entry, host_ip, ports, protocol, picks, active, order))
    return found


def _host_ports(run: PortRun, entry: PortEntry) -> PortRange | None:
    """The host ports of a run; None where the engine chooses from all."""
    if not run.published:
        return None
    own = entry.published
    if isinstance(own, PortRange) and run.count == 1 and run.published == str(own):
        # Nearly always they are those of the entry, and need not be read again.
        return own if own.end else None
    try:
        start, dash, end = run.published.partition("-")
        first = int(start)
        last = int(end) if dash else first + run.count - 1
        ports = PortRange(first, last)
    except (ValueError, InvalidPortSpec):
        ports = own if isinstance(own, PortRange) else PortRange(0, 0)
    return None if ports.end == 0 else ports


def overlapping(claims: Iterable[A], lanes: Lanes[A]) -> Iterator[tuple[A, A]]:
    """Pairs (later, earlier) of claims on overlapping sockets that may meet.

    For each claim at most MOST_PARTNERS are named, so that the cost stays linear in the claims
    however many ask for one port.
    """
    by_protocol: dict[str, list[A]] = {}
    for claim in claims:
        by_protocol.setdefault(claim.protocol, []).append(claim)
    for group in by_protocol.values():
        for near in _clusters(sorted(group, key=lambda c: (c.ports.start, c.order))):
            from manager.compose.sweep import sweep  # noqa: PLC0415 -- most ports stand alone

            yield from sweep(near, lanes)


def _clusters(claims: Iterable[A]) -> Iterator[list[A]]:
    """Sorted claims in groups whose ports touch each other; those that stand alone are left out."""
    near: list[A] = []
    end = -1
    for claim in claims:
        if claim.ports.start > end:
            if len(near) > 1:
                yield near
            near = []
        near.append(claim)
        end = max(end, claim.ports.end)
    if len(near) > 1:
        yield near


class Vacancies:
    """The host ports that no claim asks for, on any address."""

    def __init__(self, claims: Iterable[Claim]) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        for start, end in sorted({(claim.ports.start, claim.ports.end) for claim in claims}):
            if self._ends and start <= self._ends[-1] + 1:
                self._ends[-1] = max(self._ends[-1], end)
            else:
                self._starts.append(start)
                self._ends.append(end)

    def after(self, ports: PortRange) -> PortRange | None:
        """The next free ports after `ports`, as many; None where none are near."""
        start, length = ports.end + 1, len(ports)
        index = bisect_right(self._starts, ports.end)
        for other in range(max(index - 1, 0), min(index + MOST_LOOKED_AT, len(self._starts))):
            if self._ends[other] >= start and self._starts[other] < start + length:
                start = self._ends[other] + 1
        last = start + length - 1
        free = (
            index + MOST_LOOKED_AT >= len(self._starts)
            or last < self._starts[index + MOST_LOOKED_AT]
        )
        return PortRange(start, last) if last <= MAX_PORT and free else None


class SameProject:
    """Services of a project meet when they are ever started together.

    Services of disjoint profiles are alternatives, unless the project's own environment
    (COMPOSE_PROFILES) turns on both.
    """

    _ALWAYS = ""
    _ACTIVE = "\0active"

    def file(self, claim: Claim) -> list[str]:
        """Its profiles; one lane holds all that are started without any."""
        profiles = claim.service.profiles
        return [*dict.fromkeys(profiles), *self._active(claim)] if profiles else [self._ALWAYS]

    def look(self, claim: Claim, present: Iterable[str]) -> Iterable[str]:
        """All, when it is always started; else what is always, and its own profiles."""
        if not claim.service.profiles:
            return present
        return [self._ALWAYS, *dict.fromkeys(claim.service.profiles), *self._active(claim)]

    def _active(self, claim: Claim) -> list[str]:
        return [self._ACTIVE] if claim.active else []
