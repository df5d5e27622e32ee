"""An engine without root: rootlesskit holds the ports on this host, and containers are named."""

from __future__ import annotations

import json
import socket
import urllib.request
from typing import Any

import pytest
from engine_rootless import Rootless

from manager.cli.main import main
from manager.host.live import LiveHost

pytestmark = pytest.mark.live


def run(engine: Rootless, name: str, *ports: int, host: dict[str, Any] | None = None) -> str:
    bindings = [{"HostIp": "127.0.0.1", "HostPort": str(port)} for port in ports]
    settings = {"PortBindings": {"80/tcp": bindings}, **(host or {})}
    body = {"Image": "pmap/web", "StopTimeout": 1, "HostConfig": settings}
    made = engine.api.call("POST", "/containers/create", {"name": name}, body).json()
    engine.api.call("POST", f"/containers/{made['Id']}/start")
    return str(made["Id"])


def answer(capsys: pytest.CaptureFixture[str], *argv: str, code: int = 0) -> Any:
    assert main([*argv, "--json"]) == code
    return json.loads(capsys.readouterr().out)


def page(number: int) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{number}/", timeout=10) as reply:
        return str(reply.read().decode())


def test_rootlesskit_is_resolved_to_the_container(
    rootless_engine: Rootless, capsys: pytest.CaptureFixture[str]
) -> None:
    run(rootless_engine, "web", 61941)
    (listener,) = LiveHost().listeners(61941)
    assert listener.process is not None
    assert (listener.process.name, listener.for_engine) == ("rootlesskit", True)
    assert answer(capsys, "ls")["engine"]["local"] is True
    (holder,) = answer(capsys, "who", "61941")["holders"]
    assert (holder["kind"], holder["container"], holder["pid"]) == ("container", "web", None)
    assert "rootlesskit" not in json.dumps(answer(capsys, "ls", "--host")["mappings"])


def test_rootlesskit_is_never_ended(
    rootless_engine: Rootless, capsys: pytest.CaptureFixture[str]
) -> None:
    run(rootless_engine, "web", 61942)
    refused = answer(capsys, "who", "61942", "--free", "--how", "kill", "-y", code=1)
    assert refused["done"] == []
    assert [way["how"] for way in refused["offers"][0]["ways"]] == ["move", "stop"]
    assert "pmap: it works" in page(61942)
    freed = answer(capsys, "who", "61942", "--free", "--how", "move", "-y")
    assert freed["free"] is True
    assert "pmap: it works" in page(freed["done"][0]["change"]["after"][0]["host_port"])


def test_a_port_is_published_and_given_back(
    rootless_engine: Rootless, capsys: pytest.CaptureFixture[str]
) -> None:
    run(rootless_engine, "web", 61944)
    assert answer(capsys, "publish", "web", "61945", "-y")["status"] == "applied"
    assert "pmap: it works" in page(61945)
    undone = answer(capsys, "undo", "-y")
    assert [m["host_port"] for m in undone["after"]] == [61944]


def test_a_process_of_this_host_is_in_its_way(
    rootless_engine: Rootless, capsys: pytest.CaptureFixture[str]
) -> None:
    """The host is known: its ports are the engine's."""
    run(rootless_engine, "web")
    with socket.create_server(("127.0.0.1", 61946)):
        refused = answer(capsys, "publish", "web", "61946", "-y", code=1)
    assert refused["conflicts"][0]["holder"]["kind"] == "process"


def test_a_low_port_is_warned_of_and_rolled_back(
    rootless_engine: Rootless, capsys: pytest.CaptureFixture[str]
) -> None:
    container = run(rootless_engine, "web")
    failed = answer(capsys, "publish", "web", "87", "-y", code=4)
    assert any("ip_unprivileged_port_start=87" in text for text in failed["warnings"])
    assert "privileged port 87" in failed["reason"]
    assert rootless_engine.api.get("/containers/web/json")["Id"] == container


def test_its_host_network_is_not_this_hosts(
    rootless_engine: Rootless, capsys: pytest.CaptureFixture[str]
) -> None:
    """Such a container listens in rootlesskit's own network: nothing of it is reached here."""
    run(rootless_engine, "host", host={"NetworkMode": "host", "PortBindings": {}})
    assert answer(capsys, "ls")["mappings"] == []
