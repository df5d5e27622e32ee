"""The port map as it changes, with what caused each change, over an engine in memory."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import pytest

from manager.engine.memory import MemoryEngine
from manager.engine.memory_admin import die, start_daemon, stop_daemon
from manager.engine.memory_scene import Scene
from manager.errors import EngineError
from manager.host.memory import MemoryHost
from manager.interfaces import EngineEvent
from manager.model.container import Container, ContainerState
from manager.model.diff import ChangeKind, RowChange
from manager.model.listener import HostSocket, Listener, Process
from manager.model.ports import Port, parse_ip
from manager.model.rows import PortRow, Source
from manager.model.snapshot import Snapshot
from manager.model.swarm import ServicePort
from manager.survey import take_snapshot
from manager.watch import PortChange, cause_of, cause_words, watch_ports

SECONDS = 20
HERE = "127.0.0.1"


def nothing() -> None:
    """Nothing happens."""


@dataclass
class World:
    """An engine, its host, and what `watch_ports` tells of them."""

    engine: MemoryEngine
    scene: Scene
    told: queue.SimpleQueue[PortChange | EngineEvent | None] = field(
        default_factory=queue.SimpleQueue
    )
    late: list[Listener] = field(default_factory=list)
    """Sockets that are there beside the engine's own: an app that begins to listen."""
    reads: int = 0
    meanwhile: Callable[[], None] = nothing
    """What happens between an event and the look at what it changed."""

    def take(self) -> Snapshot:
        self.reads += 1
        self.meanwhile()
        host = MemoryHost(lambda: (*self.engine.listeners(), *self.late))
        return take_snapshot(self.engine, host, sockets=False)

    def next(self) -> str:
        """The next thing that is told, as `+ 127.0.0.1:8080 [web started]`."""
        happening = self.told.get(timeout=SECONDS)
        if happening is None:
            return "the end"
        if isinstance(happening, EngineEvent):
            return happening.action
        mark = {"added": "+", "removed": "-", "changed": "~"}[happening.change.kind]
        row = happening.change.row
        why = f" [{cause_words(happening.cause)}]" if happening.cause else ""
        return f"{mark} {row.host} {'bound' if row.bound else 'reserved'}{why}"


@contextmanager
def watching(world: World, stop: threading.Event | None = None) -> Iterator[World]:
    stop = stop or threading.Event()

    def follow() -> None:
        for happening in watch_ports(world.engine, world.take, stop, looks=(0.01, 0.05, 0.1)):
            world.told.put(happening)
        world.told.put(None)

    thread = threading.Thread(target=follow)
    thread.start()
    try:
        assert world.next() == "connected"
        yield world
    finally:
        stop.set()
        thread.join(SECONDS)
        assert not thread.is_alive()


@pytest.fixture
def world() -> World:
    engine = MemoryEngine()
    scene = Scene(engine)
    scene.image("nginx", "80")
    return World(engine, scene)


def test_a_life_is_told_with_its_causes(world: World) -> None:
    with watching(world):
        web = world.scene.create("web", "nginx", publish=["127.0.0.1:8080:80"])
        assert world.next() == "+ 127.0.0.1:8080 reserved [web was created]"
        world.engine.start(web)
        assert world.next() == "~ 127.0.0.1:8080 bound [web started]"
        die(world.engine.store, web, exit_code=3)
        assert world.next() == "~ 127.0.0.1:8080 reserved [web ended with code 3]"
        world.engine.remove(web)
        assert world.next() == "- 127.0.0.1:8080 reserved [web was removed]"


