"""Podman through its Docker-compatible API: reading, publishing, undoing, and what is refused."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from engine_podman import Podman
from engine_process import wait_until
from kinds import compare_kinds
from live_world import LiveWorld

from manager.cli.main import main

pytestmark = pytest.mark.live


def run(engine: Podman, name: str, *bindings: tuple[str, int, int], **more: Any) -> str:
    """Create and start a web server; bindings are address, host port, container port."""
    published: dict[str, list[dict[str, str]]] = {}
    for address, number, inside in bindings:
        entry = {"HostIp": address, "HostPort": str(number)}
        published.setdefault(f"{inside}/tcp", []).append(entry)
    host = {"PortBindings": published, **more.pop("host", {})}
    body = {"Image": "pmap/web", "StopTimeout": 1, "HostConfig": host, **more}
    made = engine.api.call("POST", "/containers/create", {"name": name}, body).json()
    engine.api.call("POST", f"/containers/{made['Id']}/start")
    return str(made["Id"])


def make_pod(engine: Podman, name: str, port: int) -> str:
    """A pod with a web server in it, and one published port; the server's name."""
    mapping = {"host_ip": "127.0.0.1", "host_port": port, "container_port": 80}
    engine.libpod("/pods/create", {"name": name, "portmappings": [mapping]})
    member = {"name": f"{name}-web", "image": "pmap/web", "pod": name}
    made = engine.libpod("/containers/create", member)
    engine.libpod(f"/containers/{made['Id']}/start", {})
    return f"{name}-web"


def answer(capsys: pytest.CaptureFixture[str], *argv: str, code: int = 0) -> Any:
    assert main([*argv, "--json"]) == code
    return json.loads(capsys.readouterr().out)


def refused(capsys: pytest.CaptureFixture[str], *argv: str) -> str:
    assert main([*argv, "-y"]) == 1
    return capsys.readouterr().err


def page(number: int) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{number}/", timeout=10) as reply:
        return str(reply.read().decode())


def test_what_podman_publishes_is_read(
    podman_engine: Podman, capsys: pytest.CaptureFixture[str]
) -> None:
    run(podman_engine, "web", ("127.0.0.1", 61921, 80), ("", 61922, 80))
    found = answer(capsys, "ls")
    assert found["engine"]["local"] is True
    rows = {row["host_port"]: row for row in found["mappings"]}
    assert set(rows) == {61921, 61922}
    assert (rows[61921]["container"], rows[61921]["exposure"]) == ("web", "loopback")
    assert (rows[61922]["host_ip"], rows[61922]["exposure"]) == ("0.0.0.0", "all")
    holders = answer(capsys, "who", "61921")["holders"]
    assert [(h["kind"], h["container"]) for h in holders] == [("container", "web")]


def test_the_process_that_holds_a_port_for_podman_is_never_ended(
    podman_engine: Podman, capsys: pytest.CaptureFixture[str]
) -> None:
    """conmon has the socket; it is the container's."""
    run(podman_engine, "web", ("127.0.0.1", 61923, 80))
    assert answer(capsys, "who", "61923", "--free", "--how", "kill", "-y", code=1)["done"] == []
    assert "conmon" not in json.dumps(answer(capsys, "ls", "--host")["mappings"])
    assert "pmap: it works" in page(61923)


def test_a_port_is_published_moved_and_given_back(
    podman_engine: Podman, capsys: pytest.CaptureFixture[str]
) -> None:
    old = run(podman_engine, "web", ("127.0.0.1", 61924, 80), Labels={"keep": "me"})
    found = answer(capsys, "publish", "web", "61925", "-y")
    assert found["status"] == "applied"
    assert found["differences"] == []
    assert "pmap: it works" in page(61924)
    assert "pmap: it works" in page(61925)
    record = podman_engine.api.get("/containers/web/json")
    assert record["Id"] != old
    assert record["Config"]["Labels"]["keep"] == "me"
    answer(capsys, "move", "web", "61925", "61926", "-y")
    assert "pmap: it works" in page(61926)
    undone = answer(capsys, "undo", "-y")
    assert {m["host_port"] for m in undone["after"]} == {61924, 61925}
    names = [c["Names"][0] for c in podman_engine.api.get("/containers/json", {"all": "1"})]
    assert names == ["/web"]


def test_an_engine_is_the_same_for_every_command(
    podman_engine: Podman, capsys: pytest.CaptureFixture[str]
) -> None:
    """Podman makes its id up anew for each answer; history and locks go by the engine."""
    run(podman_engine, "web")
    for port in ("61927", "61928"):
        answer(capsys, "publish", "web", port, "-y")
    keys = {change["engine_key"] for change in answer(capsys, "history")["changes"]}
    assert len(keys) == 1


def test_nothing_but_the_ports_is_different(podman_engine: Podman, tmp_path: Path) -> None:
    world = LiveWorld(podman_engine.api, podman_engine.host, "t000000-", tmp_path)
    found = list(compare_kinds(world))
    assert {one.kind: one.wrong for one in found if one.wrong} == {}
    # No ranges of host ports, and what this machine's limits allow.
    assert len([one for one in found if not one.impossible]) >= 12, found


