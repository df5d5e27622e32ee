"""Swarm services over the engine in memory: what is shown, what is changed, what is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from manager import bootstrap
from manager.cli.main import main
from manager.engine.memory import MemoryEngine
from manager.engine.memory_scene import Scene
from manager.engine.swarm import port_record, rollout_of, service_of, with_ports
from manager.errors import EngineError
from manager.host.memory import FakeClock, MemoryFiles, MemoryHost, MemoryJournal
from manager.model.listener import HostSocket, Listener, Process
from manager.model.ports import IPProtocol, Port, parse_ip
from manager.model.swarm import PublishMode, ServicePort, SwarmService
from manager.service import PortManager

WEB, DNS = Port(80), Port(53, IPProtocol.UDP)
INGRESS, HOST = PublishMode.INGRESS, PublishMode.HOST


class World:
    """One engine that manages a swarm, and the commands over it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.engine = MemoryEngine()
        self.scene = Scene(self.engine)
        self.scene.image("nginx", "80")
        self.clock = FakeClock()
        self.manager = PortManager(
            engine=self.engine,
            host=MemoryHost(self.engine.listeners),
            journal=MemoryJournal(),
            files=MemoryFiles(),
            clock=self.clock,
            settle_seconds=0.0,
        )
        self._capsys = capsys
        monkeypatch.setattr(bootstrap, "build", lambda **_options: self.manager)

    def service(self, name: str) -> SwarmService:
        found = self.manager.snapshot().service(name)
        assert found is not None
        return found

    def ports(self, name: str) -> list[str]:
        return list(map(str, self.service(name).asked))

    def answer(self, *argv: str, code: int = 0) -> Any:
        assert main([*argv, "--json"]) == code
        return json.loads(self._capsys.readouterr().out)

    def refused(self, *argv: str) -> str:
        """What stderr says when a command is refused, and that nothing was changed."""
        before = self.manager.snapshot().fingerprint
        assert main([*argv, "-y"]) == 1
        assert self.manager.snapshot().fingerprint == before
        return self._capsys.readouterr().err


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> World:
    made = World(monkeypatch, capsys)
    made.scene.swarm_service("web", "nginx", ServicePort(WEB, 8080), stack="shop")
    made.scene.swarm_service("dns", "nginx", ServicePort(DNS, 5353, HOST))
    return made


def test_ls_shows_what_services_publish(world: World) -> None:
    rows = {row["service"]: row for row in world.answer("ls")["mappings"]}
    web, dns = rows["web"], rows["dns"]
    assert (web["source"], web["project"], web["container"]) == ("swarm", "shop", None)
    assert (web["host_ips"], web["host_port"]) == (["0.0.0.0", "::"], 8080)
    assert (web["exposure"], web["bound"], web["mode"]) == ("all", True, "ingress")
    assert (dns["bound"], dns["mode"], dns["protocol"]) == (None, "host", "udp")


@pytest.mark.parametrize("name", ["web", "shop"])
def test_ls_takes_services_and_stacks(world: World, name: str) -> None:
    assert [row["service"] for row in world.answer("ls", name)["mappings"]] == ["web"]


def test_who_names_the_service_and_not_the_engine(world: World) -> None:
    dockerd = Process(9, "dockerd", started=1)
    socket = HostSocket(parse_ip("::"), 8080, dual_stack=True)
    world.engine.store.neighbours = (Listener(socket, dockerd, for_engine=True),)
    found = world.answer("who", "8080")
    assert [(h["kind"], h["service"]) for h in found["holders"]] == [("swarm-service", "web")]
    assert "pmap move web 8080 0 --expose" in found["advice"]


def test_a_mode_host_port_of_a_task_here_is_its_containers(world: World) -> None:
    service = world.service("dns")
    labels = {"com.docker.swarm.service.id": service.id}
    world.scene.run("dns.1.here", "nginx", publish=["5353:53/udp"], labels=labels)
    rows = [row for row in world.answer("ls")["mappings"] if row["host_port"] == 5353]
    assert [row["container"] for row in rows] == ["dns.1.here"]
    found = world.answer("who", "5353")
    assert [h["kind"] for h in found["holders"]] == ["container"]


def test_publish_needs_expose_and_says_why(world: World) -> None:
    said = world.refused("publish", "web", "9000:80")
    assert "cannot be bound to loopback" in said
    assert "every network of every node of the swarm" in said
    assert "pmap publish web 9000:80 --expose" in said


@pytest.mark.parametrize("address", ["127.0.0.1", "[::1]", "192.168.1.5"])
def test_a_service_is_bound_to_no_address(world: World, address: str) -> None:
    said = world.refused("publish", "web", f"{address}:9000:80", "--expose")
    assert f"cannot be bound to {address.strip('[]')}" in said
    assert "pmap publish web 9000:80 --expose" in said
    assert "cannot be bound to" in world.refused("move", "web", "8080", f"{address}:9000")


def test_loopback_cannot_be(world: World) -> None:
    assert "cannot be bound to loopback" in world.refused("loopback", "web")


