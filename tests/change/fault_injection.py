"""Break a change at any of its calls: an engine and a journal that fail, cut or crash on order.

Every call of either is a point, numbered in the order in which they come. A run without a fault
tells the points; each other run breaks one of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from manager.errors import EngineError, EngineUnavailable, PmapError
from manager.interfaces import Engine, Journal

NOT_CALLS = {"decode", "differences", "store", "listeners"}
"""What touches no engine: it cannot fail."""


class Crash(BaseException):
    """The process is gone: nothing of it runs any more."""


class Kind(StrEnum):
    """What happens at a point: before the call is made, or once it has had its effect."""

    ERROR_BEFORE = "error before"
    ERROR_AFTER = "error after"
    CUT_BEFORE = "cut before"
    CUT_AFTER = "cut after"
    AWAY = "engine away for 5 calls"
    ERRORS = "5 errors in a row"
    CRASH_BEFORE = "crash before"
    CRASH_AFTER = "crash after"
    INTERRUPT_BEFORE = "Ctrl-C before"
    INTERRUPT_AFTER = "Ctrl-C after"

    @property
    def after(self) -> bool:
        """Whether the call is made first."""
        return self.value.endswith("after")


_LASTING = {Kind.AWAY: 5, Kind.ERRORS: 5}


@dataclass(slots=True)
class Faults:
    """Where and what to break: a call by its number, or by its name and how often that came.

    points are the calls that were made, as `rename 2`. hooks run before the point of that name:
    what somebody else does meanwhile.
    """

    at: int | str | None = None
    kind: Kind = Kind.ERROR_BEFORE
    points: list[str] = field(default_factory=list)
    hooks: dict[str, Callable[[], None]] = field(default_factory=dict)
    fail: Callable[[str], BaseException] | None = None
    """What a broken point raises, where that is not what its kind says; may not return."""

    def call(self, name: str, action: Callable[[], Any]) -> Any:
        """Make a call, or break it."""
        number = len(self.points)
        point = f"{name} {1 + sum(p.rpartition(' ')[0] == name for p in self.points)}"
        self.points.append(point)
        if point == self.at:
            self.at = number
        if (hook := self.hooks.get(point)) is not None:
            hook()
        if not self._is_broken(number):
            return action()
        if self.kind.after:
            action()
        raise (self.fail or self._failure)(point)

    def _is_broken(self, number: int) -> bool:
        return isinstance(self.at, int) and 0 <= number - self.at < _LASTING.get(self.kind, 1)

    def _failure(self, point: str) -> BaseException:
        if self.kind in {Kind.CRASH_BEFORE, Kind.CRASH_AFTER}:
            return Crash(point)
        if self.kind in {Kind.INTERRUPT_BEFORE, Kind.INTERRUPT_AFTER}:
            return KeyboardInterrupt()
        if point.startswith("journal"):
            return PmapError(f"{point}: no space left on device")
        if self.kind in {Kind.CUT_BEFORE, Kind.CUT_AFTER, Kind.AWAY}:
            return EngineUnavailable(f"{point}: the connection was cut")
        return EngineError(f"{point}: a fault was injected", status=500)


class FaultyEngine:
    """An Engine whose calls go through Faults."""

    def __init__(self, engine: Engine, faults: Faults) -> None:
        self._engine = engine
        self._faults = faults

    def __getattr__(self, name: str) -> Any:
        member = getattr(self._engine, name)
        if name in NOT_CALLS:
            return member
        return lambda *args, **more: self._faults.call(name, lambda: member(*args, **more))


class FaultyJournal:
    """A Journal whose writes go through Faults."""

    def __init__(self, journal: Journal, faults: Faults) -> None:
        self._journal = journal
        self._faults = faults
        self.open_entries = journal.open_entries
        self.history = journal.history

    def save(self, tx: str, entry: Mapping[str, Any]) -> None:
        self._faults.call("journal.save", lambda: self._journal.save(tx, entry))

    def close(self, tx: str, summary: Mapping[str, Any]) -> None:
        self._faults.call("journal.close", lambda: self._journal.close(tx, summary))

    def discard(self, tx: str) -> None:
        self._faults.call("journal.discard", lambda: self._journal.discard(tx))

    def keep_log(self, tx: str, name: str, chunks: Iterable[bytes]) -> str:
        kept: str = self._faults.call(
            "journal.keep_log", lambda: self._journal.keep_log(tx, name, chunks)
        )
        return kept

    def lock(self, engine_key: str) -> AbstractContextManager[int]:
        return self._journal.lock(engine_key)
