"""Whole plans as text, and whole refusals: the planner is pure."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from manager.change.dependents import Dependent, Tie
from manager.change.facts import Facts
from manager.change.fileedit import FileEdit
from manager.change.plan import Plan
from manager.change.planner import plan_change
from manager.change.request import (
    ChangeRequest,
    LayerChoice,
    Loopback,
    Move,
    Publish,
    Restore,
    SaveChoice,
    Unpublish,
)
from manager.errors import Refused
from manager.interfaces import LayerChange
from manager.model.container import ComposeOrigin, Container, ContainerState
from manager.model.listener import HostSocket, Listener, Process
from manager.model.network import Network
from manager.model.ports import (
    IPProtocol,
    Port,
    PortBinding,
    PortMapping,
    PortRange,
    PublishedPort,
    parse_ip,
)
from manager.model.portspec import PortSpec
from manager.model.snapshot import EngineInfo, Snapshot

LOCAL = EngineInfo("unix:///var/run/docker.sock", "28.5.2")
WEB = "a" * 64


def mapping(text: str) -> PortMapping:
    """`127.0.0.1:8080 80/tcp`; `*` is every address, `?` the engine's choice."""
    host, port = text.split()
    ip, _, number = host.rpartition(":")
    return PortMapping(
        Port.parse(port),
        PortBinding(
            None if ip == "*" else parse_ip(ip), None if number == "?" else PortRange.parse(number)
        ),
    )


def container(
    name: str = "web",
    *mappings: str,
    state: ContainerState = ContainerState.RUNNING,
    exposed: tuple[str, ...] = ("80/tcp",),
    **more: Any,
) -> Container:
    asked = tuple(mapping(text) for text in mappings)
    held = tuple(
        PublishedPort(ip, m.binding.host_port or 32768, m.container_port)
        for m in asked
        for ip in (
            [m.binding.host_ip] if m.binding.host_ip else [parse_ip("0.0.0.0"), parse_ip("::")]
        )
    )
    running = state is ContainerState.RUNNING
    return Container(
        id=more.pop("id", WEB if name == "web" else name.encode().hex().ljust(64, "0")),
        name=name,
        image="nginx",
        state=state,
        mappings=asked,
        published=held if running else (),
        exposed=tuple(map(Port.parse, exposed)),
        pid=4242 if running else None,
        **more,
    )


def specs(*texts: str) -> tuple[PortSpec, ...]:
    return tuple(map(PortSpec.parse, texts))


def publish(*texts: str, **more: Any) -> Publish:
    return Publish(container="web", specs=specs(*texts), **more)


def move(source: str, target: str, **more: Any) -> Move:
    return Move(
        container="web", source=PortSpec.parse(source), target=PortSpec.parse(target), **more
    )


def plan(
    request: ChangeRequest,
    target: Container,
    *others: Container,
    listeners: tuple[Listener, ...] = (),
    reserved: dict[int, str] | None = None,
    record: dict[str, Any] | None = None,
    **facts: Any,
) -> Plan:
    snapshot = Snapshot(LOCAL, (target, *others), listeners, reserved=reserved or {})
    base = {"Id": target.id, "Image": "sha256:1", "Config": {}, "HostConfig": {}}
    return plan_change(snapshot, request, Facts("t1", base | (record or {}), target, **facts))


def after(request: ChangeRequest, target: Container, *others: Container, **more: Any) -> list[str]:
    return [str(m) for m in plan(request, target, *others, **more).after]


def test_the_whole_plan_of_a_publish() -> None:
    assert str(plan(publish("62893"), container())) == "\n".join(
        (
            "container   web (aaaaaaaaaaaa)",
            "before      (no ports)",
            "after       127.0.0.1:62893 -> 80/tcp",
            " 1 create      web.pmap-new-t1 (ports are fixed when a container is created)",
            " 2 compare     web.pmap-new-t1 (all but the ports must be the same)",
            " 3 stop        web (only one can hold its ports)",
            " 4 rename-old  web (kept as web.pmap-old-t1)",
            " 5 rename-new  web (the new one takes its name)",
            " 6 start       web (the old one was running)",
            " 7 verify      web (until then the old one can come back)",
            " 8 commit      web (from here on the new one stays)",
            " 9 remove      web.pmap-old-t1 (its volumes stay)",
            "downtime    about a second, at most 10 s more if it does not stop by itself",
            "lost        its id, its logs so far (docker logs), and docker exec sessions",
        )
    )


