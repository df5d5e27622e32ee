"""Classes of port numbers, and which of the free ones to offer.

Sources: RFC 6335 section 6 (system, user, dynamic ports); Linux ip_local_port_range.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Iterator
from enum import StrEnum
from functools import lru_cache
from itertools import islice

from manager.model.ports import MAX_PORT, PortRange
from manager.model.value import dataclass

Predicate = Callable[[int], bool]


class PortClass(StrEnum):
    """The three ranges of RFC 6335."""

    SYSTEM = "system"
    USER = "user"
    DYNAMIC = "dynamic"


def port_class(port: int) -> PortClass:
    """System 0-1023, user 1024-49151, dynamic 49152-65535."""
    if port < 1024:
        return PortClass.SYSTEM
    return PortClass.USER if port < 49152 else PortClass.DYNAMIC


LINUX_EPHEMERAL = PortRange(32768, 60999)
"""What Linux hands to clients unless ip_local_port_range says otherwise."""

FIRST_CHOICE = PortRange(8000, 9999)
"""Where people look for a service first, so the first free port is taken from here."""


@dataclass(frozen=True, slots=True)
class FreePortSearch:
    """How to look for free ports.

    count: how many; near: start there and go outward; within: stay in this range;
    contiguous: they must follow each other; ephemeral: the range to stay out of. Without near or
    within the search begins at FIRST_CHOICE, and never goes below port 1024.
    """

    count: int = 1
    near: int | None = None
    within: PortRange | None = None
    contiguous: bool = False
    ephemeral: PortRange = LINUX_EPHEMERAL

    def run(self, is_free: Predicate, confirm: Predicate = lambda _: True) -> list[int]:
        """The ports found, most wanted first (contiguous ones in their own order).

        Fewer than `count` when there are no more, none where no run is long enough. is_free may
        be asked about every port; confirm, which may cost more, only about those to be offered.
        """
        if self.contiguous:
            return self._run_of(is_free, confirm)
        free = (port for port in self._candidates() if is_free(port) and confirm(port))
        return list(islice(free, max(self.count, 0)))

    def _run_of(self, is_free: Predicate, confirm: Predicate) -> list[int]:
        count = max(self.count, 1)
        candidates = list(self._candidates())
        # How many free ports follow each other from a port on: one pass, whatever is taken.
        length = [0] * (MAX_PORT + 2)
        for port in sorted(candidates, reverse=True):
            if is_free(port):
                length[port] = length[port + 1] + 1
        confirmed = lru_cache(maxsize=None)(confirm)
        denied: list[int] = []
        for start in candidates:
            if length[start] < count:
                continue
            nearest = bisect_left(denied, start)
            if nearest < len(denied) and denied[nearest] < start + count:
                continue
            run = range(start, start + count)
            bad = next((port for port in run if not confirmed(port)), None)
            if bad is None:
                return list(run)[: max(self.count, 0)]
            insort(denied, bad)
        return []

    def _candidates(self) -> Iterator[int]:
        if self.within is not None:
            # An explicit range is obeyed even inside the ephemeral one.
            yield from self._ordered(self.within)
            return
        order = self._ordered(PortRange(1024, MAX_PORT))
        yield from (port for port in order if port not in self.ephemeral)

    def _ordered(self, within: PortRange) -> Iterator[int]:
        first, last = max(within.start, 1), within.end
        if self.near is not None:
            yield from _around(min(max(self.near, first), last), first, last)
            return
        start = FIRST_CHOICE.start if self.within is None else first
        yield from range(start, last + 1)
        yield from range(start - 1, first - 1, -1)


def _around(start: int, first: int, last: int) -> Iterator[int]:
    """The ports from `first` to `last`, those closest to `start` first, the higher of two."""
    if first > last:
        return
    yield start
    for distance in range(1, last - first + 1):
        if start + distance <= last:
            yield start + distance
        if start - distance >= first:
            yield start - distance
