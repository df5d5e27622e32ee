"""Which of the claims on ports that touch each other cannot be bound together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from heapq import heappop, heappush

from manager.compose.claims import MOST_PARTNERS, Bucket
from manager.model.listener import addresses_overlap
from manager.model.ports import PortRange
from manager.model.typed import Generic, Protocol, TypeVar


class Asking(Protocol):
    """What is looked at where two ask for the same: a Claim, or what is told of one."""

    ports: PortRange
    protocol: str
    order: int

    @property
    def bucket(self) -> Bucket:
        """As Claim.bucket."""


A = TypeVar("A", bound=Asking)
A_contra = TypeVar("A_contra", bound=Asking, contravariant=True)


def share_an_address(one: Asking, two: Asking) -> bool:
    """Whether the addresses exclude each other. What is unknown overlaps every address alone."""
    here, there = one.bucket, two.bucket
    if isinstance(here, str) or isinstance(there, str):
        return here is None or there is None or here == there
    return addresses_overlap(here, there)


class Lanes(Protocol[A_contra]):
    """Which claims ever meet: a claim is filed in lanes, and looked for in lanes."""

    def file(self, claim: A_contra) -> Iterable[str]:
        """The lanes in which others find it."""

    def look(self, claim: A_contra, present: Iterable[str]) -> Iterable[str]:
        """The lanes, of those present, in which it finds others."""


def sweep(claims: Iterable[A], lanes: Lanes[A]) -> Iterator[tuple[A, A]]:
    """Pairs (later, earlier) of claims, sorted by their first port, that are in conflict."""
    active = _Active(lanes)
    for claim in claims:
        for other in active.partners(claim):
            yield (claim, other) if claim.order > other.order else (other, claim)
        active.add(claim)


class _Active(Generic[A]):
    """The claims whose range holds the port that a sweep has come to, by address and lane."""

    def __init__(self, lanes: Lanes[A]) -> None:
        self._lanes = lanes
        self._buckets: dict[Bucket, dict[str, dict[int, A]]] = {}
        self._ends: list[tuple[int, int, A]] = []

    def add(self, claim: A) -> None:
        bucket = self._buckets.setdefault(claim.bucket, {})
        for lane in self._lanes.file(claim):
            bucket.setdefault(lane, {})[claim.order] = claim
        heappush(self._ends, (claim.ports.end, claim.order, claim))

    def partners(self, claim: A) -> Iterator[A]:
        """Those in the way of `claim`, at most MOST_PARTNERS."""
        while self._ends and self._ends[0][0] < claim.ports.start:
            self._remove(heappop(self._ends)[2])
        found: set[int] = set()
        for other in self._near(claim):
            if other.order not in found and share_an_address(claim, other):
                yield other
                found.add(other.order)
                if len(found) == MOST_PARTNERS:
                    return

    def _remove(self, claim: A) -> None:
        bucket = self._buckets[claim.bucket]
        for lane in self._lanes.file(claim):
            del bucket[lane][claim.order]
            if not bucket[lane]:
                del bucket[lane]
        if not bucket:
            del self._buckets[claim.bucket]

    def _near(self, claim: A) -> Iterator[A]:
        """Claims in the buckets that may hold a partner; all of them only for a wildcard."""
        own = claim.bucket
        buckets = list(self._buckets)
        if not (own is None or isinstance(own, str) or own.is_unspecified):
            wide = type(own)(0)
            buckets = [bucket for bucket in (None, wide, own) if bucket in self._buckets]
        for bucket in buckets:
            lanes = self._buckets[bucket]
            for lane in self._lanes.look(claim, list(lanes)):
                yield from lanes.get(lane, {}).values()