def test_a_stopped_container_stays_stopped() -> None:
    stopped = container("web", "127.0.0.1:8080 80/tcp", state=ContainerState.EXITED)
    assert str(plan(move("8080", "8081"), stopped)) == "\n".join(
        (
            "container   web (aaaaaaaaaaaa)",
            "before      127.0.0.1:8080 -> 80/tcp",
            "after       127.0.0.1:8081 -> 80/tcp",
            " 1 create      web.pmap-new-t1 (ports are fixed when a container is created)",
            " 2 compare     web.pmap-new-t1 (all but the ports must be the same)",
            " 3 rename-old  web (kept as web.pmap-old-t1)",
            " 4 rename-new  web (the new one takes its name)",
            " 5 commit      web (from here on the new one stays)",
            " 6 remove      web.pmap-old-t1 (its volumes stay)",
            "downtime    none, it is not running",
            "lost        its id, its logs so far (docker logs), and docker exec sessions",
        )
    )


def test_everything_at_once() -> None:
    """Compose with --save, a dependent, files to copy, a tmpfs, a health check, a stop time-out."""
    origin = ComposeOrigin("shop", "web", ("/srv/shop/compose.yaml",), "/srv/shop")
    target = container("web", "*:443 443/tcp", "*:? 9000/udp", origin=origin)
    sidecar = container("sidecar", network_mode=f"container:{WEB}", exposed=())
    made = plan(
        publish("8080:80", save=SaveChoice.FILE, layer=LayerChoice.KEEP),
        target,
        sidecar,
        record={
            "Config": {
                "StopTimeout": 30,
                "Healthcheck": {"Test": ["CMD", "true"], "Interval": 5_000_000_000,
                                "Timeout": 2_000_000_000, "StartPeriod": 10_000_000_000},
            },
            "HostConfig": {"Tmpfs": {"/scratch": ""}, "RestartPolicy": {"Name": "always"}},
        },
        inside=(HostSocket(parse_ip("0.0.0.0"), 443), HostSocket(parse_ip("127.0.0.1"), 80)),
        dependents=(Dependent(sidecar, {}, (Tie.NETWORK,), WEB),),
        layers={"web": (LayerChange("/data/x", "added"), LayerChange("/etc/motd", "deleted"))},
        file_edit=FileEdit(path="/srv/shop/compose.yaml", before=b"a", after=b"b", line=7),
    )  # fmt: skip
    assert str(made) == "\n".join(
        (
            "container   web (aaaaaaaaaaaa), service web of project shop in /srv/shop/compose.yaml",
            "before      *:443 -> 443/tcp",
            "            *:(any) -> 9000/udp",
            "after       *:443 -> 443/tcp",
            "            *:(any) -> 9000/udp",
            "            127.0.0.1:8080 -> 80/tcp",
            " 1 create      web.pmap-new-t1 (ports are fixed when a container is created)",
            " 2 compare     web.pmap-new-t1 (all but the ports must be the same)",
            " 3 create      sidecar.pmap-new-t1 (it shares the network of the old one)",
            " 4 compare     sidecar.pmap-new-t1 (all but the ports must be the same)",
            " 5 save        /srv/shop/compose.yaml:7 (docker compose up goes by this file)",
            " 6 stop        sidecar (only one can hold its ports)",
            " 7 stop        web (only one can hold its ports)",
            " 8 hold        web (its restart policy must not bring it back)",
            " 9 copy        web.pmap-new-t1 (2 changed files are in no volume)",
            "10 rename-old  web (kept as web.pmap-old-t1)",
            "11 rename-new  web (the new one takes its name)",
            "12 rename-old  sidecar (kept as sidecar.pmap-old-t1)",
            "13 rename-new  sidecar (the new one takes its name)",
            "14 start       web (the old one was running)",
            "15 start       sidecar (the old one was running)",
            "16 verify      web (until then the old one can come back)",
            "17 verify      sidecar (until then the old one can come back)",
            "18 commit      web (from here on the new one stays)",
            "19 remove      sidecar.pmap-old-t1 (its volumes stay)",
            "20 remove      web.pmap-old-t1 (its volumes stay)",
            "downtime    about a second, at most 30 s more if it does not stop by itself",
            "restarts    sidecar (shares its network)",
            "lost        its id, its logs so far (docker logs), and docker exec sessions",
            "lost        what is in memory file systems (tmpfs): /scratch",
            "lost        that these were deleted in web: /etc/motd (deleted)",
            "note        the app listens on 80/tcp at 127.0.0.1 inside the container alone, where"
            " no published port reaches it: it must listen on 0.0.0.0",
            "note        the engine chooses the host port of 9000/udp anew, 32768 until now",
            "note        docker compose could not be asked: the next docker compose up recreates"
            " it again",
        )
    )
    assert made.cost.health_seconds == 17.0


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["62893"], ["127.0.0.1:62893 -> 80/tcp"]),
        (["62893:8000"], ["127.0.0.1:62893 -> 8000/tcp"]),
        (["62893:53/udp"], ["127.0.0.1:62893 -> 53/udp"]),
        (["127.0.0.5:62893:81"], ["127.0.0.5:62893 -> 81/tcp"]),
        (["[::1]:62893"], ["[::1]:62893 -> 80/tcp"]),
        ([":81"], ["127.0.0.1:8000 -> 81/tcp"]),
        (["0:81", "0:82"], ["127.0.0.1:8000 -> 81/tcp", "127.0.0.1:8001 -> 82/tcp"]),
        (["9000-9002:81"], ["127.0.0.1:9001 -> 81/tcp"]),
        (["9002-9003:81-82"], ["127.0.0.1:9002 -> 81/tcp", "127.0.0.1:9003 -> 82/tcp"]),
        ([":81-82"], ["127.0.0.1:8000 -> 81/tcp", "127.0.0.1:8001 -> 82/tcp"]),
    ],
)
def test_what_publish_resolves_to(texts: list[str], expected: list[str]) -> None:
    other = container("db", "127.0.0.1:9000 5432/tcp")
    assert after(publish(*texts), container(), other) == expected


