"""The port map as it changes: engine events in, changed rows out."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from manager.errors import EngineError
from manager.interfaces import Engine, EngineEvent
from manager.model.diff import RowChange, diff_rows
from manager.model.rows import PortRow, port_rows
from manager.model.snapshot import Snapshot

BURST_SECONDS = 0.05
"""Events that come this close together are one change: a start alone makes half a dozen."""


@dataclass(frozen=True, slots=True)
class PortChange:
    """A row that changed, and the event that caused it (None: seen, but nothing said why)."""

    change: RowChange
    cause: EngineEvent | None


def watch_ports(
    engine: Engine, take: Callable[[], Snapshot], stop: threading.Event
) -> Iterator[PortChange | EngineEvent]:
    """Every change of the table until `stop` is set; connected/disconnected events as such.

    Blocks in between without polling. `take` makes a snapshot; while the engine is away nothing
    is yielded but its going and coming.
    """
    events: queue.SimpleQueue[EngineEvent | None] = queue.SimpleQueue()
    reader = threading.Thread(target=_read, args=(engine, events, stop), daemon=True)
    rows = port_rows(take())
    reader.start()
    while (first := events.get()) is not None:
        burst = [first, *_burst(events)]
        yield from (event for event in burst if event and event.kind == "engine")
        after = _rows_now(take)
        if after is None:
            continue
        for change in diff_rows(rows, after):
            yield PortChange(change, _cause(change, burst))
        rows = after
        if None in burst:
            return


def _read(
    engine: Engine, events: queue.SimpleQueue[EngineEvent | None], stop: threading.Event
) -> None:
    try:
        for event in engine.events(stop):
            events.put(event)
    finally:
        events.put(None)


def _burst(events: queue.SimpleQueue[EngineEvent | None]) -> Iterator[EngineEvent | None]:
    while True:
        try:
            yield events.get(timeout=BURST_SECONDS)
        except queue.Empty:
            return


def _rows_now(take: Callable[[], Snapshot]) -> list[PortRow] | None:
    try:
        return port_rows(take())
    except EngineError:
        return None


def _cause(change: RowChange, burst: list[EngineEvent | None]) -> EngineEvent | None:
    """The last event about the row's container; the last about any where there is none."""
    container = change.row.container
    happened = [event for event in burst if event is not None and event.kind == "container"]
    about = [event for event in happened if container and event.id == container.id]
    return next(reversed(about or happened), None)