def test_a_taken_port_is_refused_and_nothing_happens(
    podman_engine: Podman, capsys: pytest.CaptureFixture[str]
) -> None:
    run(podman_engine, "one", ("127.0.0.1", 61929, 80))
    two = run(podman_engine, "two")
    assert "held by container one" in refused(capsys, "publish", "two", "61929")
    assert podman_engine.api.get("/containers/two/json")["Id"] == two


def served_by(capsys: pytest.CaptureFixture[str], port: int) -> str | None:
    """The container that listens behind a port, once it does."""
    (holder,) = answer(capsys, "who", str(port))["holders"]
    found: str | None = holder["served_by"]
    return found


def test_pods_have_their_ports_and_nobody_has_them_twice(
    podman_engine: Podman, capsys: pytest.CaptureFixture[str]
) -> None:
    member = make_pod(podman_engine, "shop", 61930)
    assert wait_until(lambda: served_by(capsys, 61930) == member, 20)
    rows = answer(capsys, "ls")["mappings"]
    assert [(row["pod"], row["host_port"]) for row in rows] == [("shop", 61930)]
    (holder,) = answer(capsys, "who", "61930")["holders"]
    assert (holder["pod"], holder["shared_with"]) == ("shop", [member])
    assert "pmap: it works" in page(61930)
    assert answer(capsys, "ls", member)["mappings"] == rows
    assert answer(capsys, "ls", "shop")["mappings"] == rows
    assert main(["ls", member]) == 0
    assert f"{member} lives in the network of pod shop" in capsys.readouterr().out


def test_a_pods_ports_are_refused_with_the_way_out(
    podman_engine: Podman, capsys: pytest.CaptureFixture[str]
) -> None:
    member = make_pod(podman_engine, "shop", 61931)
    for name in (member, answer(capsys, "ls")["mappings"][0]["container"]):
        said = refused(capsys, "publish", name, "61932:80")
        assert "belongs to pod shop: its ports are the pod's" in said
        assert "podman pod create -p" in said
    assert "is a pod" in refused(capsys, "publish", "shop", "61932:80")
    freed = answer(capsys, "who", "61931", "--free", "--how", "stop", "-y", code=1)
    assert "podman pod stop shop" in freed["reason"]
    assert answer(capsys, "loopback", "-y") == {"schema": 1, "changes": []}


def test_a_container_in_anothers_network_is_told_by_its_owner(
    podman_engine: Podman, capsys: pytest.CaptureFixture[str]
) -> None:
    owner = run(podman_engine, "vpn", ("127.0.0.1", 61933, 81))
    network = {"NetworkMode": f"container:{owner}"}
    run(podman_engine, "app", host=network, Env=["LISTEN=81"])
    assert wait_until(lambda: served_by(capsys, 61933) == "app", 20)
    rows = answer(capsys, "ls")["mappings"]
    assert [(row["container"], row["host_port"]) for row in rows] == [("vpn", 61933)]
    (holder,) = answer(capsys, "who", "61933")["holders"]
    assert (holder["container"], holder["shared_with"]) == ("vpn", ["app"])
    assert "pmap publish vpn 61934:81" in refused(capsys, "publish", "app", "61934:81")
    assert answer(capsys, "publish", "vpn", "61934:81", "-y")["status"] == "applied"
    assert wait_until(lambda: "pmap: it works" in page(61934), 20)


def test_a_container_on_the_hosts_network_is_named(
    podman_engine: Podman, capsys: pytest.CaptureFixture[str]
) -> None:
    run(podman_engine, "host", host={"NetworkMode": "host"}, Env=["LISTEN=61935"])

    def holders() -> list[dict[str, Any]]:
        return list(answer(capsys, "who", "61935")["holders"])

    assert wait_until(lambda: bool(holders()), 20)
    assert [(h["kind"], h["container"]) for h in holders()] == [("container", "host")]
    rows = answer(capsys, "ls")["mappings"]
    assert [(row["source"], row["host_port"]) for row in rows] == [("host-network", 61935)]
    assert "uses the host's own network" in refused(capsys, "publish", "host", "61936:80")


def test_what_vanishes_and_what_is_paused_is_refused(
    podman_engine: Podman, capsys: pytest.CaptureFixture[str]
) -> None:
    run(podman_engine, "gone", host={"AutoRemove": True})
    assert "--rm" in refused(capsys, "publish", "gone", "61937")
    paused = run(podman_engine, "paused")
    podman_engine.api.call("POST", f"/containers/{paused}/pause")
    assert "paused" in refused(capsys, "publish", "paused", "61937")
    podman_engine.api.call("POST", f"/containers/{paused}/unpause")


def test_its_events_are_followed(podman_engine: Podman) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "manager", "watch", "--json"],
        env=os.environ,
        stdout=subprocess.PIPE,
        text=True,
    ) as watch:
        try:
            assert watch.stdout is not None
            lines = (json.loads(line) for line in watch.stdout)
            assert next(lines)["change"] == "connected"
            web = run(podman_engine, "web", ("127.0.0.1", 61938, 80))
            bound = next(line for line in lines if line["mapping"] and line["mapping"]["bound"])
            assert bound["mapping"]["host_port"] == 61938
            podman_engine.api.call("DELETE", f"/containers/{web}", {"force": "1"})
            assert next(line for line in lines if line["change"] == "removed")["cause"]
        finally:
            watch.kill()
