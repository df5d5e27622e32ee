"""Is there a host port left for every entry that lets the engine pick one of a range?

A matching of entries to ports. On sockets that all exclude each other it is solved exactly:
the entry whose range ends first takes the lowest port that is left (an exchange argument shows
that nothing is lost by that), so an entry without a port means that there is no way for all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from manager.compose.claims import Bucket, Claim
from manager.model.ports import MAX_PORT


def left_without(claims: Sequence[Claim]) -> Iterator[tuple[Claim, list[Claim]]]:
    """Claims that pick and find nothing left, each with those that take its ports.

    Only sets of claims that all exclude each other are looked at, so nothing is reported that
    could come up with another choice of ports.
    """
    for clique in _cliques(claims):
        yield from _without_port(clique)


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
    seen: set[frozenset[int]] = set()
    for group in by_protocol.values():
        if not any(claim.picks for claim in group):
            continue
        for buckets in _address_sets(group):
            near = [claim for claim in group if claim.bucket in buckets]
            for clique in _profile_sets(near):
                key = frozenset(claim.order for claim in clique)
                if key not in seen and any(claim.picks for claim in clique):
                    seen.add(key)
                    yield clique


def _address_sets(group: Sequence[Claim]) -> list[set[Bucket]]:
    """Sets of addresses of which any two exclude each other: one address and what covers it."""
    sets: list[set[Bucket]] = []
    for bucket in dict.fromkeys(claim.bucket for claim in group):
        covering: set[Bucket] = {None, bucket}
        if not (bucket is None or isinstance(bucket, str)):
            covering.add(type(bucket)(0))
        sets.append(covering)
    return sets


def _profile_sets(claims: Sequence[Claim]) -> Iterator[list[Claim]]:
    """The claims of services that are started together, for each profile and for the active."""
    profiles = dict.fromkeys(profile for claim in claims for profile in claim.service.profiles)
    yield [claim for claim in claims if not claim.service.profiles]
    for profile in profiles:
        yield [claim for claim in claims if claim.service.enabled((profile,))]
    if claims and profiles and (active := claims[0].context.project.profiles):
        yield [claim for claim in claims if claim.service.enabled(active)]


def _without_port(
    clique: Sequence[Claim], replicas: int | None = None
) -> Iterator[tuple[Claim, list[Claim]]]:
    """Claims of a clique for which no port is left, with those that have one of its ports.

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
        self._next = list(range(MAX_PORT + 2))
        self._holders: dict[int, Claim] = {}
        self._fixed: list[Claim] = []

    def take_all(self, claim: Claim) -> None:
        """Every port of a fixed claim."""
        self._fixed.append(claim)
        port = self._free_from(claim.ports.start)
        while port <= claim.ports.end:
            self._next[port] = port + 1
            port = self._free_from(port)

    def take_one(self, claim: Claim) -> bool:
        """The lowest port that is left for a claim that picks; False when none is."""
        port = self._free_from(claim.ports.start)
        if port > claim.ports.end:
            return False
        self._next[port] = port + 1
        self._holders[port] = claim
        return True

    def holders(self, claim: Claim) -> list[Claim]:
        """Who has the ports of `claim`, each once, in the order of the files."""
        fixed = [other for other in self._fixed if other.ports.overlaps(claim.ports)]
        picked = [other for port, other in self._holders.items() if port in claim.ports]
        found = {other.order: other for other in (*fixed, *picked) if other is not claim}
        return [found[order] for order in sorted(found)]

    def _free_from(self, port: int) -> int:
        root = port
        while self._next[root] != root:
            root = self._next[root]
        while self._next[port] != root:
            self._next[port], port = root, self._next[port]
        return root
