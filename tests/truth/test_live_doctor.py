"""doctor on real engines: what it finds is there, and it finds what was put there."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from engine_layout import engine_named

from manager.doctor.registry import CHECKS
from manager.engine.connection import connect, resolve_endpoint
from manager.host.daemon_process import daemon_arguments

Rig = Any


def test_every_check_says_something_of_a_real_engine(rig: Rig) -> None:
    results = rig.pmap("doctor", "--json").json["checks"]
    assert {result["check"] for result in results} == {check.id for check in CHECKS}
    assert all(result["fact"] for result in results)
    assert all(bool(result["fix"]) == (result["status"] != "pass") for result in results)
    (engine,) = [result for result in results if result["check"] == "engine"]
    assert engine["fact"].startswith(f"Docker {rig.live.version}")
    assert engine["fact"].endswith("on this host")
    assert not [result for result in results if result["fact"].startswith("not known: iptables")]


def test_the_daemon_is_known_by_its_socket(rig: Rig) -> None:
    engine = connect(resolve_endpoint(None, rig.live.host, {}))
    try:
        words = daemon_arguments(engine.info().pid)
    finally:
        engine.close()
    assert words is not None
    assert f"--host={rig.live.host}" in words


def test_the_line_that_sends_localhost_elsewhere_is_named(rig: Rig, tmp_path: Path) -> None:
    hosts = tmp_path / "hosts"
    hosts.write_text("127.0.0.1 here\n192.0.2.7 localhost\n::1 localhost\n")
    before = f"mount --bind '{hosts}' /etc/hosts"
    told = rig.doctor("localhost", before=before)
    assert told[0] == {
        "check": "localhost",
        "title": "localhost",
        "status": "fail",
        "fact": "/etc/hosts line 2 sends localhost to 192.0.2.7: 192.0.2.7 localhost",
        "fix": "change line 2 of /etc/hosts to: 127.0.0.1 localhost",
    }
    assert rig.pmap("doctor", before=before, code=1).out.count("line 2 sends localhost") == 1


def test_a_localhost_of_ipv4_and_ipv6_is_well(rig: Rig, tmp_path: Path) -> None:
    hosts = tmp_path / "hosts"
    hosts.write_text("127.0.0.1 localhost\n::1 localhost\n")
    (told,) = rig.doctor("localhost", before=f"mount --bind '{hosts}' /etc/hosts")
    assert (told["status"], told["fix"]) == ("pass", None)


@contextmanager
def ghost(rig: Rig, port: int) -> Iterator[int]:
    """A docker-proxy of the engine's own that stands for no container; its pid."""
    engine = engine_named(rig.live.version, rig.live.dir)
    places = ("usr/sbin", "usr/bin", "usr/libexec/docker")
    proxy = next(
        path
        for place in places
        if (path := engine.packages / "root" / place / "docker-proxy").is_file()
    )
    command = [
        "sh", "-c", 'exec "$@" 3>/dev/null', "sh", str(proxy), "-proto", "tcp",
        "-host-ip", "127.0.0.1", "-host-port", str(port),
        "-container-ip", "127.0.0.1", "-container-port", "9",
    ]  # fmt: skip
    with subprocess.Popen(command) as running:
        try:
            yield running.pid
        finally:
            running.kill()


def test_a_ghost_proxy_is_found_and_never_to_be_ended(rig: Rig) -> None:
    rig.listens(rig.run("web", "web", "127.0.0.1:61931:80"), 80)
    with ghost(rig, 61932) as pid:
        rig.until(lambda: rig.pmap("who", "61932", "--json").json["holders"])
        (told,) = [r for r in rig.doctor("ghosts") if "61932" in r["fact"]]
        assert told["status"] == "fail"
        assert told["fact"] == (
            f"docker-proxy {pid} holds 127.0.0.1:61932/tcp, and no container has that port"
        )
        assert told["fix"].startswith("systemctl restart docker")
        assert "kill" not in rig.pmap("who", "61932").out
        assert not [r for r in rig.doctor("ghosts") if "61931" in r["fact"]]


def test_networks_that_ip_does_not_bind_are_read_from_the_engine(rig: Rig) -> None:
    option = "com.docker.network.bridge.host_binding_ipv4"
    network = rig.name("narrow")
    body = {"Name": network, "Driver": "bridge", "Options": {option: "127.0.0.1"}}
    rig.live.api.call("POST", "/networks/create", body=body)
    (told,) = rig.doctor("default-address")
    assert f"but 127.0.0.1 on network {network}" in told["fact"]
    rig.listens(rig.run("web", "web", ":61933:80", NetworkMode=network), 80)
    (holder,) = rig.pmap("who", "61933", "--json").json["holders"]
    assert holder["host_ip"] == "127.0.0.1"


def test_a_port_of_the_clients_range_is_warned_of_only_where_it_was_asked_for(rig: Rig) -> None:
    rig.run("asked", "web", "127.0.0.1:41234:80")
    rig.run("given", "web", "127.0.0.1::80")
    (told,) = rig.doctor("ephemeral")
    assert told["status"] == "warn"
    assert f"41234 ({rig.name('asked')})" in told["fact"]
    assert rig.name("given") not in told["fact"]


@pytest.mark.parametrize("live_engine", ["28.5"], indirect=True)
def test_an_engine_that_is_away_leaves_the_machine_to_be_looked_at(rig: Rig) -> None:
    nowhere = f"unix://{rig.home}/none.sock"
    ran = rig.pmap("-H", nowhere, "doctor", "--json", code=3)
    checks = {result["check"]: result for result in ran.json["checks"]}
    assert checks["engine"]["status"] == "fail"
    assert {"localhost", "commands", "interrupted"} <= checks.keys()
    assert "answering" not in checks


def test_nothing_is_changed(rig: Rig) -> None:
    """The containers are the same before and after, and no journal is begun."""
    rig.listens(rig.run("web", "web", "61934:80"), 80)

    def state() -> object:
        found = rig.live.api.get("/containers/json", {"all": "1"})
        return sorted((each["Id"], each["State"], str(each["Ports"])) for each in found)

    before = state()
    for command in (["doctor"], ["probe", rig.name("web")], ["scan", "--range", "61934"]):
        rig.pmap(*command)
    assert state() == before
    assert list(rig.home.rglob("*.json")) == []
