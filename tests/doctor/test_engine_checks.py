"""What doctor says of the engine itself: reachable, its bugs, its context, its settings."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path

import pytest

from manager.doctor.checks import (
    context,
    default_address,
    engine,
    known_bugs,
    low_ports,
    rootless,
    userland_proxy,
)
from manager.engine.memory_scene import Scene
from manager.model.daemon import DaemonSettings
from manager.model.firewall import FirewallFacts
from manager.model.network import Network
from manager.model.snapshot import EngineInfo

Look = Callable[..., list[str]]

DOCKER = EngineInfo("unix:///run/docker.sock", "28.5.2", (1, 51))
REMOTE = replace(DOCKER, host="ssh://far", local=False)
ROOTLESS = replace(DOCKER, rootless=True)
LOOPBACK = ip_address("127.0.0.1")


def of(version: str, **more: object) -> EngineInfo:
    return replace(DOCKER, version=version, **more)  # type: ignore[arg-type]


def test_the_engine_is_named_and_its_absence_too(look: Look) -> None:
    assert look(engine.CHECK) == [
        "pass: Docker 28.5.2 (API 1.51) at unix:///run/docker.sock, on this host"
    ]
    assert "on another host: its firewall" in look(engine.CHECK, info=REMOTE)[0]
    assert look(engine.CHECK, info=of("4.3.1", podman=True))[0].startswith("pass: Podman 4.3.1")
    assert look(engine.CHECK, info=None) == ["fail: no engine answers at /x | start it"]


@pytest.mark.parametrize(
    ("version", "number"),
    [
        ("20.10.24", "moby#45610"),
        ("27.5.1", "moby#45610"),
        ("28.0.0", "moby#49501"),
        ("29.1.3", "moby#51758"),
        ("29.2.1", "moby#51758"),
    ],
)
def test_bugs_are_known_by_version(look: Look, version: str, number: str) -> None:
    (found,) = look(known_bugs.CHECK, info=of(version))
    assert found.startswith(f"warn: {version}: ")
    assert number in found
    assert " | " in found


@pytest.mark.parametrize("version", ["28.0.1", "28.5.2", "29.0.4", "29.3.0"])
def test_other_versions_have_none(look: Look, version: str) -> None:
    assert look(known_bugs.CHECK, info=of(version)) == [f"pass: no port bug is known of {version}"]


def test_the_ports_that_are_less_closed_than_they_look_are_named(look: Look) -> None:
    def furnish(scene: Scene) -> None:
        scene.run("web", "nginx", publish=["127.0.0.1:8080:80"])
        scene.run("wide", "nginx", publish=["8081:80"])

    (found,) = look(known_bugs.CHECK, furnish, info=of("20.10.24"))
    assert "; here 127.0.0.1:8080 (web) | " in found
    assert "wide" not in found


def test_firewalld_and_rootless_have_bugs_of_their_own(look: Look) -> None:
    beside = {"firewall": FirewallFacts(firewalld=True)}
    assert "CVE-2025-54388" in look(known_bugs.CHECK, info=of("28.3.2"), **beside)[0]
    assert look(known_bugs.CHECK, info=of("28.3.2"))[0].startswith("pass")
    assert look(known_bugs.CHECK, info=of("28.3.3"), **beside)[0].startswith("pass")
    assert "moby#53153" in look(known_bugs.CHECK, info=of("29.6.1", rootless=True))[0]
    assert look(known_bugs.CHECK, info=of("20.10.24", rootless=True))[0].startswith("pass")
    assert look(known_bugs.CHECK, info=of("4.3.1", podman=True)) == []
    assert "no version that bugs" in look(known_bugs.CHECK, info=of("in memory"))[0]


def test_what_is_set_and_not_used_is_said(look: Look, tmp_path: Path) -> None:
    assert look(context.CHECK) == ["pass: no context: unix:///run/docker.sock"]
    both = {"DOCKER_HOST": "unix:///x", "DOCKER_CONTEXT": "far"}
    assert look(context.CHECK, environ=both) == [
        "warn: DOCKER_HOST is set to unix:///x, so DOCKER_CONTEXT=far is not used"
        " | unset DOCKER_HOST"
    ]
    (tmp_path / "config.json").write_text(json.dumps({"currentContext": "far"}))
    stored = {"DOCKER_CONFIG": str(tmp_path)}
    assert (
        "current context far is not used"
        in look(context.CHECK, environ={"DOCKER_HOST": "unix:///x", **stored})[0]
    )
    assert look(context.CHECK, environ=stored, info=None) == []
    (tmp_path / "config.json").write_text("{")
    assert look(context.CHECK, environ=stored)[0].startswith("warn: not known:")


def test_rootless_engines_and_their_limits(look: Look) -> None:
    assert look(rootless.CHECK) == ["pass: the engine runs as root: it may bind every port"]
    assert "ports below 1024 cannot be published" in look(rootless.CHECK, info=ROOTLESS)[0]
    assert "below" not in look(rootless.CHECK, info=ROOTLESS, unprivileged=0)[0]

    def low(scene: Scene) -> None:
        scene.run("web", "nginx", publish=["127.0.0.1:80:80", "127.0.0.1:8080:80"])

    assert look(low_ports.CHECK, low, info=ROOTLESS) == [
        "fail: a rootless engine cannot bind ports below 1024: 80 (web)"
        " | sudo sysctl net.ipv4.ip_unprivileged_port_start=80"
    ]
    assert look(low_ports.CHECK, low, info=ROOTLESS, unprivileged=80)[0].startswith("pass")
    assert look(low_ports.CHECK, low) == ["pass: ports below 1024 need root, which the engine has"]
    assert look(low_ports.CHECK, low, info=REMOTE) == []


def test_the_userland_proxy(look: Look) -> None:
    assert look(userland_proxy.CHECK)[0].startswith("pass")
    off = DaemonSettings("/etc/docker/daemon.json", userland_proxy=False)
    (found,) = look(userland_proxy.CHECK, daemon=off)
    assert found.startswith("warn: userland-proxy is off")
    assert found.endswith(
        '| remove "userland-proxy": false from /etc/docker/daemon.json, then systemctl restart'
        " docker"
    )
    assert look(userland_proxy.CHECK, daemon=off, info=REMOTE) == []
    assert look(userland_proxy.CHECK, daemon=off, info=ROOTLESS) == []


DEFAULT = Network("bridge", host_binding=LOOPBACK)
OWN = [Network("host", driver="host"), Network("docker_gwbridge"), Network("in", internal=True)]


def test_ip_of_daemon_json_does_not_count_on_networks_that_people_make(look: Look) -> None:
    (found,) = look(
        default_address.CHECK, networks=[DEFAULT, *OWN, Network("front"), Network("back")]
    )
    assert found.startswith(
        "warn: a port without an address is published on 127.0.0.1 on the default network, and on"
        " every address on front, back: `ip` does not count there | "
    )
    assert "host_binding_ipv4" in found
    bound = Network("front", host_binding=LOOPBACK)
    assert look(default_address.CHECK, networks=[DEFAULT, *OWN, bound]) == [
        "pass: a port without an address is published on 127.0.0.1"
    ]


def test_every_address_is_the_default_and_no_alarm(look: Look) -> None:
    every = Network("bridge", host_binding=ip_address("0.0.0.0"))
    narrow = Network("front", host_binding=LOOPBACK)
    assert look(default_address.CHECK, networks=[every, Network("back")]) == [
        "pass: a port without an address is published on every address; pmap itself takes 127.0.0.1"
    ]
    assert (
        "but 127.0.0.1 on network front" in look(default_address.CHECK, networks=[every, narrow])[0]
    )
    by_opts = DaemonSettings("x", network_ip=LOOPBACK)
    old = look(default_address.CHECK, networks=[every, Network("old")], daemon=by_opts)
    assert old[0].startswith("warn")
    assert "on every address on old" in old[0]


def test_a_broken_daemon_json_is_a_failure(look: Look) -> None:
    broken = DaemonSettings("/etc/docker/daemon.json", problems=("is not JSON (line 3)",))
    assert look(default_address.CHECK, daemon=broken)[0] == (
        "fail: /etc/docker/daemon.json: is not JSON (line 3)"
        " | dockerd --validate --config-file /etc/docker/daemon.json"
    )
