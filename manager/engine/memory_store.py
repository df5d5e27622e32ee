"""The in-memory engine's state: inspect-shaped records, and who waits for its events."""

from __future__ import annotations

import hashlib
import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from manager.engine.tolerant import mapping, text
from manager.engine.waking import when_set
from manager.errors import EngineError, EngineUnavailable
from manager.interfaces import EngineEvent
from manager.model.listener import Listener

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class LayerFile:
    """One path of a writable layer: modified, added or deleted, and what it holds."""

    kind: str
    content: bytes = b""


@dataclass(slots=True)
class Store:
    """Everything that an engine keeps. Use it inside `with store.answering():`.

    containers, layers and logs are by id; images by name; networks and volumes by name, networks
    giving the id. neighbours are listeners of the host that no container has. stopped_by_hand
    holds ids that no restart of the engine brings back under `unless-stopped`, ran_before those
    that ran when the engine was ended. services are those of a swarm, by id: none, no swarm.
    troubles is what keeps the tasks of a service from running by a new specification.
    """

    clock: Callable[[], float] = time.time
    api_version: tuple[int, int] = (1, 51)
    containers: dict[str, Record] = field(default_factory=dict)
    images: dict[str, Record] = field(default_factory=dict)
    networks: dict[str, str] = field(default_factory=dict)
    volumes: dict[str, Record] = field(default_factory=dict)
    layers: dict[str, dict[str, LayerFile]] = field(default_factory=dict)
    logs: dict[str, str] = field(default_factory=dict)
    neighbours: tuple[Listener, ...] = ()
    stopped_by_hand: set[str] = field(default_factory=set)
    ran_before: set[str] = field(default_factory=set)
    services: dict[str, Record] = field(default_factory=dict)
    troubles: dict[str, str] = field(default_factory=dict)
    down: bool = False
    _lock: threading.RLock = field(default_factory=threading.RLock)
    _inboxes: list[queue.SimpleQueue[EngineEvent | None]] = field(default_factory=list)
    _counter: int = 0

    @contextmanager
    def answering(self) -> Iterator[None]:
        """One call at a time. Raises EngineUnavailable while the engine is down."""
        with self._lock:
            if self.down:
                raise EngineUnavailable(
                    "the in-memory engine does not answer", hint="it was stopped by a test"
                )
            yield

    def number(self) -> int:
        """1, 2, 3 and so on: pids, addresses and ids are made from it."""
        self._counter += 1
        return self._counter

    def new_id(self) -> str:
        """64 hex digits, the same in each run."""
        return hashlib.sha256(f"pmap {self.number()}".encode()).hexdigest()

    def now(self) -> str:
        """The time as the Engine API writes it."""
        return datetime.fromtimestamp(self.clock(), UTC).isoformat().replace("+00:00", "Z")

    def find(self, name_or_id: str) -> Record | None:
        """A container by name, id, or the start of one id only."""
        bare = name_or_id.removeprefix("/")
        for record in self.containers.values():
            if bare and bare in {record["Id"], name_of(record)}:
                return record
        starts = [r for key, r in self.containers.items() if bare and key.startswith(bare)]
        return starts[0] if len(starts) == 1 else None

    def get(self, name_or_id: str) -> Record:
        """A container. Raises EngineError (404)."""
        record = self.find(name_or_id)
        if record is None:
            raise EngineError(f"No such container: {name_or_id}", status=404)
        return record

    def image(self, reference: str) -> Record | None:
        """An image by name, name:latest or id."""
        named = self.images.get(reference) or self.images.get(reference.removesuffix(":latest"))
        by_id = (image for image in self.images.values() if image["Id"] == reference)
        return named or next(by_id, None)

    def tell(self, record: Record, action: str, **attributes: str) -> None:
        """Tell everybody who follows the events."""
        about = {"name": name_of(record), "image": text(mapping(record["Config"]).get("Image"))}
        self.publish(
            EngineEvent(
                "container",
                action,
                record["Id"],
                name_of(record),
                self.clock(),
                about | attributes,
            )
        )

    def publish(self, event: EngineEvent) -> None:
        """Put an event into every inbox."""
        with self._lock:
            for inbox in self._inboxes:
                inbox.put(event)

    def follow(self, stop: threading.Event) -> Iterator[EngineEvent]:
        """Events until `stop` is set, the state of the engine first."""
        inbox: queue.SimpleQueue[EngineEvent | None] = queue.SimpleQueue()
        when_set(stop, lambda: inbox.put(None))
        with self._lock:
            inbox.put(EngineEvent("engine", "disconnected" if self.down else "connected"))
            self._inboxes.append(inbox)
        try:
            while not stop.is_set() and (event := inbox.get()) is not None:
                yield event
        finally:
            with self._lock:
                self._inboxes.remove(inbox)


def name_of(record: Record) -> str:
    """The container's name without the slash."""
    return text(record["Name"]).removeprefix("/")
