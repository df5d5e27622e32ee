"""`pmap who PORT --free` beside real engines and real processes; and networks that are shared."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from engine_process import wait_until
from pytest_engines import LiveEngine

from manager.cli.main import main
from manager.host.ending import LiveProcesses
from manager.host.inside import listening_inside
from manager.host.live import LiveHost

SECONDS = 30
LISTEN = (
    "import signal, socket, sys\n"
    "{before}"
    "server = socket.create_server(('127.0.0.1', int(sys.argv[1])))\n"
    "print('ready', flush=True)\n"
    "signal.pause()\n"
)
STUBBORN = "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"


@pytest.fixture(autouse=True)
def speaks_to_it(live_engine: LiveEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", live_engine.host)


def run(engine: LiveEngine, name: str, image: str = "web", **host: Any) -> str:
    env = host.pop("Env", [])
    exposed: dict[str, Any] = {port: {} for port in host.get("PortBindings", {})}
    body = {
        "Image": f"pmap/{image}",
        "StopTimeout": 1,
        "Env": env,
        "ExposedPorts": exposed,
        "HostConfig": host,
    }
    made = engine.api.call("POST", "/containers/create", {"name": name}, body).json()
    engine.api.call("POST", f"/containers/{made['Id']}/start")
    return str(made["Id"])


def published(port: int, inside: int = 80) -> dict[str, Any]:
    binding = {"HostIp": "127.0.0.1", "HostPort": str(port)}
    return {f"{inside}/tcp": [binding]}


@contextmanager
def process(port: int, before: str = "") -> Iterator[subprocess.Popen[str]]:
    """A process that listens on a port."""
    command = [sys.executable, "-c", LISTEN.format(before=before), str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        try:
            assert child.stdout is not None
            assert child.stdout.readline() == "ready\n"
            yield child
        finally:
            child.kill()


def answer(capsys: pytest.CaptureFixture[str], *argv: str, code: int = 0) -> Any:
    assert main([*argv, "--json"]) == code
    return json.loads(capsys.readouterr().out)


def page(number: int) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{number}/", timeout=10) as reply:
        return str(reply.read().decode())


def test_a_containers_mapping_is_moved(
    live_engine: LiveEngine, prefix: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run(live_engine, f"{prefix}web", PortBindings=published(61951))
    found = answer(capsys, "who", "61951", "--free", "--how", "move", "-y")
    assert found["free"] is True
    moved = found["done"][0]["change"]["after"][0]["host_port"]
    assert moved != 61951
    assert "pmap: it works" in page(moved)
    assert answer(capsys, "who", "61951")["holders"] == []


def test_a_container_is_stopped(
    live_engine: LiveEngine, prefix: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run(live_engine, f"{prefix}web", PortBindings=published(61953))
    assert answer(capsys, "who", "61953", "--free", "--how", "stop", "-y")["free"] is True
    state = live_engine.api.get(f"/containers/{prefix}web/json")["State"]
    assert state["Status"] == "exited"


def test_a_container_on_the_hosts_network_is_stopped_and_not_shot(
    live_engine: LiveEngine, prefix: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run(live_engine, f"{prefix}host", NetworkMode="host", Env=["LISTEN=61954"])
    assert wait_until(lambda: bool(LiveHost().listeners(61954)), SECONDS)
    refused = answer(capsys, "who", "61954", "--free", "--how", "kill", "-y", code=1)
    assert refused["done"] == []
    assert [way["how"] for way in refused["offers"][0]["ways"]] == ["stop"]
    assert answer(capsys, "who", "61954", "--free", "--how", "stop", "-y")["free"] is True


def test_a_process_is_ended_and_a_stubborn_one_killed_on_request(
    live_engine: LiveEngine, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with process(61955) as child:
        found = answer(capsys, "who", "61955", "--free", "--how", "end", "-y")
        assert found["free"] is True
        assert child.wait(SECONDS) == -15
    monkeypatch.setattr("manager.freeing.PATIENCE", 0.3)
    with process(61956, STUBBORN) as child:
        left = answer(capsys, "who", "61956", "--free", "--how", "end", "-y", code=1)
        assert "--how kill" in left["hint"]
        assert child.poll() is None
        found = answer(capsys, "who", "61956", "--free", "--how", "kill", "-y")
        assert [deed["how"] for deed in found["done"]] == ["kill"]
        assert child.wait(SECONDS) == -9


def test_docker_proxy_and_the_engine_are_never_proposed(
    live_engine: LiveEngine, prefix: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Not for the port that it serves, not as a ghost that serves nobody, not by its pid."""
    run(live_engine, f"{prefix}web", PortBindings=published(61957))
    (proxy,) = LiveHost().listeners(61957)
    assert proxy.process is not None
    assert proxy.process.name == "docker-proxy"
    offered = answer(capsys, "who", "61957", "--free", code=2)["offers"]
    assert [way["how"] for offer in offered for way in offer["ways"]] == ["move", "stop"]
    assert "docker-proxy" not in json.dumps(offered)
    assert "docker-proxy" in LiveProcesses().untouchable(proxy.process)
    binary = os.readlink(f"/proc/{proxy.process.pid}/exe")
    # It tells its parent through descriptor 3 that it listens.
    ghost = [
        "sh", "-c", 'exec "$@" 3>/dev/null', "sh", binary, "-proto", "tcp",
        "-host-ip", "127.0.0.1", "-host-port", "61958",
        "-container-ip", "127.0.0.1", "-container-port", "9",
    ]  # fmt: skip
    with subprocess.Popen(ghost) as child:
        try:
            assert wait_until(lambda: bool(LiveHost().listeners(61958)), SECONDS)
            refused = answer(capsys, "who", "61958", "--free", "--how", "kill", "-y", code=1)
            assert refused["offers"][0]["ways"] == []
            assert child.poll() is None
        finally:
            child.kill()
    assert "pmap: it works" in page(61957)