def test_a_reason_is_given_once(world: World) -> None:
    """The second start has its own word, also where it is seen before that is heard."""
    with watching(world):
        web = world.scene.create("web", "nginx", publish=["127.0.0.1:8080:80"])
        assert world.next() == "+ 127.0.0.1:8080 reserved [web was created]"
        world.engine.start(web)
        assert world.next() == "~ 127.0.0.1:8080 bound [web started]"
        die(world.engine.store, web, exit_code=3)
        assert world.next() == "~ 127.0.0.1:8080 reserved [web ended with code 3]"

        def start() -> None:
            world.meanwhile = nothing
            world.engine.start(web)

        world.meanwhile = start
        world.engine.rename(web, "shop")
        assert world.next() == "~ 127.0.0.1:8080 bound [shop started]"


def test_a_burst_is_one_change(world: World) -> None:
    with watching(world):
        with world.engine.store.answering():
            web = world.scene.run("web", "nginx", publish=["127.0.0.1:8080:80"])
        assert world.next() == "+ 127.0.0.1:8080 bound [web started]"
        before = world.reads
        with world.engine.store.answering():
            for number in range(200):
                world.engine.rename(web, f"web{number}")
        world.engine.stop(web, timeout=0)
        assert world.next() == "~ 127.0.0.1:8080 reserved [web199 ended with code 0]"
        assert world.reads - before < 20


def test_what_changes_no_port_is_not_told(world: World) -> None:
    with watching(world):
        world.scene.run("quiet", "nginx")
        world.scene.run("web", "nginx", publish=["127.0.0.1:8080:80"])
        assert world.next().startswith("+ 127.0.0.1:8080")


def test_an_engine_that_restarts_is_told_and_its_ports_after_it(world: World) -> None:
    web = world.scene.run("web", "nginx", publish=["127.0.0.1:8080:80"])
    with watching(world):
        stop_daemon(world.engine.store)
        assert world.next() == "disconnected"
        start_daemon(world.engine.store)
        assert world.next() == "connected"
        assert world.next() == "~ 127.0.0.1:8080 reserved [web ended with code 137]"
        world.engine.start(web)
        assert world.next() == "~ 127.0.0.1:8080 bound [web started]"


def test_it_ends_also_while_the_engine_is_away(world: World) -> None:
    stop = threading.Event()
    with watching(world, stop):
        stop_daemon(world.engine.store)
        assert world.next() == "disconnected"
        stop.set()
        assert world.next() == "the end"


def test_without_an_engine_to_begin_with_it_is_an_error(world: World) -> None:
    world.engine.store.down = True
    with pytest.raises(EngineError):
        next(watch_ports(world.engine, world.take, threading.Event()))


def test_an_app_on_the_hosts_network_is_seen_when_it_begins_to_listen(world: World) -> None:
    world.scene.image("app")
    with watching(world):
        app = world.scene.run("app", "app", networks=("host",))
        process = Process(9, "app", started=1)
        world.late = [Listener(HostSocket(parse_ip(HERE), 7000), process, app)]
        assert world.next() == "+ 127.0.0.1:7000 bound [app started]"
        world.late = []
        world.engine.stop(app, timeout=0)
        assert world.next() == "- 127.0.0.1:7000 bound [app ended with code 0]"


def test_a_services_ports_are_told_with_their_update(world: World) -> None:
    world.scene.swarm_service("web", "nginx", ServicePort(Port(80), 8080))
    with watching(world):
        swarm = world.engine.swarm()
        (service,) = swarm.services()
        swarm.publish(service, [ServicePort(Port(80), 9000)])
        assert world.next() == "- *:8080 bound [web was updated]"
        assert world.next() == "+ *:9000 bound [web was updated]"


def test_nothing_is_read_while_nothing_happens(world: World) -> None:
    """What a process of the host opens is not polled for."""
    with watching(world):
        world.scene.run("web", "nginx", publish=["127.0.0.1:8080:80"])
        world.next()
        before = world.reads
        with pytest.raises(queue.Empty):
            world.told.get(timeout=0.5)
        assert world.reads == before


CONTAINER = Container("a" * 64, "web", "image", ContainerState.RUNNING)
ROW = PortRow(Source.PUBLISHED, parse_ip(HERE), None, "tcp", None, CONTAINER, bound=True)
UNBOUND = replace(ROW, bound=False)


