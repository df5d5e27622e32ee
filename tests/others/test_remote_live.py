"""An engine through ssh and through TLS: what is said of its host, and what is never asked here."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
from engine_extras import Extras
from engine_ssh import SshServer
from engine_tls import TlsServer, make_certificates
from pytest_engines import LiveEngine

from manager.cli.main import main
from manager.host.live import LiveHost

ON_ONE = pytest.mark.parametrize("live_engine", ["28.5"], indirect=True)
"""What has nothing to do with the engine's age is tried on one."""

ASKED_HERE = (
    "listeners", "process", "ephemeral_range", "bind_error", "connect", "addresses",
    "listening_inside", "serving_inside", "owner_of",
)  # fmt: skip


def web(engine: LiveEngine, name: str, *host_ports: int) -> str:
    bindings = [{"HostIp": "127.0.0.1", "HostPort": str(port)} for port in host_ports]
    body = {
        "Image": "pmap/web",
        "StopTimeout": 1,
        "HostConfig": {"PortBindings": {"80/tcp": bindings}},
    }
    made = engine.api.call("POST", "/containers/create", {"name": name}, body).json()
    engine.api.call("POST", f"/containers/{made['Id']}/start")
    return str(made["Id"])


def answer(capsys: pytest.CaptureFixture[str], *argv: str, code: int = 0) -> Any:
    assert main([*argv, "--json"]) == code
    return json.loads(capsys.readouterr().out)


def ports(engine: LiveEngine, name: str) -> dict[str, Any]:
    found = engine.api.get(f"/containers/{name}/json")
    return dict(found["HostConfig"]["PortBindings"])


@pytest.fixture
def nobody_asks_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """This host's sockets say nothing of a remote engine: whoever looks at them fails."""

    def refuse(*_: object, **__: object) -> None:
        pytest.fail("this host was asked, and the engine is on another")

    for name in ASKED_HERE:
        monkeypatch.setattr(LiveHost, name, refuse)


@pytest.mark.usefixtures("nobody_asks_here")
def test_through_ssh_containers_are_known_and_the_host_is_not(
    live_engine: LiveEngine, prefix: str, behind_ssh: SshServer, capsys: pytest.CaptureFixture[str]
) -> None:
    name = f"{prefix}web"
    web(live_engine, name, 61861)
    found = answer(capsys, "-H", behind_ssh.url, "ls", name, "--host")
    assert found["engine"]["host"] == behind_ssh.url
    assert found["engine"]["local"] is False
    assert [row["host_port"] for row in found["mappings"]] == [61861]
    held = answer(capsys, "-H", behind_ssh.url, "who", "61861")
    assert [holder["container"] for holder in held["holders"]] == [name]
    assert held["host_known"] is False


@ON_ONE
def run_wide(engine: LiveEngine, name: str, port: int, listen: str) -> None:
    """A container whose port is open on every address."""
    bindings = {"80/tcp": [{"HostIp": "0.0.0.0", "HostPort": str(port)}]}
    body = {
        "Image": "pmap/web",
        "Env": [f"LISTEN={listen}"],
        "HostConfig": {"PortBindings": bindings},
    }
    made = engine.api.call("POST", "/containers/create", {"name": name}, body).json()
    engine.api.call("POST", f"/containers/{made['Id']}/start")


@pytest.mark.usefixtures("nobody_asks_here")
def test_a_remote_port_is_asked_from_outside_and_its_inside_is_not_claimed(
    live_engine: LiveEngine, prefix: str, behind_ssh: SshServer, capsys: pytest.CaptureFixture[str]
) -> None:
    inward, near = f"{prefix}inward", f"{prefix}near"
    run_wide(live_engine, inward, 61868, "127.0.0.1:80")
    web(live_engine, near, 61869)
    bridge = live_engine.api.get("/networks/bridge")["IPAM"]["Config"][0]["Gateway"]
    url = behind_ssh.url.replace("127.0.0.1", bridge)
    (port,) = answer(capsys, "-H", url, "probe", inward, code=1)["ports"]
    (row,) = port["mappings"]
    assert (row["inside"], row["answering"]) == (None, False)
    assert row["why"]["cause"] == "nothing-listens"
    assert (
        "or only on its own loopback; what does listen cannot be seen from here"
        in (row["why"]["sentence"])
    )
    assert row["why"]["next"].startswith(f"docker run --rm --network container:{inward} ")
    # A loopback port of another host cannot be asked, and that is no finding. Nor can any port of
    # one that is reached by 127.0.0.1, where this host answers.
    for name, way in ((near, url), (near, behind_ssh.url), (inward, behind_ssh.url)):
        (port,) = answer(capsys, "-H", way, "probe", name)["ports"]
        assert port["mappings"][0]["answering"] is None
        assert "cannot be asked from here" in port["sentences"][0]


