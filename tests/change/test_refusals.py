"""Whole refusals: what is wrong, who is in the way, and what to type next."""

from __future__ import annotations

import errno
from dataclasses import replace
from typing import Any

import pytest
from fault_worlds import COMPOSE, MemoryWorld
from plan_words import LOCAL, WEB, after, container, move, plan, publish, refused, specs

from manager.change.commands import as_command
from manager.change.dependents import Dependent, Tie
from manager.change.facts import gather
from manager.change.planner import plan_change
from manager.change.request import LayerChoice, Restore, SaveChoice, Unpublish
from manager.errors import Refused
from manager.host.bind import bind_reason
from manager.host.memory import MemoryHost
from manager.interfaces import LayerChange
from manager.model.container import ContainerState
from manager.model.listener import HostSocket, Listener, Process
from manager.model.network import Network
from manager.model.ports import IPProtocol, parse_ip
from manager.model.snapshot import Snapshot


@pytest.mark.parametrize(
    ("exposed", "inside", "expected"),
    [
        (("80/tcp", "443/tcp"), None, "web exposes several ports: 80/tcp, 443/tcp"
         " | name the container port, as in 8080:80"),
        ((), None, "web exposes no port, and none is seen to listen in it"
         " | name the container port, as in 8080:80"),
        ((), (HostSocket(None, 1), HostSocket(None, 2)), "web listens on several ports: 1/tcp,"
         " 2/tcp | name the container port, as in 8080:1"),
    ],
)  # fmt: skip
def test_no_one_container_port(exposed: Any, inside: Any, expected: str) -> None:
    assert refused(publish("8080"), container(exposed=exposed), inside=inside) == expected


def test_a_taken_port_names_its_holder_a_free_port_and_the_next_command() -> None:
    db = container("db", "127.0.0.1:8080 5432/tcp")
    free = "8081 is free: pmap publish web 127.0.0.1:8081:80"
    assert refused(publish("8080"), container(), db) == (
        f"127.0.0.1:8080/tcp is held by container db | {free}"
    )
    stopped = container("db", "*:8080 5432/tcp", state=ContainerState.EXITED)
    assert refused(publish("8080"), container(), stopped) == (
        f"127.0.0.1:8080/tcp is held by exited container db (*:8080/tcp) | {free}"
    )
    python = Listener(HostSocket(parse_ip("0.0.0.0"), 8080), Process(77, "python3"))
    assert refused(publish("8080"), container(), listeners=(python,)) == (
        f"127.0.0.1:8080/tcp is held by process 77 (python3) (0.0.0.0:8080/tcp) | {free}"
    )
    assert refused(publish("8080"), container(), reserved={8080: "for the wiki"}) == (
        f"127.0.0.1:8080/tcp is spoken for: for the wiki | {free}"
    )
    bind = {HostSocket(parse_ip("127.0.0.1"), 8080): "address already in use"}
    assert refused(publish("8080"), container(), bind_errors=bind) == (
        "127.0.0.1:8080/tcp cannot be bound: address already in use, and this user may not see"
        f" by whom | {free}"
    )


def test_requests_conflict_among_themselves() -> None:
    assert "this very request" in refused(publish("8080:80", "8080:81"), container())
    udp = after(publish("8080:80", "8080:81/udp"), container())
    assert udp == ["127.0.0.1:8080 -> 80/tcp", "127.0.0.1:8080 -> 81/udp"]


def test_its_own_wider_mapping_is_moved_not_doubled() -> None:
    assert refused(publish("8080"), container("web", "*:8080 80/tcp")) == (
        "web has 127.0.0.1:8080/tcp itself already: *:8080 -> 80/tcp"
        " | pmap move web 0.0.0.0:8080:80 127.0.0.1:8080:80"
    )
    assert after(move("8080", "127.0.0.1:8080"), container("web", "*:8080 80/tcp")) == [
        "127.0.0.1:8080 -> 80/tcp"
    ]


class Poor(MemoryHost):
    """A host whose kernel has no SCTP."""

    def bind_error(self, socket: HostSocket) -> str | None:
        if socket.protocol is IPProtocol.SCTP:
            return bind_reason(OSError(errno.EPROTONOSUPPORT, ""), socket, 1024)
        return super().bind_error(socket)


@pytest.mark.parametrize("spec", ["9123:80/sctp", ":80/sctp"])
def test_a_protocol_that_this_host_lacks_is_held_by_nobody(spec: str) -> None:
    world = MemoryWorld()
    snapshot = Snapshot(LOCAL, world.engine.containers())
    with pytest.raises(Refused) as caught:
        gather(world.engine, Poor(), snapshot, publish(spec))
    assert "cannot be bound by anybody: this host does not support sctp" in caught.value.message
    assert caught.value.conflicts == ()
    assert caught.value.hint.startswith("modprobe sctp")


