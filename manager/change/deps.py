"""What carrying out a change needs, and the watchdog as the change sees it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from manager.change.facts import Preferences
from manager.interfaces import Clock, Engine, Files, Host, Journal
from manager.model.snapshot import Snapshot


class Watch(Protocol):
    """A watchdog that has been called for."""

    def ready(self) -> None:
        """Wait until it stands by. Raises PmapError when it does not."""
        ...


class Guard(Protocol):
    """Brings the old containers back when this process dies in the middle of a change."""

    def arm(self, tx: str, lock_fd: int) -> AbstractContextManager[Watch]:
        """Call the watchdog for change `tx`, holding the locked descriptor with us.

        It is told off when the block ends by itself; when it ends by an exception, or with
        this process, the watchdog recovers.
        """
        ...


class NoGuard:
    """No watchdog: what is in memory dies with the process anyway."""

    def ready(self) -> None:
        """Nothing to wait for."""

    @contextmanager
    def arm(self, tx: str, lock_fd: int) -> Iterator[Watch]:
        """Watch nothing."""
        del tx, lock_fd
        yield self


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a change waits, in seconds.

    answer: for an app that listened before to listen again, longer where its health check gives
    it longer. settle: how long it must stay up.
    health: for a health check's verdict on a container whose ports answer already; one that
    nothing else speaks for gets as long as its check says. connect: for one connect. engine: for
    an engine that went away during the way back.
    probe: whether answers are asked for at all, or the engine's word is enough.
    """

    answer: float = 60.0
    settle: float = 1.0
    health: float = 10.0
    connect: float = 0.2
    engine: float = 30.0
    probe: bool = True


@dataclass(frozen=True, slots=True)
class Deps:
    """Everything outside that a change works with. snapshot takes a fresh one."""

    engine: Engine
    host: Host
    journal: Journal
    clock: Clock
    files: Files
    snapshot: Callable[[], Snapshot]
    guard: Guard = field(default_factory=NoGuard)
    preferences: Preferences = field(default_factory=Preferences)
    patience: Patience = field(default_factory=Patience)
