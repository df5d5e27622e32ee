"""Keeps the screen's knowledge fresh: opens the core, reads it when something happens, reconnects.

Daemon threads, so that a hanging engine never keeps the keyboard or the way out. The engine is
never polled while it answers: its events ask for the next reading, a burst of them for one. This
host's own sockets have no events; whether they changed is asked of the kernel, at a pace that
costs next to nothing, and only while somebody looks.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.message import Message

from manager.errors import EngineError, EngineUnavailable, PmapError
from manager.model.rows import PortRow
from tui.messages import EngineLost, ManagerOpened, SnapshotTaken
from tui.presentation.entry import entries

if TYPE_CHECKING:
    from manager.model.snapshot import Snapshot
    from manager.service import PortManager

SETTLE = 0.05
"""Seconds without a further event that end a burst."""
LONGEST_BURST = 0.25
FIRST_PAUSE = 1.0
LONGEST_PAUSE = 15.0
LOOK_SECONDS = 2.0
"""Between two looks at this host's sockets."""
LOOK_SHARE = 500
"""So many times the time of a look must pass before the next one: 0.2 % of a processor."""
_QUIET = ("exec_", "health_status", "top", "attach", "resize", "copy", "export", "archive-path")
"""Events that change no port."""


class Feed:
    """Reads `open_manager()`'s core in the background and tells what it finds."""

    def __init__(
        self, open_manager: Callable[[], PortManager], tell: Callable[[Message], object]
    ) -> None:
        self._open_manager = open_manager
        self._post = tell
        self._wanted = threading.Event()
        self._stopped = threading.Event()
        self._attentive = threading.Event()
        self._attentive.set()
        self._touched: deque[str] = deque()
        self._mark: int | None = None
        self._last: Snapshot | None = None
        self._whole = threading.Event()
        """The engine is to be asked too, not this host alone."""

    def start(self) -> None:
        """Begin in the background."""
        threading.Thread(target=self._read, name="pmap-feed", daemon=True).start()

    def stop(self) -> None:
        """End both threads soon; does not wait for them."""
        self._stopped.set()
        self._attentive.set()
        self._wanted.set()

    def refresh(self) -> None:
        """Ask for a reading now."""
        self._whole.set()
        self._wanted.set()

    def attend(self, *, seen: bool) -> None:
        """Whether somebody looks at the screen: without, this host's sockets are let alone."""
        if seen:
            self._attentive.set()
        else:
            self._attentive.clear()

    def _tell(self, message: Message) -> None:
        """Tell, unless nobody wants to know any more."""
        if not self._stopped.is_set():
            self._post(message)

    def _read(self) -> None:
        """Open the core, then read it at every wish, until stopped."""
        pause = FIRST_PAUSE
        manager: PortManager | None = None
        while not self._stopped.is_set():
            try:
                if manager is None or manager.engine is None:
                    manager = self._open()
                self._reading(manager)
            except PmapError as error:
                self._whole.set()
                self._tell(EngineLost(error, pause))
                self._wanted.wait(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
            else:
                pause = FIRST_PAUSE
                self._wanted.wait()
            self._let_settle()

    def _open(self) -> PortManager:
        """Open the core, and listen to its engine. Raises PmapError."""
        manager = self._open_manager()
        self._tell(ManagerOpened(manager))
        if manager.engine is not None:
            self._begin(self._listen, manager, "pmap-events")
            self._begin(self._look, manager, "pmap-host")
        return manager

    def _begin(self, job: Callable[[PortManager], None], manager: PortManager, name: str) -> None:
        threading.Thread(target=job, args=(manager,), name=name, daemon=True).start()

    def _reading(self, manager: PortManager) -> None:
        """Take a snapshot and tell it. Raises EngineError, after the telling without an engine."""
        touched = frozenset(self._touched.popleft() for _ in range(len(self._touched)))
        if whole := self._whole.is_set() or self._last is None or manager.engine is None:
            self._whole.clear()
        # Before the reading: what comes while it goes on is seen at the next look.
        self._mark = manager.host_mark()
        if whole or self._last is None:
            self._last = manager.snapshot()
        else:
            self._last = manager.host_again(self._last)
        snapshot = self._last
        files: tuple[PortRow, ...] = ()
        if manager.engine is None:
            from tui.files import file_rows

            files = file_rows(os.curdir)
        self._tell(SnapshotTaken(snapshot, entries(snapshot, files=files), touched))
        if manager.engine is None:
            raise manager.unavailable or EngineUnavailable("no engine answers")

    def _let_settle(self) -> None:
        """Let a burst of wishes end before they are granted with one reading."""
        self._wanted.clear()
        end = time.monotonic() + LONGEST_BURST
        while not self._stopped.is_set() and self._wanted.wait(SETTLE):
            self._wanted.clear()
            if time.monotonic() > end:
                break

    def _listen(self, manager: PortManager) -> None:
        """Wish for a reading at every event that can change a port."""
        try:
            for event in manager.events(self._stopped):
                if event.action == "disconnected":
                    self._tell(EngineLost(EngineUnavailable("the engine went away"), None))
                if event.action.startswith(_QUIET):
                    continue
                self._touched.append(event.id)
                self.refresh()
        except EngineError as error:
            self._tell(EngineLost(error, None))
            self.refresh()

    def _look(self, manager: PortManager) -> None:
        """Wish for a reading of the host when a socket of it has begun or ended to listen."""
        pause = LOOK_SECONDS
        while not self._stopped.wait(pause):
            self._attentive.wait()
            begun = time.monotonic()
            mark = manager.host_mark()
            pause = max(LOOK_SECONDS, LOOK_SHARE * (time.monotonic() - begun))
            if mark != self._mark and mark is not None and self._mark is not None:
                self._wanted.set()
