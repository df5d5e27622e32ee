"""What only the in-memory engine has: neighbours, accidents, the demo, and faults."""

from __future__ import annotations

import json

import pytest

from manager.engine.demo import demo_engine
from manager.engine.faults import with_faults
from manager.engine.memory import MemoryEngine
from manager.engine.memory_admin import die, start_daemon, stop_daemon
from manager.engine.memory_scene import Scene
from manager.engine.memory_store import Store
from manager.errors import EngineError, EngineUnavailable
from manager.host.memory import MemoryHost
from manager.model.conflict import find_conflicts
from manager.model.container import Container, ContainerState
from manager.model.listener import HostSocket, Listener, Process
from manager.model.ports import parse_ip
from manager.model.snapshot import Snapshot


@pytest.fixture
def scene() -> Scene:
    scene = Scene(MemoryEngine())
    scene.image("web", "80", command="serve")
    return scene


def named(engine: MemoryEngine, name: str) -> Container:
    return next(c for c in engine.containers() if c.name == name)


def test_a_neighbours_port_cannot_be_had() -> None:
    socket = HostSocket(parse_ip("127.0.0.1"), 8000)
    store = Store(networks={"bridge": "b"}, neighbours=(Listener(socket, Process(1, "python3")),))
    scene = Scene(MemoryEngine(store))
    scene.image("web", "80")
    container_id = scene.create("web", "web", publish=["8000:80"])
    with pytest.raises(EngineError, match="address already in use"):
        scene.engine.start(container_id)
    state = scene.engine.record(container_id)["State"]
    assert (state["Status"], state["ExitCode"]) == ("created", 128)
    assert "8000" in state["Error"]


def test_the_host_sees_what_the_engine_holds(scene: Scene) -> None:
    host = MemoryHost(scene.engine.listeners)
    socket = HostSocket(parse_ip("127.0.0.1"), 8080)
    assert host.bind_error(socket) is None
    container_id = scene.run("web", "web", publish=["8080:80"])
    assert host.bind_error(socket) is not None
    assert all(one.for_engine for one in scene.engine.listeners())
    scene.engine.stop(container_id, timeout=1)
    assert host.bind_error(socket) is None


def test_a_host_network_process_belongs_to_its_container(scene: Scene) -> None:
    container_id = scene.run("web", "web", networks=("host",))
    (listener,) = scene.engine.listeners()
    assert (listener.container_id, listener.for_engine) == (container_id, False)
    assert listener.socket.host_port == 80
    assert listener.process is not None
    assert listener.process.pid == scene.engine.record(container_id)["State"]["Pid"]


@pytest.mark.parametrize(
    ("policy", "exit_code", "state"),
    [
        ("no", 1, ContainerState.EXITED),
        ("always", 0, ContainerState.RUNNING),
        ("on-failure", 0, ContainerState.EXITED),
        ("on-failure", 1, ContainerState.RUNNING),
    ],
)
def test_a_death_is_followed_by_what_the_policy_says(
    scene: Scene, policy: str, exit_code: int, state: ContainerState
) -> None:
    host = {"RestartPolicy": {"Name": policy}}
    container_id = scene.run("web", "web", publish=["8080:80"], host=host)
    die(scene.engine.store, "web", exit_code=exit_code)
    record = scene.engine.record(container_id)
    assert scene.engine.decode(record).state is state
    assert record["RestartCount"] == (1 if state is ContainerState.RUNNING else 0)


def test_while_it_is_down_every_call_fails(scene: Scene) -> None:
    scene.run("web", "web")
    stop_daemon(scene.engine.store)
    with pytest.raises(EngineUnavailable):
        scene.engine.containers()
    start_daemon(scene.engine.store)
    assert named(scene.engine, "web").state is ContainerState.EXITED


def test_rm_takes_the_unnamed_volumes_along(scene: Scene) -> None:
    scene.image("db", "1", volumes=["/data"])
    host = {"AutoRemove": True, "Binds": ["named:/n"]}
    container_id = scene.run("db", "db", host=host)
    assert len(scene.engine.store.volumes) == 2
    scene.engine.stop(container_id, timeout=1)
    assert list(scene.engine.store.volumes) == ["named"]


def test_old_engines_take_one_network_at_create() -> None:
    scene = Scene(MemoryEngine(Store(api_version=(1, 41))))
    scene.image("web", "80")
    with pytest.raises(EngineError, match="network endpoints: back, front") as caught:
        scene.create("web", "web", networks=("front", "back"))
    assert caught.value.status == 400


def test_records_are_copies(scene: Scene) -> None:
    container_id = scene.create("web", "web")
    record = scene.engine.record(container_id)
    assert isinstance(record, dict)
    record["Config"]["Image"] = "changed"
    assert scene.engine.record(container_id)["Config"]["Image"] == "web"


def test_a_fault_comes_before_or_after_the_call(scene: Scene) -> None:
    calls: list[tuple[str, str]] = []

    def fault(name: str, when: str) -> None:
        calls.append((name, when))
        if (name, when) == ("stop", "after"):
            raise EngineUnavailable("cut")

    container_id = scene.run("web", "web")
    engine = with_faults(scene.engine, fault)
    with pytest.raises(EngineUnavailable):
        engine.stop(container_id, timeout=1)
    assert engine.record(container_id)["State"]["Status"] == "exited"
    wanted = [("stop", "before"), ("stop", "after"), ("record", "before"), ("record", "after")]
    assert calls == wanted


def test_the_demo_has_something_of_everything() -> None:
    engine = demo_engine()
    containers = engine.containers()
    assert {c.project for c in containers} == {"shop", "blog", "monitoring", None}
    states = {c.state for c in containers}
    assert {ContainerState.RUNNING, ContainerState.EXITED, ContainerState.CREATED} <= states
    assert "host" in {c.network_mode for c in containers}
    assert {str(p.container_port.protocol) for c in containers for p in c.published} == {
        "tcp",
        "udp",
    }
    assert any(p.host_ip.is_loopback for c in containers for p in c.published)
    assert any(p.host_ip.is_unspecified for c in containers for p in c.published)
    web = named(engine, "web")
    assert (web.image, web.published, [str(p) for p in web.exposed]) == ("nginx", (), ["80/tcp"])


def test_the_demos_conflicts_are_conflicts_and_62893_is_free() -> None:
    engine = demo_engine()
    snapshot = Snapshot(engine.info(), engine.containers(), engine.listeners())
    for name in ("preview", "db-before-move"):
        with pytest.raises(EngineError):
            engine.start(named(engine, name).id)
    wanted = HostSocket(parse_ip("127.0.0.1"), 62893)
    assert find_conflicts(snapshot, [wanted]) == ()


def test_each_demo_is_fresh_and_the_same() -> None:
    one, two = demo_engine(), demo_engine()
    assert one.containers() == two.containers()
    one.remove(named(one, "web").id, force=True)
    assert named(two, "web").running


def test_every_container_of_the_demo_can_be_made_again() -> None:
    engine = demo_engine()
    for container in engine.containers():
        old = engine.record(container.id)
        blueprint = engine.blueprint(old, engine.decode(old).mappings)
        assert json.loads(json.dumps(blueprint.body)) == blueprint.body
        new = engine.record(engine.create("again", blueprint))
        assert engine.differences(old, new) == ()
        engine.remove(new["Id"])