def test_the_container_port_is_found() -> None:
    two = ("80/tcp", "443/tcp")
    inside = (HostSocket(parse_ip("0.0.0.0"), 443), HostSocket(parse_ip("127.0.0.11"), 38111))
    assert after(publish("8443"), container(exposed=two), inside=inside) == [
        "127.0.0.1:8443 -> 443/tcp"
    ]
    assert after(publish("53"), container(exposed=("53/udp",))) == ["127.0.0.1:53 -> 53/udp"]
    both = container(exposed=("53/udp", "53/tcp"))
    assert after(publish("53/udp"), both) == ["127.0.0.1:53 -> 53/udp"]
    udp_client = HostSocket(None, 40123, IPProtocol.UDP)
    assert after(
        publish("9000"), container(exposed=()), inside=(HostSocket(None, 9000), udp_client)
    ) == ["127.0.0.1:9000 -> 9000/tcp"]


def refused(*args: Any, **facts: Any) -> str:
    with pytest.raises(Refused) as caught:
        plan(*args, **facts)
    return f"{caught.value.message} | {caught.value.hint}"


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
        f"127.0.0.1:8080/tcp is held by container db (127.0.0.1:8080/tcp) | {free}"
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


def test_an_address_that_is_not_this_hosts() -> None:
    bind = {HostSocket(parse_ip("192.0.2.9"), 8080): "cannot assign requested address"}
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


