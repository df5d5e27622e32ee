"""Every docker context's ports, read side by side: a dead one costs its time-out and no more."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from manager.errors import EngineUnavailable, PmapError
from manager.model.snapshot import Snapshot
from manager.service import PortManager

PATIENCE = 5.0
"""Seconds that each call to an engine may stay without an answer."""

_ALTOGETHER = 4
"""How many such calls may be slow before a context is given up, whatever holds it up (DNS)."""

OpenContext = Callable[[str], PortManager]


@dataclass(frozen=True, slots=True)
class ContextPorts:
    """What one context showed: a snapshot, or why there is none."""

    context: str
    snapshot: Snapshot | None = None
    error: PmapError | None = None


def read_contexts(
    names: Sequence[str],
    open_context: OpenContext,
    *,
    stopped: bool = True,
    sockets: bool = False,
    patience: float = PATIENCE,
) -> list[ContextPorts]:
    """One answer a context, in the order of the names. Raises nothing for one that fails.

    open_context connects to one; stopped and sockets are what a snapshot reads. What has not
    answered when its time is over is left behind: its thread keeps nobody from ending.
    """
    answers: queue.SimpleQueue[ContextPorts] = queue.SimpleQueue()

    def read(name: str) -> None:
        answers.put(_read(name, open_context, stopped=stopped, sockets=sockets))

    for name in names:
        threading.Thread(target=read, args=(name,), name=f"pmap-{name}", daemon=True).start()
    deadline = time.monotonic() + patience * _ALTOGETHER
    found: dict[str, ContextPorts] = {}
    while len(found) < len(names):
        try:
            answer = answers.get(timeout=max(deadline - time.monotonic(), 0.0))
        except queue.Empty:
            break
        found[answer.context] = answer
    return [found.get(name) or ContextPorts(name, error=_late(name)) for name in names]


def _read(name: str, open_context: OpenContext, *, stopped: bool, sockets: bool) -> ContextPorts:
    try:
        manager = open_context(name)
        if manager.unavailable is not None:
            return ContextPorts(name, error=manager.unavailable)
        snapshot = manager.snapshot(stopped=stopped, host=sockets)
        if manager.engine is not None:
            manager.engine.close()
    except PmapError as error:
        return ContextPorts(name, error=error)
    return ContextPorts(name, snapshot)


def _late(name: str) -> EngineUnavailable:
    return EngineUnavailable(
        f"the engine of context {name} does not answer in time",
        hint=f"try it alone: pmap ls --context {name}",
    )
