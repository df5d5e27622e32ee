"""Is there a host port left for every entry that lets the engine pick one of a range?

A matching of entries to ports. On sockets that all exclude each other it is solved exactly:
the entry whose range ends first takes the lowest port that is left (an exchange argument shows
that nothing is lost by that), so an entry without a port means that there is no way for all.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence

from manager.compose.claims import MOST_PARTNERS, Bucket, Claim
from manager.model.ports import MAX_PORT, PortRange

MOST_VISITS = 1_000_000
"""Claims that are looked at before the search ends: only a hostile file asks for more."""

Lacking = tuple[Claim, list[Claim]]
"""A claim that finds nothing left, and some of those that take its ports."""


def left_without(claims: Sequence[Claim]) -> list[Lacking]:
    """Claims that pick and find nothing left, each once.

    Only sets of claims that all exclude each other are looked at, so nothing is reported that
    could come up with another choice of ports.
    """
    found: dict[int, Lacking] = {}
    visits = 0
    for clique in _cliques(claims):
        visits += len(clique)
        for claim, others in _without_port(clique):
            found.setdefault(claim.order, (claim, others))
        if visits > MOST_VISITS:
            break
    return [found[order] for order in sorted(found)]


def short_of_ports(claims: Sequence[Claim], replicas: int) -> Claim | None:
    """The first claim of one service that has fewer host ports than `replicas` needs.

    None when each container of the service finds its ports.
    """
    for claim in claims:
        if replicas > (len(claim.ports) if claim.picks else 1):
            return claim
    for clique in _cliques(claims):
        for claim, _ in _without_port(clique, replicas):
            return claim
    return None


def _cliques(claims: Sequence[Claim]) -> Iterator[list[Claim]]:
    """Sets of claims of which no two can have the same port, each with a claim that picks."""
    by_protocol: dict[str, list[Claim]] = {}
    for claim in claims:
        by_protocol.setdefault(claim.protocol, []).append(claim)
    for group in by_protocol.values():
        reach = _merged(claim.ports for claim in group if claim.picks)
        starts = [ports.start for ports in reach]
        near = [claim for claim in group if _is_near(claim.ports, reach, starts)]
        for same in _address_sets(near):
            for clique in _profile_sets(same):
                if any(claim.picks for claim in clique):
                    yield clique


def _is_near(ports: PortRange, reach: Sequence[PortRange], starts: Sequence[int]) -> bool:
    """Whether `ports` meets one of the sorted, disjoint ranges in `reach`."""
    before = bisect_right(starts, ports.end) - 1
    return before >= 0 and reach[before].end >= ports.start


def _merged(ranges: Iterable[PortRange]) -> list[PortRange]:
    """The ranges with those that meet made one; few, where many entries pick from one range."""
    merged: list[PortRange] = []
    for ports in sorted(set(ranges)):
        if merged and ports.start <= merged[-1].end + 1:
            merged[-1] = PortRange(merged[-1].start, max(merged[-1].end, ports.end))
        else:
            merged.append(ports)
    return merged


def _address_sets(claims: Sequence[Claim]) -> Iterator[list[Claim]]:
    """Claims on addresses of which any two exclude each other: one, and what covers it."""
    buckets: dict[Bucket, list[Claim]] = {}
    for claim in claims:
        buckets.setdefault(claim.bucket, []).append(claim)
    for bucket, own in buckets.items():
        wider: list[Bucket] = [] if bucket is None else [None]
        if not (bucket is None or isinstance(bucket, str) or bucket.is_unspecified):
            wider.append(type(bucket)(0))
        yield [*own, *(claim for wide in wider for claim in buckets.get(wide, ()))]


def _profile_sets(claims: Sequence[Claim]) -> Iterator[list[Claim]]:
    """The claims of services that are started together: always, by a profile, by the active."""
    always = [claim for claim in claims if not claim.service.profiles]
    by_profile: dict[str, list[Claim]] = {}
    for claim in claims:
        for profile in claim.service.profiles:
            by_profile.setdefault(profile, []).append(claim)
    yield always
    for more in by_profile.values():
        yield [*always, *more]
    if by_profile:
        yield [claim for claim in claims if claim.active]


def _without_port(clique: Sequence[Claim], replicas: int | None = None) -> Iterator[Lacking]:
    """Claims of a clique for which no port is left.

    replicas: how often each claim is made; None takes it from the services.
    """
    ports = _FreePorts()
    for claim in clique:
        if not claim.picks:
            ports.take_all(claim)
    pickers = [claim for claim in clique if claim.picks]
    for claim in sorted(pickers, key=lambda c: (c.ports.end, c.order)):
        for _ in range(min(_replicas(claim) if replicas is None else replicas, MAX_PORT)):
            if not ports.take_one(claim):
                yield claim, ports.holders(claim)
                break


def _replicas(claim: Claim) -> int:
    count = claim.service.replicas
    return count if isinstance(count, int) else 1


class _FreePorts:
    """The ports that are left, each found in almost constant time (a union-find upward)."""

    def __init__(self) -> None:
        self._next: dict[int, int] = {}
        self._holders: dict[int, Claim] = {}

    def take_all(self, claim: Claim) -> None:
        """Every port of a fixed claim."""
        while self.take_one(claim):
            pass

    def take_one(self, claim: Claim) -> bool:
        """The lowest port of the claim that is left; False when none is."""
        port = self._free_from(claim.ports.start)
        if port > claim.ports.end:
            return False
        self._next[port] = port + 1
        self._holders[port] = claim
        return True

    def holders(self, claim: Claim) -> list[Claim]:
        """Some of those who have the ports of `claim`, in the order of the files."""
        found: dict[int, Claim] = {}
        for port in range(claim.ports.start, claim.ports.end + 1):
            other = self._holders[port]
            if other is not claim:
                found[other.order] = other
            if len(found) > MOST_PARTNERS:
                break
        return [found[order] for order in sorted(found)]

    def _free_from(self, port: int) -> int:
        following = self._next
        root = port
        while root in following:
            root = following[root]
        while port != root:
            following[port], port = root, following[port]
        return root