def test_what_is_published_already_is_an_empty_plan() -> None:
    made = plan(publish("8080"), container("web", "127.0.0.1:8080 80/tcp"))
    assert made.empty
    assert made.warnings == ("127.0.0.1:8080 -> 80/tcp is published already",)
    assert plan(Loopback(container="web"), container("web", "[::1]:8080 80/tcp")).empty


@pytest.mark.parametrize(
    ("texts", "left"),
    [
        (["8080"], [1, 2, 3]),
        (["127.0.0.1:8080"], [1, 2, 3]),
        ([":443"], [0, 2, 3]),
        (["8443:443/tcp"], [0, 2, 3]),
        (["8000-9000"], []),
        (["9000/udp", "9000/tcp"], [0, 1]),
        (["32768"], [0, 1, 2]),
    ],
)
def test_which_mappings_unpublish_takes(texts: list[str], left: list[int]) -> None:
    asked = ["127.0.0.1:8080 80/tcp", "*:8443 443/tcp", "127.0.0.1:9000 53/udp"]
    asked.append("127.0.0.1:9000 54/tcp" if "9000/udp" in texts else "*:? 54/tcp")
    target = container("web", *asked)
    if texts == ["8000-9000"]:
        left = [3]
    request = Unpublish(container="web", specs=specs(*texts))
    assert after(request, target) == [str(target.mappings[index]) for index in left]


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


def test_move_says_when_it_narrows() -> None:
    made = plan(move("8080", "9090"), container("web", "*:8080 80/tcp"))
    assert [str(m) for m in made.after] == ["127.0.0.1:9090 -> 80/tcp"]
    assert made.warnings == (
        "*:8080 -> 80/tcp is open wider than 127.0.0.1 today; to keep that, name the address"
        " (0.0.0.0:9090 --expose)",
    )
    wide = plan(move("8080", "0.0.0.0:9090", expose=True), container("web", "*:8080 80/tcp"))
    assert [str(m) for m in wide.after] == ["0.0.0.0:9090 -> 80/tcp"]
    picked = after(move("8000", "127.0.0.1:0"), container("web", "127.0.0.1:8000 80/tcp"))
    assert picked == ["127.0.0.1:8001 -> 80/tcp"]


def test_loopback_closes_all_and_folds_the_two_families() -> None:
    target = container(
        "web", "0.0.0.0:80 80/tcp", "[::]:80 80/tcp", "*:? 443/tcp", "127.0.0.2:81 81/tcp"
    )
    assert after(Loopback(container="web"), target) == [
        "127.0.0.1:80 -> 80/tcp",
        "127.0.0.1:(any) -> 443/tcp",
        "127.0.0.2:81 -> 81/tcp",
    ]


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
         "| docker service update --publish-add published=8080,target=80 api"),
        ({}, {"Pod": "p" * 64}, "web belongs to pod pppppppppppp"),
        ({}, {"HostConfig": {"AutoRemove": True}},
         "| to accept that: pmap publish web 8080 --allow-rm"),
    ],
)  # fmt: skip
def test_targets_that_are_refused(changes: Any, record: Any, expected: str) -> None:
    vpn = container("vpn", id="b" * 64)
    target = replace(container(), **changes)
    assert expected in refused(publish("8080"), target, vpn, record=record)


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


def test_a_save_that_cannot_be_is_a_refusal() -> None:
    request = publish("8080", save=SaveChoice.FILE)
    assert refused(request, container(), save_problem="compose.yaml is gone") == (
        "the compose file cannot be changed: compose.yaml is gone"
        " | for the container alone: pmap publish web 8080"
    )


def test_the_same_change_is_told_from_another() -> None:
    one = plan(publish("8080"), container())
    assert one.same_change(one.model_copy(update={"id": "t2", "fingerprint": "x"}))
    assert not one.same_change(plan(publish("8081"), container()))
    assert not one.same_change(plan(publish("8080"), container(state=ContainerState.EXITED)))