def test_a_protocol_that_the_engines_own_kernel_may_have_is_its_own_matter() -> None:
    """The engine publishes here, but runs in a virtual machine."""
    world = MemoryWorld()
    desktop = replace(LOCAL, local=False, forwards=True)
    facts = gather(
        world.engine, Poor(), Snapshot(desktop, world.engine.containers()), publish("9123:80/sctp")
    )
    assert facts.bind_errors == {}


def test_an_address_that_is_not_this_hosts() -> None:
    bind = {HostSocket(parse_ip("192.0.2.9"), 8080): "192.0.2.9 is not an address of this host"}
    request = publish("192.0.2.9:8080", expose=True)
    assert refused(request, container(), bind_errors=bind).startswith(
        "192.0.2.9 is not an address of this host | "
    )


@pytest.mark.parametrize("address", ["0.0.0.0", "192.0.2.9", "[::]"])
def test_other_addresses_need_expose(address: str) -> None:
    spec = f"{address}:8080"
    assert f"pmap publish web '{spec}' --expose" in refused(
        publish(spec), container()
    ) or f"pmap publish web {spec} --expose" in refused(publish(spec), container())
    made = plan(publish(spec, expose=True), container())
    assert "can be reached by" in made.warnings[0]


def test_unpublish_and_move_want_exactly_one() -> None:
    target = container("web", "127.0.0.1:8080 80/tcp", "[::1]:8080 80/tcp")
    assert refused(Unpublish(container="web", specs=specs("8080")), target) == (
        "8080 fits several mappings of web: 127.0.0.1:8080 -> 80/tcp, [::1]:8080 -> 80/tcp"
        " | give more parts, as in 127.0.0.1:8080:80"
    )
    assert refused(move("80", "81"), target) == (
        "web has no mapping that fits 80"
        " | a number alone is the host port; for the container's write :80"
    )
    assert refused(move("99", "81"), target).endswith(
        "| it has 127.0.0.1:8080 -> 80/tcp, [::1]:8080 -> 80/tcp"
    )
    assert refused(move("99", "81"), container()).endswith("| it publishes nothing")


def test_restore_asks_for_no_expose_but_for_the_same_ports_as_then() -> None:
    now = container("web", "127.0.0.1:8080 80/tcp")
    request = Restore(
        container="web", of="x1", mappings=("|8080|80/tcp",), expected=("127.0.0.1|8080|80/tcp",)
    )
    made = plan(request, now)
    assert [str(m) for m in made.after] == ["*:8080 -> 80/tcp"]
    assert made.warnings == ("*:8080 can be reached again by every network of this host",)
    other = container("web", "127.0.0.1:9999 80/tcp")
    assert refused(request, other).startswith(
        "the ports of web have changed since x1: it has 127.0.0.1:9999 -> 80/tcp | "
    )


@pytest.mark.parametrize(
    ("changes", "record", "expected"),
    [
        ({"state": ContainerState.PAUSED}, {}, "web is paused, and can be changed only while it"
         " runs or is stopped | its memory would be lost; docker unpause web"),
        ({"state": ContainerState.RESTARTING}, {}, "it does not stay up; docker logs web says why"),
        ({"network_mode": "host"}, {}, "web uses the host's own network"),
        ({"network_mode": "none"}, {}, "web has no network (network none)"),
        ({"network_mode": "container:" + "b" * 64}, {}, "web shares the network of vpn, which alone"
         " can publish ports | pmap publish vpn 8080"),
        ({"labels": {"com.docker.swarm.task.id": "1", "com.docker.swarm.service.name": "api"}}, {},
         "| change the service itself: pmap publish api 8080 --expose"),
        ({}, {"Pod": "p" * 64}, "web belongs to pod pppppppppppp"),
        ({}, {"HostConfig": {"AutoRemove": True}},
         "| to accept that: pmap publish web 8080 --allow-rm"),
    ],
)  # fmt: skip
def test_targets_that_are_refused(changes: Any, record: Any, expected: str) -> None:
    vpn = container("vpn", id="b" * 64)
    target = replace(container(), **changes)
    assert expected in refused(publish("8080"), target, vpn, record=record)


@pytest.mark.parametrize("name", ["sha256:" + "d" * 64, "d" * 12])
def test_no_registry_is_asked_for_an_image_by_its_id(name: str) -> None:
    made_by_id = replace(container(), image=name)
    record = {"Image": "sha256:" + "d" * 64}
    said = refused(publish("8080"), made_by_id, record=record, image_present=False)
    assert said.startswith(
        "the image of web (sha256:dddddddddddd) is no longer on this engine"
        " | docker load brings it back where it has the same id; docker export web > web.tar"
    )
    assert "docker pull" not in said