def test_loopback_of_everything_leaves_tasks_alone(world: World) -> None:
    service = world.service("dns")
    labels = {
        "com.docker.swarm.service.id": service.id,
        "com.docker.swarm.task.id": "1",
        "com.docker.swarm.service.name": "dns",
    }
    world.scene.run("dns.1.here", "nginx", publish=["5353:53/udp"], labels=labels)
    assert world.answer("loopback", "-y") == {"schema": 1, "changes": []}


def test_publish_adds_a_port_and_keeps_the_others(world: World) -> None:
    found = world.answer("publish", "web", "9000:81", "--expose", "-y")
    assert found["status"] == "applied"
    assert [step["kind"] for step in found["plan"]] == ["update", "verify"]
    assert any("every node" in text for text in found["warnings"])
    assert any("stack shop" in text for text in found["warnings"])
    assert world.ports("web") == ["*:8080 -> 80/tcp (ingress)", "*:9000 -> 81/tcp (ingress)"]


def test_the_container_port_is_found_through_its_tasks(world: World) -> None:
    world.answer("publish", "web", "9000", "--expose", "-y")
    assert world.ports("web")[-1] == "*:9000 -> 80/tcp (ingress)"


def test_a_free_port_is_picked_that_no_service_has(world: World) -> None:
    world.scene.swarm_service("other", "nginx", ServicePort(WEB, 8000))
    world.answer("publish", "web", "0:80", "--expose", "-y")
    assert world.ports("web")[-1] == "*:8001 -> 80/tcp (ingress)"


def test_move_keeps_the_mode(world: World) -> None:
    found = world.answer("move", "dns", "5353", "5354", "--expose", "-y")
    assert found["status"] == "applied"
    assert world.ports("dns") == ["*:5354 -> 53/udp (host)"]


def test_unpublish_opens_nothing_and_needs_no_expose(world: World) -> None:
    world.answer("unpublish", "web", "8080", "-y")
    assert world.ports("web") == []
    assert "has no mapping that fits 8080" in world.refused("unpublish", "web", "8080")


def test_what_is_so_already_is_no_update(world: World) -> None:
    version = world.service("web").version
    found = world.answer("publish", "web", "8080:80", "--expose", "-y")
    assert found["plan"] == []
    assert world.service("web").version == version


def test_a_service_without_an_address_of_its_own_publishes_by_host(world: World) -> None:
    service = world.service("web")
    world.engine.store.services[service.id]["Spec"]["EndpointSpec"]["Mode"] = "dnsrr"
    found = world.answer("publish", "web", "9000:80", "--expose", "-y")
    assert any("dnsrr" in text for text in found["warnings"])
    assert world.ports("web")[-1] == "*:9000 -> 80/tcp (host)"


def test_a_port_of_anybody_is_refused_with_a_free_one(world: World) -> None:
    world.scene.run("db", "nginx", publish=["127.0.0.1:9000:80"])
    world.scene.swarm_service("other", "nginx", ServicePort(WEB, 9001))
    said = world.refused("publish", "web", "9000:80", "--expose")
    assert "held by container db" in said
    assert "8999 is free: pmap publish web 8999:80 --expose" in said
    assert "held by swarm service other" in world.refused("move", "web", "8080", "9001", "--expose")
    assert "held by swarm service web" in world.refused("publish", "db", "8080:80")
    world.engine.store.neighbours = (Listener(HostSocket(None, 9005), Process(7, "nc", started=1)),)
    assert "process 7 (nc)" in world.refused("publish", "web", "9005:80", "--expose")


def test_its_own_port_twice_is_refused(world: World) -> None:
    assert "held by swarm service web" in world.refused("publish", "web", "8080:81", "--expose")


def test_an_update_that_fails_is_taken_back(world: World) -> None:
    service = world.service("web")
    world.engine.store.troubles[service.id] = "no such image"
    found = world.answer("publish", "web", "9000:80", "--expose", "-y", code=4)
    assert found["status"] == "rolled-back"
    assert found["reason"] == "no such image"
    assert world.ports("web") == ["*:8080 -> 80/tcp (ingress)"]
    assert world.manager.history()[-1]["status"] == "rolled-back"


def test_a_plan_that_is_stale_is_refused(world: World) -> None:
    from manager.change.request import Unpublish
    from manager.errors import StalePlan
    from manager.model.portspec import PortSpec

    request = Unpublish(container="web", specs=(PortSpec.parse("8080"),))
    plan = world.manager.plan(request)
    world.answer("publish", "web", "9000:80", "--expose", "-y")
    with pytest.raises(StalePlan):
        world.manager.apply(plan)
    assert len(world.ports("web")) == 2


def test_somebody_elses_update_is_not_overwritten(world: World) -> None:
    service = world.service("web")
    world.engine.swarm().publish(service, ())
    with pytest.raises(EngineError, match="out of sequence"):
        world.engine.swarm().publish(service, (ServicePort(WEB, 1),))