def test_a_process_of_another_engines_container_is_left_alone(
    live_engine: LiveEngine, prefix: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Asked without its engine, it is known by its control group."""
    run(live_engine, f"{prefix}host", NetworkMode="host", Env=["LISTEN=61959"])
    assert wait_until(lambda: bool(LiveHost().listeners(61959)), SECONDS)
    nobody = "unix:///nowhere/docker.sock"
    found = answer(capsys, "-H", nobody, "who", "61959", "--free", "--how", "end", "-y", code=1)
    assert "it runs in container" in found["offers"][0]["why_not"]
    assert LiveHost().listeners(61959)


def typed(answers: bytes, *argv: str) -> tuple[int, str]:
    """A command on a terminal of its own, with answers typed ahead; its code and its screen."""
    master, slave = pty.openpty()
    command = [sys.executable, "-m", "manager", *argv]
    environment = os.environ | {"NO_COLOR": "1", "TERM": "dumb"}
    with subprocess.Popen(
        command, stdin=slave, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment
    ) as child:
        os.close(slave)
        os.write(master, answers)
        assert child.stdout is not None
        shown = child.stdout.read().decode()
        code = child.wait(SECONDS)
    os.close(master)
    return code, shown


def test_on_a_terminal_it_asks(live_engine: LiveEngine, prefix: str) -> None:
    run(live_engine, f"{prefix}web", PortBindings=published(61960))
    code, shown = typed(b"\n", "who", "61960", "--free")
    assert code == 130
    assert "1  move it" in shown
    assert "2  stop container" in shown
    assert re.search(r"another port: \d+ is free", shown)
    code, shown = typed(b"1\ny\n", "who", "61960", "--free")
    assert code == 0
    assert re.search(r"\+ 127\.0\.0\.1:\d+ -> 80/tcp", shown)
    assert "61960 is free now" in shown
    with process(61962) as child:
        code, shown = typed(b"1\n", "who", "61962", "--free")
        assert code == 0
        assert f"ended process {child.pid}" in shown


def test_a_container_in_anothers_network_is_told_by_its_owner(
    live_engine: LiveEngine, prefix: str, capsys: pytest.CaptureFixture[str]
) -> None:
    vpn, app = f"{prefix}vpn", f"{prefix}app"
    owner = run(live_engine, vpn, "db", PortBindings=published(61963, 81))
    run(live_engine, app, NetworkMode=f"container:{owner}", Env=["LISTEN=81"])
    pid = int(live_engine.api.get(f"/containers/{owner}/json")["State"]["Pid"])
    assert wait_until(lambda: 81 in {s.host_port for s in listening_inside(pid) or ()}, SECONDS)
    (holder,) = answer(capsys, "who", "61963")["holders"]
    served = (vpn, [app], app)
    assert (holder["container"], holder["shared_with"], holder["served_by"]) == served
    (row,) = answer(capsys, "ls", app)["mappings"]
    assert (row["container"], row["served_by"]) == (vpn, app)
    assert main(["ls", app]) == 0
    said = capsys.readouterr().out
    assert f"{vpn} ({app})" in said
    assert f"{app} lives in the network of {vpn}" in said
    assert main(["who", "61963"]) == 0
    assert f"served by  {app}, which lives in its network" in capsys.readouterr().out
    assert main(["probe", app]) == 1
    assert f"hint: pmap probe {vpn}" in capsys.readouterr().err
    assert main(["publish", app, "61964:81", "-y"]) == 1
    assert f"pmap publish {vpn} 61964:81" in capsys.readouterr().err


def test_a_container_that_shares_the_hosts_network_through_another_is_named(
    live_engine: LiveEngine, prefix: str, capsys: pytest.CaptureFixture[str]
) -> None:
    owner = run(live_engine, f"{prefix}host", NetworkMode="host", Env=["LISTEN=61965"])
    shared = f"container:{owner}"
    run(live_engine, f"{prefix}on-host", NetworkMode=shared, Env=["LISTEN=61966"])
    assert wait_until(lambda: bool(LiveHost().listeners(61966)), SECONDS)
    (holder,) = answer(capsys, "who", "61966")["holders"]
    assert (holder["kind"], holder["container"]) == ("container", f"{prefix}on-host")
    rows = {row["host_port"]: row["container"] for row in answer(capsys, "ls")["mappings"]}
    assert (rows[61965], rows[61966]) == (f"{prefix}host", f"{prefix}on-host")