def test_parts_that_are_gone_are_refused() -> None:
    assert "is no longer on this engine | docker pull nginx" in refused(
        publish("8080"), container(), image_present=False
    )
    assert "could never start again | docker network create back" in refused(
        publish("8080"), container(), lost_networks=("back",)
    )


def test_networks_that_publish_nothing_are_refused() -> None:
    dmz = Network("dmz", internal=True)
    lan = Network("lan", driver="macvlan")
    target = container(networks=("dmz", "lan"))
    assert refused(publish("8080"), target, networks=(dmz, lan, Network("bridge"))) == (
        "web is only on networks that publish no ports: dmz (internal), lan (macvlan)"
        " | docker network connect bridge web, then try again"
    )
    both = container(networks=("dmz", "bridge"))
    assert not plan(publish("8080"), both, networks=(dmz, Network("bridge"))).empty


def test_files_in_no_volume_are_asked_about() -> None:
    layers = {"web": tuple(LayerChange(f"/data/{n}", "added") for n in range(7))}
    assert refused(publish("8080"), container(), layers=layers) == (
        "web has 7 changed files that are in no volume, and a new container starts without:"
        " /data/0, /data/1, /data/2, /data/3, /data/4 and 2 more"
        " | copy: pmap publish web 8080 --keep-layer; or let go: pmap publish web 8080"
        " --discard-layer"
    )
    made = plan(publish("8080", layer=LayerChoice.DISCARD), container(), layers=layers)
    assert made.cost.lost[-1].startswith("files written in web, outside volumes: /data/0")


def test_a_dependent_that_cannot_follow_is_a_refusal() -> None:
    paused = container("side", state=ContainerState.PAUSED)
    dependents = (Dependent(paused, {}, (Tie.PID,), WEB),)
    assert refused(publish("8080"), container(), paused, dependents=dependents) == (
        "side (shares its processes) would break when web is replaced, and cannot be recreated"
        " with it: it is paused | docker stop side, or docker rm -f side, then try again"
    )


def test_a_file_that_cannot_be_written_is_known_beforehand() -> None:
    world = MemoryWorld({"save": True})
    world.files.read_only.add(COMPOSE)
    request = publish("8080:81", save=SaveChoice.FILE)
    preferences = replace(world.deps().preferences, files=world.files)
    snapshot = Snapshot(world.engine.info(), world.engine.containers(), ())
    facts = gather(world.engine, world.host, snapshot, request, preferences)
    with pytest.raises(Refused, match=f"cannot be changed: {COMPOSE}: read-only") as refusal:
        plan_change(snapshot, request, facts)
    assert refusal.value.hint == (
        f"chmod u+w {COMPOSE}; or for the container alone: pmap publish web 8080:81"
    )
    world.files.read_only.clear()
    facts = gather(world.engine, world.host, snapshot, request, preferences)
    assert plan_change(snapshot, request, facts).file_edit is not None


def test_a_save_that_cannot_be_is_a_refusal() -> None:
    request = publish("8080", save=SaveChoice.FILE)
    assert refused(request, container(), save_problem="compose.yaml is gone") == (
        "the compose file cannot be changed: compose.yaml is gone"
        " | for the container alone: pmap publish web 8080"
    )


@pytest.mark.parametrize(
    "request_of",
    [publish("8080:80"), move("7000", "8080"), Unpublish(container="web", specs=specs("1"))],
)
def test_a_hint_carries_every_option(request_of: Any) -> None:
    """As each of them changes what is done: what is lost, what is written, what is agreed to."""
    options = {
        "expose": (True, "--expose"),
        "save": (SaveChoice.OVERRIDE, "--save=override"),
        "layer": (LayerChoice.KEEP, "--keep-layer"),
        "keep_logs": (True, "--keep-logs"),
        "auto_remove": (True, "--allow-rm"),
    }
    made = request_of.model_copy(update={name: value for name, (value, _) in options.items()})
    words = as_command(made).split()
    assert set(words[-5:]) == {word for _, word in options.values()}
    fields = set(type(made).model_fields) - {"container", "kind", "specs", "source", "target"}
    assert fields == set(options)


def test_a_hint_that_is_another_command_carries_every_option_too() -> None:
    chosen = {"layer": LayerChoice.DISCARD, "keep_logs": True}
    own = refused(publish("8080", **chosen), container("web", "*:8080 80/tcp"))
    assert own.endswith(" 127.0.0.1:8080:80 --discard-layer --keep-logs")
    db = container("db", "127.0.0.1:8080 5432/tcp")
    wide = container("web", "*:8080 80/tcp", state=ContainerState.EXITED)
    back = Restore(container="web", of="ab12", mappings=("127.0.0.1|8080|81/tcp",), **chosen)
    other = refused(back, replace(wide, mappings=()), db)
    assert other.endswith("pmap publish web 127.0.0.1:8081:81 --discard-layer --keep-logs")