@pytest.mark.usefixtures("nobody_asks_here")
def test_a_port_that_no_remote_container_holds_is_not_called_free(
    live_engine: LiveEngine, prefix: str, behind_ssh: SshServer, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 61862)):
        assert main(["-H", behind_ssh.url, "who", "61862"]) == 0
        said = capsys.readouterr().out
        assert "no container holds 61862; it may be free" in said
        assert "cannot be seen from here" in said
        found = answer(capsys, "-H", behind_ssh.url, "free", "--near", "61862")
    assert found["ports"] == [61862]
    assert found["host_known"] is False
    assert main(["-H", behind_ssh.url, "free"]) == 0
    assert "only containers were asked" in capsys.readouterr().err


@pytest.mark.usefixtures("nobody_asks_here")
def test_a_change_goes_through_ssh_and_says_what_it_could_not_verify(
    live_engine: LiveEngine, prefix: str, behind_ssh: SshServer, capsys: pytest.CaptureFixture[str]
) -> None:
    name = f"{prefix}web"
    web(live_engine, name, 61863)
    found = answer(capsys, "-H", behind_ssh.url, "publish", name, "61864", "-y")
    assert found["status"] == "applied"
    assert any("cannot be seen from here" in text for text in found["warnings"])
    assert any("answers were not asked for" in text for text in found["warnings"])
    assert sorted(b["HostPort"] for b in ports(live_engine, name)["80/tcp"]) == ["61863", "61864"]
    moved = answer(capsys, "-H", behind_ssh.url, "who", "61864", "--free", "--how", "move", "-y")
    assert moved["free"] is True
    undone = answer(capsys, "-H", behind_ssh.url, "undo", "-y")
    assert {m["host_port"] for m in undone["after"]} == {61863, 61864}


@ON_ONE
@pytest.mark.usefixtures("nobody_asks_here")
def test_a_taken_port_is_refused_by_what_the_remote_engine_knows(
    live_engine: LiveEngine, prefix: str, behind_ssh: SshServer, capsys: pytest.CaptureFixture[str]
) -> None:
    web(live_engine, f"{prefix}one", 61865)
    container = web(live_engine, f"{prefix}two")
    refused = answer(capsys, "-H", behind_ssh.url, "publish", f"{prefix}two", "61865", "-y", code=1)
    assert refused["conflicts"][0]["holder"]["container"] == f"{prefix}one"
    assert live_engine.api.get(f"/containers/{prefix}two/json")["Id"] == container


def test_a_port_that_a_remote_process_holds_is_rolled_back(
    live_engine: LiveEngine, prefix: str, behind_ssh: SshServer, capsys: pytest.CaptureFixture[str]
) -> None:
    """It cannot be known beforehand: the engine says so, and the old container runs again."""
    container = web(live_engine, f"{prefix}web", 61866)
    with socket.create_server(("127.0.0.1", 61867)):
        failed = answer(
            capsys, "-H", behind_ssh.url, "publish", f"{prefix}web", "61867", "-y", code=4
        )
    assert failed["status"] == "rolled-back"
    assert failed["reason"]
    now = live_engine.api.get(f"/containers/{prefix}web/json")
    assert (now["Id"], now["State"]["Running"]) == (container, True)


