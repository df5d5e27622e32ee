"""The contract: events come as they happen, end when told to, and outlive the engine."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from engine_rig import Rig

from manager.interfaces import EngineEvent

SECONDS = 20
Inbox = queue.SimpleQueue[EngineEvent | None]


@contextmanager
def following(rig: Rig) -> Iterator[tuple[Inbox, threading.Event]]:
    """The events of an engine in a queue, None at their end; the first has come already."""
    inbox: Inbox = queue.SimpleQueue()
    stop = threading.Event()

    def follow() -> None:
        for event in rig.engine.events(stop):
            inbox.put(event)
        inbox.put(None)

    thread = threading.Thread(target=follow)
    thread.start()
    try:
        first = inbox.get(timeout=SECONDS)
        assert first is not None
        assert (first.kind, first.action) == ("engine", "connected")
        yield inbox, stop
    finally:
        stop.set()
        thread.join(SECONDS)
        assert not thread.is_alive()


def until(inbox: Inbox, wanted: Callable[[EngineEvent], bool]) -> list[EngineEvent]:
    """The events up to the one that is waited for."""
    seen: list[EngineEvent] = []
    while True:
        event = inbox.get(timeout=SECONDS)
        assert event is not None, seen
        seen.append(event)
        if wanted(event):
            return seen


def test_a_life_is_told_in_order(rig: Rig) -> None:
    with following(rig) as (inbox, _):
        container_id = rig.run("alive")
        rig.engine.rename(container_id, rig.name("renamed"))
        rig.engine.stop(container_id, timeout=1)
        rig.engine.remove(container_id)
        seen = until(inbox, lambda e: e.id == container_id and e.action == "destroy")
    own = [event for event in seen if event.id == container_id and event.kind == "container"]
    wanted = ("create", "start", "rename", "die", "destroy")
    assert [e.action for e in own if e.action in wanted] == list(wanted)
    assert own[0].name == rig.name("alive")
    assert own[-1].name == rig.name("renamed")
    assert all(event.time > 1_500_000_000 for event in own)
    assert own[0].attributes["image"] == "pmap/web"


def test_stop_ends_a_stream_that_waits(rig: Rig) -> None:
    with following(rig) as (inbox, stop):
        stop.set()
        while inbox.get(timeout=5) is not None:
            continue


def test_a_stop_that_is_set_already_ends_it_at_once(rig: Rig) -> None:
    stop = threading.Event()
    stop.set()
    assert not [event for event in rig.engine.events(stop) if event.kind != "engine"]


def test_two_can_follow(rig: Rig) -> None:
    with following(rig) as (one, stop), following(rig) as (two, _):
        container_id = rig.create("seen")
        until(one, lambda e: e.id == container_id)
        until(two, lambda e: e.id == container_id)
        stop.set()
        rig.engine.remove(container_id)
        until(two, lambda e: e.id == container_id and e.action == "destroy")


def test_the_stream_outlives_a_restart_of_the_engine(rig: Rig) -> None:
    container_id = rig.run("again", host={"RestartPolicy": {"Name": "always"}})
    with following(rig) as (inbox, _):
        rig.restart()
        seen = until(inbox, lambda e: e.action == "connected")
        assert "disconnected" in [event.action for event in seen]
        found = {c.id: c for c in rig.engine.containers()}
        assert container_id in found
        made = rig.create("after")
        until(inbox, lambda e: e.id == made and e.action == "create")


def test_what_comes_back_after_a_restart(rig: Rig) -> None:
    running, stopped, created = {}, {}, {}
    for policy in ("no", "always", "unless-stopped"):
        settings = {"RestartPolicy": {"Name": policy}}
        running[policy] = rig.run(f"running-{policy}", host=settings)
        stopped[policy] = rig.run(f"stopped-{policy}", host=settings)
        created[policy] = rig.create(f"created-{policy}", host=settings)
        rig.engine.stop(stopped[policy], timeout=1)
    coming = {running["always"], running["unless-stopped"], stopped["always"]}
    with following(rig) as (inbox, _):
        rig.restart()
        until(inbox, lambda e: e.action == "connected")
        while any(rig.status(one) != "running" for one in coming):
            until(inbox, lambda e: e.action == "start")
    every = [*running.values(), *stopped.values(), *created.values()]
    for container_id in every:
        expected = "created" if container_id in created.values() else "exited"
        assert rig.status(container_id) == ("running" if container_id in coming else expected)