def test_undo_gives_ports_and_modes_back(world: World) -> None:
    world.answer("unpublish", "dns", "5353/udp", "-y")
    assert world.ports("dns") == []
    undone = world.answer("undo", "-y")
    assert undone["status"] == "applied"
    assert world.ports("dns") == ["*:5353 -> 53/udp (host)"]


def test_undo_of_what_was_changed_since_is_refused(world: World) -> None:
    world.answer("unpublish", "web", "8080", "-y")
    change = world.manager.history()[-1]["id"]
    world.answer("publish", "web", "9000:80", "--expose", "-y")
    assert "have changed since" in world.refused("undo", change)


def test_undo_of_a_service_that_is_gone_is_refused(world: World) -> None:
    world.answer("unpublish", "web", "8080", "-y")
    del world.engine.store.services[world.service("web").id]
    assert "is not there any more" in world.refused("undo")


def test_free_moves_a_services_port(world: World) -> None:
    found = world.answer("who", "8080", "--free", "--how", "move", "-y")
    assert found["free"] is True
    assert world.ports("web") == ["*:8081 -> 80/tcp (ingress)"]
    assert world.answer("who", "5353", "--free", "--how", "stop", "-y", code=1)["done"] == []


def test_a_task_is_freed_through_its_service(world: World) -> None:
    service = world.service("dns")
    labels = {
        "com.docker.swarm.service.id": service.id,
        "com.docker.swarm.task.id": "1",
        "com.docker.swarm.service.name": "dns",
    }
    world.scene.run("dns.1.here", "nginx", publish=["5353:53/udp"], labels=labels)
    assert "pmap move dns 5353/udp 0 --expose" in world.answer("who", "5353")["advice"]
    found = world.answer("who", "5353", "--free", code=2)
    assert [way["how"] for way in found["offers"][0]["ways"]] == ["move"]
    assert "docker stop" not in json.dumps(found)


def test_a_task_is_changed_through_its_service(world: World) -> None:
    said = world.refused("publish", f"web.1.{'1' * 25}", "9000:80")
    assert "pmap publish web 9000:80 --expose" in said


def test_a_container_of_that_name_comes_first(world: World) -> None:
    world.scene.run("web", "nginx")
    assert world.answer("publish", "web", "62893", "-y")["after"][0]["host_ip"] == "127.0.0.1"


def test_a_rollout_that_goes_on_and_on_is_said_and_left(world: World) -> None:
    """Only pmap's patience ends: the swarm goes on by itself."""
    swarm = type(world.engine.swarm())
    original = swarm.rollout
    try:
        swarm.rollout = lambda self, service_id: rollout_of(  # type: ignore[method-assign]
            {"State": "updating"}, []
        )
        found = world.answer("publish", "web", "9000:80", "--expose", "-y")
    finally:
        swarm.rollout = original  # type: ignore[method-assign]
    assert found["status"] == "applied"
    assert any("docker service ps web" in text for text in found["warnings"])
    assert 60 <= sum(world.clock.waited) < 62


def test_all_four_fields_of_a_port_are_sent_and_nothing_else_is_touched() -> None:
    spec = {"Name": "x", "Labels": {"a": "b"}, "EndpointSpec": {"Mode": "vip", "Ports": [1]}}
    changed = with_ports(spec, [ServicePort(DNS, 5353, HOST), ServicePort(WEB)])
    assert changed["EndpointSpec"]["Mode"] == "vip"
    assert changed["EndpointSpec"]["Ports"] == [
        {"Protocol": "udp", "TargetPort": 53, "PublishedPort": 5353, "PublishMode": "host"},
        {"Protocol": "tcp", "TargetPort": 80, "PublishedPort": 0, "PublishMode": "ingress"},
    ]
    assert {k: v for k, v in changed.items() if k != "EndpointSpec"} == {
        "Name": "x", "Labels": {"a": "b"},
    }  # fmt: skip
    assert spec["EndpointSpec"] == {"Mode": "vip", "Ports": [1]}


@pytest.mark.parametrize(
    "record", [{}, {"Spec": None}, {"Endpoint": {"Ports": [{"TargetPort": 0}, None, 7]}}]
)
def test_records_that_lack_everything_are_read(record: dict[str, Any]) -> None:
    service = service_of(record)
    assert service.ports == ()
    assert service.replicas == ""


def test_a_record_is_written_as_it_is_read() -> None:
    port = ServicePort(WEB, 8080, HOST)
    record = {"Spec": {"EndpointSpec": {"Ports": [port_record(port)]}}}
    assert service_of(record).asked == (port,)


def test_troubles_are_those_of_tasks_since_the_update_began() -> None:
    old = {"Status": {"State": "failed", "Err": "old", "Timestamp": "2026-01-01T00:00:00.5Z"}}
    new = {"Status": {"State": "pending", "Err": "no room", "Timestamp": "2026-01-01T00:00:07Z"}}
    fine = {"Status": {"State": "running", "Timestamp": "2026-01-01T00:00:08Z"}}
    status = {"State": "updating", "StartedAt": "2026-01-01T00:00:05.123Z"}
    assert rollout_of(status, [old, new, fine, {}]).trouble == "no room"
