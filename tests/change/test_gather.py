"""What is read before a plan is made, and who hangs on whom."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fault_worlds import MemoryWorld

from manager.change.dependents import KnownTies, Tie, find_dependents, ties_of
from manager.change.executor import apply
from manager.change.facts import gather
from manager.change.layer import listed, passing, worth_keeping
from manager.change.planner import plan_change
from manager.change.request import LayerChoice, Move, Publish
from manager.engine.memory import MemoryEngine
from manager.engine.memory_admin import write
from manager.engine.memory_scene import Scene
from manager.host.memory import MemoryHost
from manager.interfaces import LayerChange
from manager.model.listener import HostSocket, Listener
from manager.model.ports import parse_ip
from manager.model.portspec import PortSpec
from manager.model.snapshot import Snapshot


def snapshot_of(engine: MemoryEngine, *listeners: Listener) -> Snapshot:
    return Snapshot(engine.info(), engine.containers(), listeners)


def publish(spec: str) -> Publish:
    return Publish(container="web", specs=(PortSpec.parse(spec),))


def after(world: MemoryWorld, request: Publish | Move, host: MemoryHost) -> list[str]:
    snapshot = snapshot_of(world.engine)
    facts = gather(world.engine, host, snapshot, request)
    return [str(m) for m in plan_change(snapshot, request, facts).after]


def test_a_picked_port_is_one_that_can_really_be_bound() -> None:
    """Others hold 8000 and 8001, which the snapshot does not show."""
    world = MemoryWorld()
    hidden = [Listener(HostSocket(parse_ip("0.0.0.0"), port)) for port in (8000, 8001)]
    assert after(world, publish(":81"), MemoryHost(hidden))[-1] == "127.0.0.1:8002 -> 81/tcp"
    ranged = after(world, publish("8000-8005:81"), MemoryHost(hidden))
    assert ranged[-1] == "127.0.0.1:8002 -> 81/tcp"


def test_its_own_port_is_not_in_its_way() -> None:
    world = MemoryWorld()
    move = Move(
        container="web", source=PortSpec.parse("7001"), target=PortSpec.parse("127.0.0.1:7001:81")
    )
    assert after(world, move, world.host) == ["127.0.0.1:7001 -> 81/tcp"]


def test_what_is_so_already_reads_no_more_than_it_must() -> None:
    world = MemoryWorld()
    write(world.engine.store, "web", "/data/mark", b"mine")
    facts = gather(world.engine, world.host, snapshot_of(world.engine), publish("7001:80"))
    assert facts.layers == {}


def test_ties_are_found_through_others_and_by_any_spelling() -> None:
    engine = MemoryEngine()
    scene = Scene(engine)
    scene.image("nginx", "80")
    vpn = scene.run("vpn", "nginx")
    scene.run("app", "nginx", networks=("container:vpn",))
    scene.run("debug", "nginx", host={"PidMode": "container:app"})
    scene.run("backup", "nginx", host={"VolumesFrom": [f"{vpn}:ro"]})
    scene.run("reader", "nginx", host={"VolumesFrom": ["backup"]})
    scene.run("alone", "nginx")
    snapshot = snapshot_of(engine)
    known = KnownTies()
    for ties in (known, known, None):
        found = find_dependents(engine, snapshot, snapshot.container("vpn"), ties)
        assert {(d.container.name, d.ties, d.must_follow) for d in found} == {
            ("app", (Tie.NETWORK,), True),
            ("debug", (Tie.PID,), True),
            ("backup", (Tie.VOLUMES,), False),
        }
    assert find_dependents(engine, snapshot, snapshot.container("alone"), known) == ()


def test_each_comes_after_all_that_it_hangs_on() -> None:
    """Also where it hangs on the target itself, and is the newer or the older one."""
    engine = MemoryEngine()
    scene = Scene(engine)
    scene.image("nginx", "80")
    scene.run("web", "nginx")
    for name in ("middle", "other"):
        scene.run(name, "nginx", networks=("container:web",))
    scene.run("last", "nginx", networks=("container:web",), host={"PidMode": "container:middle"})
    scene.run("peer", "nginx", networks=("container:web",), host={"IpcMode": "container:last"})
    snapshot = snapshot_of(engine)
    found = [d.container.name for d in find_dependents(engine, snapshot, snapshot.container("web"))]
    assert sorted(found) == ["last", "middle", "other", "peer"]
    assert found.index("middle") < found.index("last") < found.index("peer")


def test_what_cannot_be_asked_for_again_by_its_name_is_said_beforehand() -> None:
    """A tag that means another image by now, and volumes of a container that is gone."""
    engine = MemoryEngine()
    scene = Scene(engine)
    scene.image("nginx", "80", volumes=["/data"])
    scene.run("source", "nginx")
    scene.run("web", "nginx", host={"VolumesFrom": ["source"]})
    scene.run("side", "nginx", networks=("container:web",))
    engine.remove(engine.record("source")["Id"], force=True)
    engine.store.images["older"] = engine.store.images.pop("nginx")
    scene.image("nginx", "81")
    snapshot = snapshot_of(engine)
    request = publish("7001:80")
    plan = plan_change(snapshot, request, gather(engine, MemoryHost(), snapshot, request))
    image = "nginx means another image by now: the container keeps its own, sha256:"
    volumes = "volumes of container source, which is gone, are now named one by one"
    for note in (image, volumes, f"side: {image}"):
        assert any(warning.startswith(note) for warning in plan.warnings), plan.warnings
    assert plan.cost.dependents


def test_every_kind_of_tie_is_read_from_the_record() -> None:
    config = {
        "NetworkMode": "container:abc",
        "PidMode": "host",
        "IpcMode": "container:def",
        "Links": ["/db:/web/database"],
        "VolumesFrom": ["data:ro", "more"],
    }
    assert ties_of({"HostConfig": config}) == {
        Tie.NETWORK: ("abc",),
        Tie.IPC: ("def",),
        Tie.LINK: ("db",),
        Tie.VOLUMES: ("data", "more"),
    }
    assert ties_of({}) == {}


def test_what_nobody_would_miss_from_a_layer() -> None:
    changes = [
        LayerChange("/srv/data", "added"),
        LayerChange("/var/lib/app/app.pid", "added"),
        LayerChange("/root/.ash_history", "added"),
        LayerChange("/app/__pycache__/main.pyc", "added"),
        LayerChange("/etc/motd", "deleted"),
    ]
    kept = worth_keeping(changes)
    assert [change.path for change in kept] == ["/srv/data", "/etc/motd"]
    assert {*kept, *passing(changes)} == set(changes)
    assert listed(kept) == "/srv/data, /etc/motd (deleted)"
    assert listed(kept, 1) == "/srv/data and 1 more"


SMALL = ["/app/.cache/z", "/app/my.pid", "/app/x.sock", "/root/.cache/y", "/var/cache/apt"]


def test_what_nobody_is_asked_about_is_copied_too_or_said_to_be_lost() -> None:
    world = MemoryWorld()
    store = world.engine.store
    for path in (*SMALL, "/tmp/a", "/run/b"):
        write(store, "web", path, path.encode())
    write(store, "web", "/var/cache/old", b"", kind="deleted")
    snapshot = snapshot_of(world.engine)
    lost: dict[LayerChoice, list[str]] = {}
    for choice in LayerChoice:
        request = publish("8080:81").model_copy(update={"layer": choice})
        facts = gather(world.engine, world.host, snapshot, request)
        lost[choice] = list(plan_change(snapshot, request, facts).cost.lost[1:])
    small = "/app/.cache/z, /app/my.pid, /app/x.sock, /root/.cache/y, /run/b and 3 more"
    assert lost[LayerChoice.ASK] == [f"temporary files and caches of web: {small}"]
    assert lost[LayerChoice.DISCARD] == lost[LayerChoice.ASK]
    assert lost[LayerChoice.KEEP] == [
        "that these were deleted in web: /var/cache/old (deleted)",
        "temporary files of web: /run/b, /tmp/a",
        "what is a socket in web, which no copy can hold: /app/x.sock",
    ]


def test_all_that_can_be_copied_is() -> None:
    world = MemoryWorld()
    store = world.engine.store
    for path in (*SMALL, "/tmp/a"):
        write(store, "web", path, path.encode())
    snapshot = snapshot_of(world.engine)
    request = publish("8080:81").model_copy(update={"layer": LayerChoice.KEEP})
    plan = plan_change(snapshot, request, gather(world.engine, world.host, snapshot, request))
    assert apply(plan, world.deps()).status == "applied"
    layer = store.layers[world.engine.record("web")["Id"]]
    assert {path: file.content.decode() for path, file in layer.items()} == {p: p for p in SMALL}


@pytest.mark.parametrize(
    ("files", "size", "words"),
    [
        (1, 5, "about a second, "),
        (1, 300_000_000, "about 6 s, as a changed file is copied (300 MB) while it is stopped, "),
        (3000, 2, "about 33 s, as 3000 changed files are copied (6 kB) while it is stopped, "),
    ],
)
def test_an_outage_is_as_long_as_the_copying(files: int, size: int, words: str) -> None:
    world = MemoryWorld()
    for number in range(files):
        write(world.engine.store, "web", f"/data/{number}", bytes(size))
    snapshot = snapshot_of(world.engine)
    request = publish("8080:81").model_copy(update={"layer": LayerChoice.KEEP})
    facts = gather(world.engine, world.host, snapshot, request)
    assert plan_change(snapshot, request, facts).cost.expected_downtime.startswith(words)
    vanishing = replace(facts, record={**facts.record, "HostConfig": {"AutoRemove": True}})
    agreed = request.model_copy(update={"auto_remove": True})
    early = plan_change(snapshot, agreed, vanishing).cost.expected_downtime
    assert early.startswith("about a second, ")
    other = request.model_copy(update={"layer": LayerChoice.DISCARD})
    facts = gather(world.engine, world.host, snapshot, other)
    assert facts.extents == {}
    assert plan_change(snapshot, other, facts).cost.expected_downtime.startswith("about a second,")
