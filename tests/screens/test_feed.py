"""The background: one reading for a burst of events, an engine that goes and comes."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import pytest
from textual.message import Message

from manager.engine.memory import MemoryEngine
from manager.engine.memory_admin import start_daemon, stop_daemon
from manager.errors import EngineUnavailable, InvalidInput
from manager.interfaces import EngineEvent
from manager.model.listener import HostSocket, Listener, Process
from manager.model.ports import parse_ip
from manager.model.snapshot import Snapshot
from manager.service import PortManager
from tui.app import PmapApp
from tui.feed import Feed
from tui.messages import EngineLost, ManagerOpened, SnapshotTaken

Told = queue.Queue[Message]
Told_ = TypeVar("Told_", bound=Message)
StartFeed = Callable[[Callable[[], PortManager]], tuple[Feed, Told]]


@pytest.fixture
def start_feed() -> Iterator[StartFeed]:
    """Start feeds, and stop them all at the end."""
    feeds: list[Feed] = []

    def start(open_manager: Callable[[], PortManager]) -> tuple[Feed, Told]:
        told: Told = queue.Queue()
        feed = Feed(open_manager, told.put)
        feeds.append(feed)
        feed.start()
        return feed, told

    yield start
    for feed in feeds:
        feed.stop()


def next_of(told: Told, kind: type[Told_]) -> Told_:
    """The next message of that kind; others are let go."""
    while True:
        message = told.get(timeout=10)
        if isinstance(message, kind):
            return message


def test_it_opens_reads_and_tells(manager: PortManager, start_feed: StartFeed) -> None:
    _, told = start_feed(lambda: manager)
    assert next_of(told, ManagerOpened).manager is manager
    taken = next_of(told, SnapshotTaken)
    assert taken.snapshot.engine is not None
    assert len(taken.entries) > 10


def test_an_event_brings_a_new_reading(manager: PortManager, start_feed: StartFeed) -> None:
    _, told = start_feed(lambda: manager)
    before = next_of(told, SnapshotTaken)
    preview = next(c for c in before.snapshot.containers if c.name == "db-before-move")
    assert manager.engine is not None
    shop = next(c for c in before.snapshot.containers if c.name == "shop-db-1")
    manager.engine.stop(shop.id, timeout=1)
    manager.engine.start(preview.id)
    while True:
        after = next_of(told, SnapshotTaken).snapshot
        if after.by_id(preview.id).running:  # type: ignore[union-attr]
            break
    assert not after.by_id(shop.id).running  # type: ignore[union-attr]


class Counting(PortManager):
    """Counts readings; its events are those that a test sends."""

    readings = 0
    looks = 0
    mark = 1
    sent: queue.Queue[EngineEvent]

    def snapshot(self, **wanted: Any) -> Snapshot:
        self.readings += 1
        return super().snapshot(**wanted)

    def host_mark(self) -> int:
        self.looks += 1
        return self.mark

    def events(self, stop: threading.Event) -> Iterator[EngineEvent]:
        while not stop.is_set():
            yield self.sent.get()


@pytest.fixture
def counting(manager: PortManager) -> Counting:
    made = Counting(manager.engine, manager.host, manager.journal, manager.files, manager.clock)
    made.sent = queue.Queue()
    return made


def test_a_burst_of_events_is_one_reading(counting: Counting, start_feed: StartFeed) -> None:
    _, told = start_feed(lambda: counting)
    next_of(told, SnapshotTaken)
    for _ in range(500):
        counting.sent.put(EngineEvent("container", "start"))
    next_of(told, SnapshotTaken)
    assert counting.readings <= 3


def test_a_reading_says_which_containers_were_touched(
    counting: Counting, start_feed: StartFeed
) -> None:
    _, told = start_feed(lambda: counting)
    assert next_of(told, SnapshotTaken).touched == frozenset()
    for name in ("a", "b", "a"):
        counting.sent.put(EngineEvent("container", "start", id=name))
    assert next_of(told, SnapshotTaken).touched == {"a", "b"}


def test_a_listener_of_the_host_is_seen_without_the_engine(
    counting: Counting, start_feed: StartFeed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.feed.LOOK_SECONDS", 0.01)
    _, told = start_feed(lambda: counting)
    next_of(told, SnapshotTaken)
    engine = counting.engine
    assert isinstance(engine, MemoryEngine)
    python = Listener(HostSocket(parse_ip("127.0.0.1"), 9999), Process(99, "python3"))
    engine.store.neighbours = (*engine.store.neighbours, python)
    counting.mark = 2
    entries = next_of(told, SnapshotTaken).entries
    assert "python3 99" in {entry.owner for entry in entries}
    assert counting.readings == 1, "the engine was not asked again"


def test_nobody_looks_where_nobody_sees(
    counting: Counting, start_feed: StartFeed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.feed.LOOK_SECONDS", 0.01)
    feed, told = start_feed(lambda: counting)
    next_of(told, SnapshotTaken)
    feed.attend(seen=False)
    time.sleep(0.05)
    before, counting.mark = counting.looks, 2
    time.sleep(0.2)
    assert counting.looks <= before + 1
    assert told.empty()
    feed.attend(seen=True)
    next_of(told, SnapshotTaken)


async def test_a_burst_of_events_is_drawn_once(
    counting: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    app = PmapApp(lambda: counting)
    async with app.run_test(size=(120, 40)) as pilot:
        while not app.entries or app.asking.pending:
            await pilot.pause(0.02)
        drawn: list[object] = []
        show = app.show
        monkeypatch.setattr(app, "show", lambda: (drawn.append(1), show()))
        before = app.snapshot
        for _ in range(500):
            counting.sent.put(EngineEvent("container", "start", id="x"))
        while app.snapshot is before or not counting.sent.empty():
            await pilot.pause(0.02)
        await pilot.pause(0.5)
        assert 1 <= len(drawn) <= 3


def test_events_that_change_no_port_are_let_go(counting: Counting, start_feed: StartFeed) -> None:
    _, told = start_feed(lambda: counting)
    next_of(told, SnapshotTaken)
    for action in ("exec_create: sh", "health_status: healthy", "top"):
        counting.sent.put(EngineEvent("container", action))
    counting.sent.put(EngineEvent("engine", "disconnected"))
    assert next_of(told, EngineLost).error.message == "the engine went away"


def test_an_engine_that_goes_and_comes(manager: PortManager, start_feed: StartFeed) -> None:
    feed, told = start_feed(lambda: manager)
    next_of(told, SnapshotTaken)
    engine = manager.engine
    assert isinstance(engine, MemoryEngine)
    stop_daemon(engine.store)
    assert isinstance(next_of(told, EngineLost).error, EngineUnavailable)
    start_daemon(engine.store)
    feed.refresh()
    assert next_of(told, SnapshotTaken).snapshot.engine is not None


def test_no_engine_then_one(manager: PortManager, start_feed: StartFeed) -> None:
    missing = EngineUnavailable("no engine answers at unix:///x", hint="start it")
    none = PortManager(None, manager.host, manager.journal, manager.files, manager.clock,
                       unavailable=missing)  # fmt: skip
    managers = iter([none, none, manager])
    feed, told = start_feed(lambda: next(managers))
    first = next_of(told, SnapshotTaken)
    assert first.snapshot.engine is None
    assert [e.owner for e in first.entries if e.row.container is None]
    lost = next_of(told, EngineLost)
    assert (lost.error, lost.retry) == (missing, 1.0)
    feed.refresh()
    assert next_of(told, EngineLost).retry == 2.0
    feed.refresh()
    assert next_of(told, SnapshotTaken).snapshot.engine is not None


def test_settings_that_cannot_be_read_are_told(manager: PortManager, start_feed: StartFeed) -> None:
    tries = iter([1, 2])
    feed, told = start_feed(lambda: _broken() if next(tries) == 1 else manager)
    assert next_of(told, EngineLost).error.message == "config.toml: not TOML"
    feed.refresh()
    next_of(told, SnapshotTaken)


def _broken() -> PortManager:
    raise InvalidInput("config.toml: not TOML")
