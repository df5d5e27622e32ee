"""Classes of port numbers, and which of the free ones to offer.

Sources: RFC 6335 section 6 (system, user, dynamic ports); Linux ip_local_port_range.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from manager.model.ports import MAX_PORT, PortRange


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
    contiguous: they must follow each other; ephemeral: the range to stay out of.
    """

    count: int = 1
    near: int | None = None
    within: PortRange | None = None
    contiguous: bool = False
    ephemeral: PortRange = LINUX_EPHEMERAL

    def run(self, is_free: Callable[[int], bool]) -> list[int]:
        """The ports found, ascending by preference; fewer than `count` when there are no more."""
        if self.contiguous:
            return self._run_of(is_free)
        found: list[int] = []
        for port in self._candidates():
            if len(found) == self.count:
                break
            if is_free(port):
                found.append(port)
        return found

    def _run_of(self, is_free: Callable[[int], bool]) -> list[int]:
        candidates = list(self._candidates())
        allowed = set(candidates)
        known: dict[int, bool] = {}
        for start in candidates:
            ports = range(start, start + self.count)
            for port in ports:
                if port not in known:
                    known[port] = port in allowed and is_free(port)
                if not known[port]:
                    break
            else:
                return list(ports)
        return []

    def _candidates(self) -> Iterator[int]:
        if self.within is not None:
            # An explicit range is obeyed even inside the ephemeral one.
            yield from _outward(self.near or self.within.start, self.within)
            return
        start = self.near or FIRST_CHOICE.start
        order = _outward(start, PortRange(1024, MAX_PORT))
        yield from (port for port in order if port not in self.ephemeral)


def _outward(start: int, within: PortRange) -> Iterable[int]:
    """`start` upward to the end of the range, then downward from `start`."""
    start = min(max(start, within.start), within.end)
    yield from range(start, within.end + 1)
    yield from range(start - 1, within.start - 1, -1)
