"""What doctor says of ports: open, denied in vain, unbound, unanswered, left behind, ghosts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from ipaddress import ip_address
from typing import Any

from manager.doctor.checks import (
    answering,
    bound,
    ephemeral,
    firewall,
    ghosts,
    leftovers,
    open_ports,
)
from manager.engine.memory import MemoryEngine
from manager.engine.memory_scene import Scene
from manager.model.container import SWARM_SERVICE_LABEL, TASK_LABEL
from manager.model.daemon import DaemonSettings
from manager.model.firewall import FirewallFacts, Ufw
from manager.model.listener import HostSocket, Listener, Process
from manager.model.network import Network
from manager.model.ports import PortRange
from manager.model.snapshot import EngineInfo

Look = Callable[..., list[str]]

DOCKER = EngineInfo("unix:///run/docker.sock", "28.5.2", (1, 51))
REMOTE = replace(DOCKER, host="ssh://far", local=False)
HERE = ip_address("127.0.0.1")


def published(scene: Scene) -> None:
    scene.run("web", "nginx", publish=["8080:80"])
    scene.run("db", "nginx", publish=["127.0.0.1:5432:80"])


def closed(scene: Scene) -> None:
    scene.run("db", "nginx", publish=["127.0.0.1:5432:80"])


def test_open_ports_are_listed_with_the_command_that_closes_them(look: Look) -> None:
    assert look(open_ports.CHECK, published) == [
        "warn: 1 of 2 published ports are open beyond this host: *:8080 (web) | pmap loopback web"
    ]

    def swarm(scene: Scene) -> None:
        labels = {TASK_LABEL: "t1", SWARM_SERVICE_LABEL: "shop_web"}
        scene.run("shop_web.1.t1", "nginx", publish=["8080:80"], labels=labels)

    (task,) = look(open_ports.CHECK, swarm)
    assert task.endswith(" | docker service update --publish-rm 80 shop_web")
    assert look(open_ports.CHECK, closed) == ["pass: all 1 published ports are on loopback"]
    assert look(open_ports.CHECK) == ["pass: nothing is published"]
    assert look(open_ports.CHECK, info=None) == []


def test_a_loopback_port_that_a_networks_settings_open_is_told(look: Look) -> None:
    networks = [Network("bridge", gateway_modes=("nat-unprotected",))]
    found = look(open_ports.CHECK, closed, networks=networks)
    assert found[0].startswith("warn: network bridge has the gateway mode nat-unprotected")
    assert found[1].startswith("pass")


def test_a_firewall_that_denies_in_vain_is_a_failure(look: Look) -> None:
    ufw = FirewallFacts(ufw=Ufw(True), sources=("ufw",))
    assert look(firewall.CHECK, published, firewall=ufw) == [
        "fail: ufw denies incoming connections, and does not stop published ports: *:8080 (web)"
        " | pmap loopback web, or a rule in DOCKER-USER"
    ]
    assert look(firewall.CHECK, closed, firewall=ufw)[0].startswith("pass: ufw denies incoming")
    ruled = replace(ufw, docker_user=("-i eth0 -j DROP",))
    assert look(firewall.CHECK, published, firewall=ruled) == [
        "pass: DOCKER-USER has 1 rule: -i eth0 -j DROP"
    ]
    assert look(firewall.CHECK, published) == ["pass: no firewall denies incoming connections"]


def test_an_engine_whose_rules_were_flushed_is_a_failure(look: Look) -> None:
    gone = FirewallFacts(sources=("iptables-save",), engine_rules=False)
    (said,) = look(firewall.CHECK, published, firewall=gone, info=DOCKER)
    assert said.startswith("fail: the engine's own firewall rules are gone")
    assert said.endswith("| systemctl restart docker makes them anew")
    strict = FirewallFacts(firewalld=True, strict_forward=True)
    (kept,) = look(firewall.CHECK, published, firewall=strict, info=DOCKER)
    assert kept.startswith("pass: firewalld forwards only")


def test_where_the_firewall_counts_or_is_not_known(look: Look) -> None:
    ufw = FirewallFacts(ufw=Ufw(True), sources=("ufw",))
    alone = DaemonSettings("x", iptables=False)
    assert look(firewall.CHECK, published, firewall=ufw, daemon=alone) == [
        "pass: the engine forwards nothing past the firewall: its rules count"
    ]
    unread = FirewallFacts(unknown=("iptables and nftables: only root may read them",))
    assert look(firewall.CHECK, published, firewall=unread) == [
        "warn: not known: iptables and nftables: only root may read them"
        ' | sudo "$(command -v cpmap)" doctor reads it'
    ]
    assert look(firewall.CHECK, published, firewall=ufw, info=REMOTE) == []


def test_a_running_container_without_its_port(look: Look) -> None:
    def furnish(scene: Scene) -> None:
        made = scene.run("web", "nginx", publish=["127.0.0.1:8080:80"])
        # As engines 29.1 and 29.2 start a container whose port is taken.
        scene.engine.store.containers[made]["NetworkSettings"]["Ports"] = {"80/tcp": None}

    assert look(bound.CHECK, furnish, info=replace(DOCKER, version="29.2.1")) == [
        "fail: the engine does not hold 127.0.0.1:8080: web runs without it (engine 29.2.1 starts"
        " in spite of a taken port) | pmap who 8080, then docker restart web"
    ]
    assert look(bound.CHECK, published)[0].startswith("pass")


def test_a_container_that_lost_its_port_and_one_that_cannot_come_back(look: Look) -> None:
    def furnish(scene: Scene) -> None:
        stopped = scene.run("old", "nginx", publish=["127.0.0.1:5432:80"])
        scene.engine.stop(stopped, timeout=0)
        scene.run("db", "nginx", publish=["127.0.0.1:5432:80"])
        scene.try_run("late", "nginx", publish=["127.0.0.1:5432:80"])
        scene.create("fresh", "nginx", publish=["127.0.0.1:9999:80"])

    found = look(leftovers.CHECK, furnish)
    assert found == [
        "fail: late lost its port at its start and stayed behind as created:"
        " 127.0.0.1:5432/tcp is held by container db"
        " | pmap move db 5432 0 gives it a free port on 127.0.0.1; or docker stop db",
        "warn: old is exited and could not start: 127.0.0.1:5432/tcp is held by container db"
        " | pmap move db 5432 0 gives it a free port on 127.0.0.1; or docker stop db",
    ]
    assert look(leftovers.CHECK, published) == [
        "pass: no container was left behind without its port"
    ]


def test_the_port_of_a_leftover_may_be_free_by_now(look: Look) -> None:
    def furnish(scene: Scene) -> None:
        taken = scene.run("db", "nginx", publish=["127.0.0.1:5432:80"])
        scene.try_run("late", "nginx", publish=["127.0.0.1:5432:80"])
        scene.engine.remove(taken, force=True)

    (found,) = look(leftovers.CHECK, furnish)
    assert found.startswith("fail: late failed to start and stayed behind as created (")
    assert "address already in use" in found or "already allocated" in found
    assert found.endswith("its port is free now | docker start late")


def listening(**places: tuple[str, int]) -> Callable[[MemoryEngine], Mapping[int, Any]]:
    """What listens inside, by container name."""

    def inside(engine: MemoryEngine) -> Mapping[int, Any]:
        pids = {c.name: engine.decode(engine.record(c.id)).pid for c in engine.containers()}
        return {
            pids[name] or 0: [HostSocket(ip_address(address), port)]
            for name, (address, port) in places.items()
        }

    return inside


def test_apps_that_no_published_port_reaches(look: Look) -> None:
    inside = listening(web=("127.0.0.1", 80), db=("0.0.0.0", 8081))
    assert look(answering.CHECK, published, inside=inside) == [
        "fail: 127.0.0.1:5432 (db): nothing listens on 80 in the container; it listens on 8081"
        " | pmap move db 5432 127.0.0.1:5432:8081",
        "fail: *:8080 (web): the app listens on 127.0.0.1 inside the container, so nothing reaches"
        " it from outside | let the app listen on 0.0.0.0:80, then docker restart web",
    ]
    well = listening(web=("0.0.0.0", 80))
    assert look(answering.CHECK, published, inside=well) == [
        "pass: something listens behind each of 1 published ports; 1 cannot be looked into"
    ]
    assert look(answering.CHECK, published)[0] == "pass: 2 published ports, and none looked into"
    assert look(answering.CHECK, published, inside=inside, info=REMOTE) == []


def test_a_proxy_that_stands_for_no_container(look: Look) -> None:
    proxy = Process(4711, "docker-proxy", "/usr/bin/docker-proxy", "/", "root")
    ghost = Listener(HostSocket(HERE, 8443), proxy, for_engine=True)
    assert look(ghosts.CHECK, published, listeners=[ghost]) == [
        "fail: docker-proxy 4711 holds 127.0.0.1:8443/tcp, and no container has that port"
        " | systemctl restart docker (it restarts the containers, unless live-restore is set)"
    ]
    assert look(ghosts.CHECK, published) == ["pass: no proxy holds a port without a container"]
    hidden = Listener(HostSocket(HERE, 22))
    assert "only root sees them all" in look(ghosts.CHECK, published, listeners=[hidden])[0]
    assert look(ghosts.CHECK, info=REMOTE) == []


def test_ports_in_the_range_of_clients(look: Look) -> None:
    def furnish(scene: Scene) -> None:
        scene.run("web", "nginx", publish=["127.0.0.1:40000:80"])
        scene.run("free", "nginx", publish=["127.0.0.1::80"])

    (found,) = look(ephemeral.CHECK, furnish)
    assert found.startswith("warn: 40000 (web) in the clients' range 32768-60999")
    assert found.endswith(
        "| pmap move web 40000 0, or sysctl net.ipv4.ip_local_reserved_ports=40000"
    )
    assert look(ephemeral.CHECK, furnish, reserved=(PortRange(39000, 41000),))[0].startswith("pass")
    high = {"ephemeral": PortRange(50000, 60000)}
    assert look(ephemeral.CHECK, furnish, host=high)[0].startswith("pass")