@ON_ONE
def test_an_ssh_that_gets_nowhere_says_what_ssh_says(
    live_engine: LiveEngine, behind_ssh: SshServer, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = behind_ssh.url.replace("root@", "nobody-here@")
    assert main(["-H", wrong, "ls"]) == 3
    said = capsys.readouterr().err
    assert "ssh says: " in said
    assert "Permission denied" in said
    assert f"docker -H {wrong} version" in said


@ON_ONE
def test_nothing_of_the_tunnel_stays(
    live_engine: LiveEngine, prefix: str, behind_ssh: SshServer, tmp_path: Path
) -> None:
    """Neither an ssh nor a folder, whether it ends by itself or by Ctrl-C."""
    environment = os.environ | {"DOCKER_HOST": behind_ssh.url, "TMPDIR": str(tmp_path)}
    command = [sys.executable, "-m", "manager"]
    subprocess.run([*command, "ls"], env=environment, check=True, capture_output=True)
    with subprocess.Popen(
        [*command, "watch"], env=environment, stdout=subprocess.PIPE, text=True
    ) as watch:
        assert watch.stdout is not None
        assert "connected" in watch.stdout.readline()
        assert list(tmp_path.glob("pmap-ssh-*"))
        watch.send_signal(signal.SIGINT)
        assert watch.wait(30) == 130
    assert not list(tmp_path.glob("pmap-ssh-*"))
    assert tempfile.gettempdir() != str(tmp_path)


@ON_ONE
def test_events_come_through_ssh(
    live_engine: LiveEngine, prefix: str, behind_ssh: SshServer
) -> None:
    environment = os.environ | {"DOCKER_HOST": behind_ssh.url}
    with subprocess.Popen(
        [sys.executable, "-m", "manager", "watch", "--json"],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    ) as watch:
        try:
            assert watch.stdout is not None
            assert json.loads(watch.stdout.readline())["change"] == "connected"
            web(live_engine, f"{prefix}web", 61868)
            rows = (json.loads(line)["mapping"] for line in watch.stdout)
            own = (row for row in rows if row and row["container"] == f"{prefix}web")
            assert next(own)["host_port"] == 61868
        finally:
            watch.kill()


@pytest.fixture
def tls_settings(behind_tls: TlsServer, monkeypatch: pytest.MonkeyPatch) -> TlsServer:
    monkeypatch.setenv("DOCKER_TLS_VERIFY", "1")
    monkeypatch.setenv("DOCKER_CERT_PATH", str(behind_tls.folder))
    return behind_tls


def test_through_tls_on_this_host_the_host_is_known(
    live_engine: LiveEngine, prefix: str, tls_settings: TlsServer,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    name = f"{prefix}web"
    web(live_engine, name, 61869)
    with socket.create_server(("127.0.0.1", 61870)):
        found = answer(capsys, "-H", tls_settings.url, "ls", name)
        assert found["engine"]["local"] is True
        assert [row["host_port"] for row in found["mappings"]] == [61869]
        held = answer(capsys, "-H", tls_settings.url, "who", "61870")
        assert [holder["pid"] for holder in held["holders"]] == [os.getpid()]
    changed = answer(capsys, "-H", tls_settings.url, "publish", name, "61871", "-y")
    assert changed["status"] == "applied"


@pytest.mark.usefixtures("nobody_asks_here")
def test_through_tls_an_engine_elsewhere_is_elsewhere(
    live_engine: LiveEngine,
    prefix: str,
    tls_settings: TlsServer,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Reached by an address that is not the one we speak from: nothing here speaks for it."""
    url = tls_settings.url.replace("127.0.0.1", "127.0.0.2")
    name = f"{prefix}web"
    web(live_engine, name, 61872)
    found = answer(capsys, "-H", url, "ls", name, "--host")
    assert found["engine"]["local"] is False
    assert [row["host_port"] for row in found["mappings"]] == [61872]
    assert answer(capsys, "-H", url, "publish", name, "61873", "-y")["status"] == "applied"


@ON_ONE
@pytest.mark.parametrize("files", [[], ["ca.pem"], ["other"]], ids=["plain", "no-cert", "other"])
def test_without_the_right_certificates_it_is_said_what_to_look_at(
    openssl: Extras,
    behind_tls: TlsServer,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    files: list[str],
) -> None:
    """Plain; without a client's certificate; with those of another authority."""
    folder = behind_tls.folder / "mine"
    folder.mkdir()
    if files:
        monkeypatch.setenv("DOCKER_TLS_VERIFY", "1")
        monkeypatch.setenv("DOCKER_CERT_PATH", str(folder))
    if files == ["other"]:
        make_certificates(openssl, folder)
    elif files:
        (folder / "ca.pem").write_bytes((behind_tls.folder / "ca.pem").read_bytes())
    assert main(["-H", behind_tls.url, "ls"]) == 3
    said = capsys.readouterr().err
    assert "no engine answers" in said or "no secure connection" in said
    if files:
        assert "DOCKER_CERT_PATH" in said
