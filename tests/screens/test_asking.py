"""Asking the row that the cursor rests on: in the background, once, the newest alone."""

from __future__ import annotations

import queue
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace

import pytest
from textual.pilot import Pilot

from manager.engine.memory import MemoryEngine
from manager.engine.memory_admin import stop_daemon
from manager.model.rows import PortRow
from manager.model.snapshot import Snapshot
from manager.model.truth import RowTruth
from manager.service import PortManager
from manager.telling import RowTeller
from tui import asking
from tui.app import PmapApp
from tui.asking import Asking
from tui.messages import Answered
from tui.presentation.cells import plain
from tui.presentation.entry import Entry, entries, with_answers
from tui.presentation.story import story
from tui.widgets.detail import Detail

Until = Callable[[Pilot[int], Callable[[], object]], Awaitable[None]]


@dataclass
class Asked:
    """An Asking on the demo's host, and what it tells."""

    manager: PortManager
    told: queue.Queue[Answered] = field(default_factory=queue.Queue)

    def __post_init__(self) -> None:
        self.asking = Asking(self.told.put)  # type: ignore[arg-type]
        self.asking.begin(self.manager)
        self.snapshot = self.manager.snapshot()
        self.entries = {entry.owner: entry for entry in entries(self.snapshot)}

    def next(self) -> Answered:
        answered = self.told.get(timeout=10)
        self.asking.answered(answered.identity, answered.asked)
        return answered


@pytest.fixture
def world(manager: PortManager) -> Iterator[Asked]:
    made = Asked(manager)
    yield made
    made.asking.close()


def test_the_newest_wish_alone_is_granted(world: Asked) -> None:
    for name in ("shop-db-1", "shop-api-1", "dns", "shop-api-1"):
        world.asking.look_at(world.entries[name], world.snapshot)
    assert world.asking.pending == world.entries["shop-api-1"].identity
    answered = world.next()
    assert answered.identity == world.entries["shop-api-1"].identity
    assert answered.asked is not None
    assert answered.asked.truth.good
    assert world.asking.pending is None
    assert world.told.empty()


def test_what_is_known_is_not_asked_again(world: Asked) -> None:
    entry = world.entries["shop-api-1"]
    world.asking.look_at(entry, world.snapshot)
    world.next()
    (known,) = with_answers((entry,), world.asking.known)
    world.asking.look_at(known, world.snapshot)
    assert world.asking.pending is None
    world.asking.look_at(known, world.snapshot, now=True)
    assert world.next().identity == entry.identity


def test_no_try_to_find_an_engine_forgets_what_the_host_said(world: Asked) -> None:
    world.asking.begin(replace(world.manager, engine=None))
    entry = world.entries["python3 4711"]
    world.asking.look_at(entry, world.snapshot, now=True)
    world.next()
    world.asking.begin(replace(world.manager, engine=None))
    assert set(world.asking.known) == {entry.identity}
    world.asking.begin(world.manager)
    assert not world.asking.known


def test_what_happened_to_its_container_is_forgotten(world: Asked) -> None:
    for name in ("shop-api-1", "shop-db-1", "sshd 812"):
        world.asking.look_at(world.entries[name], world.snapshot)
        world.next()
    container = world.entries["shop-db-1"].row.container
    assert container is not None
    world.asking.forget({container.id})
    assert set(world.asking.known) == {
        world.entries[name].identity for name in ("shop-api-1", "sshd 812")
    }
    world.asking.forget()
    assert not world.asking.known


def test_rows_without_a_port_are_not_asked(world: Asked) -> None:
    for entry in (world.entries["web"], None):
        world.asking.look_at(entry, world.snapshot)
        assert world.asking.pending is None


def test_an_engine_that_goes_is_asked_once(world: Asked) -> None:
    engine = world.manager.engine
    assert isinstance(engine, MemoryEngine)
    stop_daemon(engine.store)
    entry = world.entries["shop-api-1"]
    world.asking.look_at(entry, world.snapshot)
    assert world.next().asked is None
    world.asking.look_at(entry, world.snapshot)
    assert world.asking.pending is None, "it would be asked for ever"
    world.asking.forget()
    world.asking.look_at(entry, world.snapshot)
    assert world.asking.pending == entry.identity


def test_a_container_that_does_not_answer_shows_its_log(
    world: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(RowTruth, "good", False)
    monkeypatch.setattr(PortManager, "logs", lambda self, id_, *, tail: "one\ntwo\n")
    asked = asking.ask(
        world.manager.row_teller(), world.manager, world.entries["shop-api-1"], world.snapshot
    )
    assert asked.log == ("one", "two")


async def test_the_story_tells_the_answer_while_keys_go_on(
    app: PmapApp, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    import threading

    held = threading.Event()

    def slow(self: RowTeller, row: PortRow, snapshot: Snapshot, **more: object) -> RowTruth:
        held.wait(20)
        return telling(self, row, snapshot)

    telling = RowTeller.tell
    monkeypatch.setattr(RowTeller, "tell", slow)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.entries and app.link.connected)
        detail = app.ports.query_one(Detail)
        assert "asking" in str(detail.render())
        await pilot.press("j", "j")
        assert app.ports.selected is not None
        assert app.asking.pending == app.ports.selected.identity
        held.set()
        await until(pilot, lambda: app.asking.pending is None)
        assert app.ports.selected.asked is not None
        assert "asking" not in str(detail.render())


async def test_a_container_that_starts_again_is_asked_again(
    app: PmapApp, until: Until, manager: PortManager
) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.entries and app.link.connected)
        app.ports.set_filter("container:shop-api")
        await until(pilot, lambda: app.ports.selected and app.ports.selected.asked)
        first = app.ports.selected
        assert first is not None
        assert first.row.container is not None
        assert manager.engine is not None
        manager.engine.stop(first.row.container.id, timeout=1)
        await until(pilot, lambda: app.ports.selected and app.ports.selected.row.bound is False)
        await until(pilot, lambda: app.ports.selected and app.ports.selected.asked)
        why = story(_selected(app), app.link.engine, app.glyphs).facts[0]
        assert "shop-api-1 is exited" in plain(why.text)


def _selected(app: PmapApp) -> Entry:
    assert app.ports.selected is not None
    return app.ports.selected
