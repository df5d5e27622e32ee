"""Asks the row that the cursor rests on: its port, its container, who reaches it.

In the background, one row at a time, the newest wish alone; nothing is asked again before
something happened to its container, or a person wants it. No key waits for an answer.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

from manager.errors import PmapError
from manager.model.rows import Source
from tui.background import in_background
from tui.messages import Answered
from tui.presentation.entry import Asked, Entry, Identity

if TYPE_CHECKING:
    from manager.model.snapshot import Snapshot
    from manager.service import PortManager
    from manager.telling import RowTeller

REST = 0.3
"""Seconds that the cursor rests on a row before it is asked."""
LOG_LINES = 5


@dataclass(frozen=True, slots=True)
class Wish:
    """A row to ask, and when at the earliest."""

    entry: Entry
    snapshot: Snapshot
    due: float


class Asking:
    """What is known of single rows, and the one that is being asked. `tell` posts a message."""

    def __init__(self, tell: Callable[[Message], object]) -> None:
        self._tell = tell
        self._lock = threading.Condition()
        self._wish: Wish | None = None
        self._manager: PortManager | None = None
        self._closed = False
        self.known: dict[Identity, Asked] = {}
        self._mute: set[Identity] = set()
        self.pending: Identity | None = None
        """The row that is being asked, or will be in a moment."""

    def begin(self, manager: PortManager) -> None:
        """Ask through this core from now on; what another engine's rows said is forgotten.

        Without an engine a new core comes with each try to find one, and the host is the same.
        """
        with self._lock:
            before, self._manager = self._manager, manager
            if before is None or before.engine is not None or manager.engine is not None:
                self.known.clear()
        if before is None:
            in_background(self._work, "pmap-ask")

    def look_at(self, entry: Entry | None, snapshot: Snapshot, *, now: bool = False) -> None:
        """The cursor stands on that row: ask it soon, unless it is known. `now`: ask it anew."""
        with self._lock:
            if entry is not None and entry.identity == self.pending and not now:
                return
            if entry is None or self._manager is None or not self._worth_asking(entry, now=now):
                self._wish, self.pending = None, None
                return
            due = time.monotonic() + (0.0 if now else REST)
            self._wish, self.pending = Wish(entry, snapshot, due), entry.identity
            self._lock.notify()

    def _worth_asking(self, entry: Entry, *, now: bool) -> bool:
        known = entry.asked is not None or entry.identity in self._mute
        return askable(entry) and (now or not known)

    def answered(self, identity: Identity, asked: Asked | None) -> None:
        """Keep an answer."""
        if asked is not None:
            self.known[identity] = asked
        else:
            self._mute.add(identity)
        if self.pending == identity:
            self.pending = None

    def forget(self, containers: Collection[str] | None = None) -> None:
        """What these containers' rows said no longer holds; None: what any row said."""
        self._mute.clear()
        for identity in tuple(self.known):
            container = self.known[identity].truth.row.container
            if containers is None or (container is not None and container.id in containers):
                del self.known[identity]

    def close(self) -> None:
        """Ask nothing more."""
        with self._lock:
            self._closed = True
            self._lock.notify()

    def _work(self) -> None:
        teller: RowTeller | None = None
        owner: PortManager | None = None
        while (wish := self._next()) is not None:
            manager = self._manager
            assert manager is not None, "nothing is asked before there is a core"
            try:
                if teller is None or owner is not manager:
                    teller, owner = manager.row_teller(), manager
                asked = ask(teller, manager, wish.entry, wish.snapshot)
            except PmapError:
                # The feed says what is wrong with the engine; the row is just not known.
                asked = None
            if not self._closed:
                self._tell(Answered(wish.entry.identity, asked))

    def _next(self) -> Wish | None:
        """Wait for a wish that has rested long enough; None when closed."""
        with self._lock:
            while not self._closed:
                if self._wish is None:
                    self._lock.wait()
                elif (left := self._wish.due - time.monotonic()) > 0:
                    self._lock.wait(left)
                else:
                    wish, self._wish = self._wish, None
                    return wish
            return None


def askable(entry: Entry) -> bool:
    """Whether there is anything to ask: a port that is held, or a container that lost it."""
    return not entry.bare and entry.row.source is not Source.COMPOSE_FILE


def ask(teller: RowTeller, manager: PortManager, entry: Entry, snapshot: Snapshot) -> Asked:
    """Everything that asking a row brings. Raises EngineError."""
    from tui.files import place_of

    truth = teller.tell(entry.row, snapshot)
    container, log = entry.row.container, ""
    if container is not None and not truth.good:
        log = manager.logs(container.id, tail=LOG_LINES)
    return Asked(truth, tuple(log.splitlines()[-LOG_LINES:]), place_of(entry.row))
