"""The port map as it changes: engine events in, changed rows out. Nothing is polled."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from manager.errors import EngineError
from manager.interfaces import Engine, EngineEvent
from manager.model.diff import ChangeKind, RowChange, diff_rows
from manager.model.rows import PortRow, Source, port_rows
from manager.model.sharing import uses_host_network
from manager.model.snapshot import Snapshot

BURST_SECONDS = 0.05
"""Events that come this close together are one change: a start alone makes half a dozen."""

LONGEST_BURST = 0.5
"""Seconds after which a burst is told although more of it is coming."""

LATE_SECONDS = 2.0
"""How long a change waits for its reason: ports are let go a moment before `die` is told."""

LOOKS = (0.3, 1.0, 3.0)
"""Seconds after a start at which the host's sockets are read again, for containers on its network.

No event tells when an app begins to listen; a published port is held before `start` is told.
"""

_BEGINS = frozenset({"start", "unpause", "restart"})
_ENDS = ("stop", "die", "update")
_TELLING = {
    (ChangeKind.ADDED, True): ("start", "unpause", "update", "create"),
    (ChangeKind.ADDED, False): ("create", *_ENDS),
    (ChangeKind.CHANGED, True): ("start", "unpause", "update"),
    (ChangeKind.CHANGED, False): _ENDS,
    (ChangeKind.REMOVED, True): ("destroy", "remove", *_ENDS),
    (ChangeKind.REMOVED, False): ("destroy", "remove", *_ENDS),
}
"""The events that say most of why a row, bound or not, came, went or changed: the best first."""

_AT_ONCE = frozenset({Source.PUBLISHED, Source.RESERVED})
"""Rows that one event changes all together."""

REMEMBERED = 5.0
"""Seconds for which an event may be a cause: engine 20.10 tells `die` before it lets go."""


@dataclass(frozen=True, slots=True)
class PortChange:
    """A row that changed, and the event that caused it (None: seen, but nothing said why)."""

    change: RowChange
    cause: EngineEvent | None


def watch_ports(
    engine: Engine,
    take: Callable[[], Snapshot],
    stop: threading.Event,
    *,
    looks: Sequence[float] = LOOKS,
) -> Iterator[PortChange | EngineEvent]:
    """Every change of the table until `stop` is set; connected/disconnected events as such.

    `take` makes a snapshot. While the engine is away nothing is yielded but its going and coming;
    what changed meanwhile is told once it is back. Raises EngineError when there is none to begin
    with.
    """
    inbox: queue.SimpleQueue[EngineEvent | None] = queue.SimpleQueue()
    reader = threading.Thread(target=_read, args=(engine, inbox, stop), daemon=True)
    watching = _Watching(take, looks)
    watching.begin()
    reader.start()
    early: list[EngineEvent | None] = []
    while True:
        burst = early or _burst(inbox, watching.patience())
        happened = [event for event in burst if event is not None]
        if burst and not happened:
            return
        yield from (event for event in happened if event.kind == "engine")
        changes, known = watching.look(happened)
        early = [] if None in burst else _until_told(inbox, changes, known)
        known = [*known, *(event for event in early if event is not None)]
        told = [PortChange(change, cause_of(change, known)) for change in changes]
        watching.forget(told)
        yield from told
        if None in burst:
            return


@dataclass(slots=True)
class _Watching:
    """What was seen last, and when to look again although no event came."""

    take: Callable[[], Snapshot]
    looks: Sequence[float]
    rows: list[PortRow] = field(default_factory=list)
    due: list[float] = field(default_factory=list)
    recent: list[tuple[float, EngineEvent]] = field(default_factory=list)
    spent: list[EngineEvent] = field(default_factory=list)
    away: bool = False

    def begin(self) -> None:
        """See what there is. Raises EngineError."""
        self.rows = port_rows(self.take())

    def patience(self) -> float | None:
        """Seconds to wait for the next event; None is for ever."""
        return max(self.due[0] - time.monotonic(), 0.0) if self.due else None

    def look(self, happened: list[EngineEvent]) -> tuple[list[RowChange], list[EngineEvent]]:
        """What is different now, and the events that may be why.

        happened: the events since the last look, if any.
        """
        now = time.monotonic()
        self.due = [when for when in self.due if when > now]
        kept = (one for one in self.recent if self.away or now - one[0] < REMEMBERED)
        fresh = (e for e in happened if e.kind != "engine" and not self._is_spent(e))
        self.recent = [*kept, *((now, event) for event in fresh)]
        self.away = True
        try:
            snapshot = self.take()
        except EngineError:
            # It went away: the stream says so, and looks again once it is back.
            return [], []
        self.away = False
        before, self.rows = self.rows, port_rows(snapshot)
        self._expect(snapshot, happened, now)
        back = (event for event in happened if event.kind == "engine")
        return diff_rows(before, self.rows), [*back, *(event for _, event in self.recent)]

    def forget(self, told: Iterable[PortChange]) -> None:
        """Take each reason once: the next change of that container has one of its own.

        Only of what the engine publishes: on the host's network one start opens port after port.
        """
        published = (one for one in told if one.change.row.source in _AT_ONCE)
        self.spent = [one.cause for one in published if one.cause is not None]
        self.recent = [kept for kept in self.recent if not self._is_spent(kept[1])]

    def _is_spent(self, event: EngineEvent) -> bool:
        return any(event is one for one in self.spent)

    def _expect(self, snapshot: Snapshot, happened: list[EngineEvent], now: float) -> None:
        on_host = {c.id for c in snapshot.containers if uses_host_network(c, snapshot.containers)}
        if any(event.action in _BEGINS and event.id in on_host for event in happened):
            self.due = [now + seconds for seconds in self.looks]


def _read(
    engine: Engine, inbox: queue.SimpleQueue[EngineEvent | None], stop: threading.Event
) -> None:
    try:
        for event in engine.events(stop):
            inbox.put(event)
    finally:
        inbox.put(None)


def _burst(
    inbox: queue.SimpleQueue[EngineEvent | None], patience: float | None
) -> list[EngineEvent | None]:
    """The next event and what comes right after it; nothing when none comes in time.

    None among them is the end of the stream.
    """
    found: list[EngineEvent | None] = []
    try:
        found.append(inbox.get(timeout=patience))
        deadline = time.monotonic() + LONGEST_BURST
        while found[-1] is not None and time.monotonic() < deadline:
            found.append(inbox.get(timeout=BURST_SECONDS))
    except queue.Empty:
        return found
    return found


def _until_told(
    inbox: queue.SimpleQueue[EngineEvent | None],
    changes: Sequence[RowChange],
    known: Sequence[EngineEvent],
) -> list[EngineEvent | None]:
    """The events that come until each change has its reason; none where it has one already."""
    early: list[EngineEvent | None] = []
    deadline = time.monotonic() + LATE_SECONDS
    while None not in early:
        events = [*known, *(event for event in early if event is not None)]
        left = deadline - time.monotonic()
        if left <= 0 or all(_is_told(change, events) for change in changes):
            break
        early += _burst(inbox, left)
    return early


def cause_of(change: RowChange, happened: Iterable[EngineEvent]) -> EngineEvent | None:
    """The event that says most of why a row changed, None where none is about it.

    One about the row's own container, or a network that it joins or leaves; else the engine's
    coming back.
    """
    events = list(happened)
    if (told := _telling(change, events)) is not None:
        return told
    about = [event for event in events if _is_about(event, change.row)]
    back = [event for event in events if event.kind == "engine" and event.action == "connected"]
    return next(reversed(about or back), None)


def _is_told(change: RowChange, events: Sequence[EngineEvent]) -> bool:
    """Whether nothing better can be said: a telling event, or the engine has just come back."""
    return _telling(change, events) is not None or any(event.kind == "engine" for event in events)


def _telling(change: RowChange, events: Sequence[EngineEvent]) -> EngineEvent | None:
    about = [event for event in events if _is_about(event, change.row)]
    for action in _TELLING[change.kind, bool(change.row.bound)]:
        for event in reversed(about):
            if event.action == action:
                return event
    return None


def _is_about(event: EngineEvent, row: PortRow) -> bool:
    if row.service is not None:
        return event.id == row.service.id
    if row.container is None:
        return False
    # A network's event is about the container that joins or leaves (Engine API, GET /events).
    return row.container.id in {event.id, event.attributes.get("container")}


def cause_words(event: EngineEvent) -> str:
    """A cause in words: `web started`, `web ended with code 1`."""
    if event.kind == "engine":
        return f"the engine is {event.action}"
    name = event.name or event.id[:12]
    if event.action == "die":
        return f"{name} ended with code {event.attributes.get('exitCode', '?')}"
    if event.action == "rename":
        old = event.attributes.get("oldName", "").removeprefix("/")
        return f"{old} became {name}"
    if event.kind == "network":
        return f"network {name}: {event.action}"
    return f"{name} {_WORDS.get(event.action, event.action)}"


_WORDS = {
    "start": "started",
    "stop": "was stopped",
    "kill": "got a signal",
    "create": "was created",
    "destroy": "was removed",
    "remove": "was removed",
    "pause": "was paused",
    "unpause": "goes on",
    "update": "was updated",
    "restart": "was restarted",
}