def event(action: str, kind: str = "container", own: bool = True) -> EngineEvent:
    return EngineEvent(kind, action, CONTAINER.id if own else "b" * 64, "web")


CONNECTED = EngineEvent("engine", "connected")
JOINED = EngineEvent("network", "connect", "n" * 64, "front", 0.0, {"container": CONTAINER.id})


@pytest.mark.parametrize(
    ("kind", "row", "happened", "action"),
    [
        (ChangeKind.CHANGED, UNBOUND, [event("kill"), event("die"), event("stop")], "stop"),
        (ChangeKind.CHANGED, UNBOUND, [event("kill"), event("die")], "die"),
        (ChangeKind.CHANGED, UNBOUND, [event("die"), event("start")], "die"),
        (ChangeKind.CHANGED, ROW, [event("start"), event("die")], "start"),
        (ChangeKind.REMOVED, ROW, [event("die"), event("destroy")], "destroy"),
        (ChangeKind.REMOVED, UNBOUND, [event("kill")], "kill"),
        (ChangeKind.ADDED, ROW, [event("create"), event("start")], "start"),
        (ChangeKind.ADDED, UNBOUND, [event("create"), event("start")], "create"),
        (ChangeKind.ADDED, ROW, [event("rename")], "rename"),
        (ChangeKind.CHANGED, ROW, [CONNECTED], "connected"),
        (ChangeKind.CHANGED, ROW, [CONNECTED, event("start")], "start"),
        (ChangeKind.CHANGED, ROW, [JOINED], "connect"),
        (ChangeKind.CHANGED, UNBOUND, [event("die"), JOINED], "die"),
    ],
)
def test_the_most_telling_event_is_the_cause(
    kind: ChangeKind, row: PortRow, happened: list[EngineEvent], action: str
) -> None:
    cause = cause_of(RowChange(kind, row), happened)
    assert cause is not None
    assert cause.action == action


@pytest.mark.parametrize(
    "happened", [[], [event("start", own=False)], [event("connect", "network", own=False)]]
)
def test_what_happened_to_another_is_no_cause(happened: list[EngineEvent]) -> None:
    assert cause_of(RowChange(ChangeKind.ADDED, ROW), happened) is None


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (EngineEvent("container", "die", "a" * 64, "web", 0.0, {"exitCode": "137"}),
         "web ended with code 137"),
        (EngineEvent("container", "die", "a" * 64, "web"), "web ended with code ?"),
        (EngineEvent("container", "rename", "a" * 64, "new", 0.0, {"oldName": "/old"}),
         "old became new"),
        (EngineEvent("network", "disconnect", "n" * 64, "front"), "network front: disconnect"),
        (EngineEvent("container", "oom", "a" * 64), "aaaaaaaaaaaa oom"),
        (EngineEvent("engine", "connected"), "the engine is connected"),
    ],
)  # fmt: skip
def test_causes_are_told_in_words(told: EngineEvent, words: str) -> None:
    assert cause_words(told) == words


def test_a_late_reason_is_waited_for(world: World) -> None:
    """The engine lets go of a port a moment before it says that the container ended."""
    web = world.scene.run("web", "nginx", publish=["127.0.0.1:8080:80"])
    other = world.scene.run("other", "nginx")
    take: Callable[[], Snapshot] = world.take
    gone = threading.Event()

    def without_ports() -> Snapshot:
        found = take()
        if not gone.is_set():
            return found
        kept = tuple(c for c in found.containers if c.id != web)
        return Snapshot(found.engine, kept, found.listeners)

    world.take = without_ports  # type: ignore[method-assign]
    with watching(world):
        gone.set()
        world.engine.rename(other, "another")
        die(world.engine.store, web)
        assert world.next() == "- 127.0.0.1:8080 bound [web ended with code 1]"
