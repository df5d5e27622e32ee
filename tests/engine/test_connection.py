"""Connecting: what is there, what is not, what may not be opened, and over ssh."""

from __future__ import annotations

import os
import socket
import stat
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from fake_engine import always, on_unix, ping, reply, serving

from manager.engine.connection import connect, resolve_endpoint
from manager.engine.docker_engine import DockerEngine
from manager.errors import EngineError, EnginePermission, EngineUnavailable, NoSuchContainer


def open_engine(url: str) -> DockerEngine:
    return connect(resolve_endpoint(None, url, {}))


def healthy(path: str, connection: socket.socket) -> bool:
    """An engine without containers."""
    if path == "/_ping":
        connection.sendall(ping())
    elif path.startswith("/v1.51/containers/json"):
        connection.sendall(reply([]))
    else:
        connection.sendall(reply({"message": "no"}, "404 Not Found"))
    return True


@contextmanager
def as_nobody() -> Iterator[None]:
    """What a user without rights may do. Root may open everything, so it steps aside."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_healthy_one_is_connected_with_its_own_version(tmp_path: Path) -> None:
    with on_unix(tmp_path, healthy) as (url, asked), closing(open_engine(url)) as engine:
        assert engine.containers() == ()
        assert asked[0] == "/_ping"
        with pytest.raises(NoSuchContainer):
            engine.record("nobody")


def test_no_socket_is_said_with_its_path_and_how_to_start(tmp_path: Path) -> None:
    with pytest.raises(EngineUnavailable, match="there is no such socket") as caught:
        open_engine(f"unix://{tmp_path}/none.sock")
    assert str(tmp_path) in caught.value.message
    assert caught.value.hint


def test_a_socket_that_nobody_listens_on_is_told_from_none(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as left_over:
        left_over.bind(str(tmp_path / "x.sock"))
    with pytest.raises(EngineUnavailable, match="nothing listens there"):
        open_engine(f"unix://{tmp_path}/x.sock")


def test_a_refused_port_is_said() -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        with pytest.raises(EngineUnavailable, match="nothing listens there"):
            open_engine(f"tcp://127.0.0.1:{holder.getsockname()[1]}")


def test_a_socket_of_others_names_itself_and_the_way_in() -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        with on_unix(folder, healthy) as (url, _):
            (folder / "engine.sock").chmod(0)
            with as_nobody(), pytest.raises(EnginePermission) as caught:
                open_engine(url)
    assert str(folder) in caught.value.message
    assert "sudo" in caught.value.hint


def test_one_that_closes_at_once_is_no_engine(tmp_path: Path) -> None:
    silent = on_unix(tmp_path, lambda *_: False)
    with silent as (url, _), pytest.raises(EngineUnavailable, match="without an answer"):
        open_engine(url)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (reply({"message": "down"}, "503 Service Unavailable"), "status 503"),
        (reply(b"OK"), "names no Engine API version"),
        (reply(b"OK", headers="Api-Version: latest\r\n"), "names no Engine API version"),
        (ping("1.40"), r"speaks API 1\.40"),
    ],
)
def test_one_that_cannot_be_used_is_told_why(tmp_path: Path, answer: bytes, said: str) -> None:
    with on_unix(tmp_path, always(answer)) as (url, _), pytest.raises(EngineError, match=said):
        open_engine(url)


def test_a_tls_port_asked_plainly_names_the_variables(tmp_path: Path) -> None:
    answer = reply(b"Client sent an HTTP request to an HTTPS server.", "400 Bad Request")
    with on_unix(tmp_path, always(answer)) as (url, _), pytest.raises(EngineError) as caught:
        open_engine(url)
    assert "DOCKER_TLS_VERIFY" in caught.value.hint


def test_a_plain_port_asked_for_tls_is_said_to_have_none() -> None:
    env = {"DOCKER_TLS": "1"}
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        with serving(listener, healthy):
            url = f"tcp://127.0.0.1:{listener.getsockname()[1]}"
            with pytest.raises(EngineUnavailable):
                connect(resolve_endpoint(None, url, env))


def test_certificates_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    env = {"DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": str(tmp_path)}
    for name in ("ca", "cert", "key"):
        (tmp_path / f"{name}.pem").write_text("no certificate")
    with pytest.raises(EngineUnavailable, match="no secure connection") as caught:
        connect(resolve_endpoint(None, "tcp://127.0.0.1:1", env))
    assert "DOCKER_CERT_PATH" in caught.value.hint


def test_an_engine_that_goes_away_is_said_at_the_next_call(tmp_path: Path) -> None:
    with on_unix(tmp_path, healthy) as (url, _):
        engine = open_engine(url)
    with closing(engine), pytest.raises(EngineUnavailable):
        engine.containers()


FAKE_SSH = """#!{python}
import os, socket, sys, threading
with open(os.environ["FAKE_SSH_LOG"], "a") as log:
    log.write(" ".join(sys.argv[1:]) + "\\n")
target = os.environ["FAKE_SSH_TARGET"]
if not target:
    sys.exit("me@far: Permission denied (publickey).")
there = socket.socket(socket.AF_UNIX)
there.connect(target)
def pump(read, write, end):
    while data := read(65536):
        write(data)
    end()
back = threading.Thread(target=pump, args=(there.recv, lambda d: os.write(1, d), lambda: None))
back.start()
pump(lambda n: os.read(0, n), there.sendall, lambda: there.shutdown(socket.SHUT_WR))
back.join()
"""


@pytest.fixture
def ssh_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An ssh that leads to FAKE_SSH_TARGET, first on PATH; what it was called with."""
    program = tmp_path / "bin" / "ssh"
    program.parent.mkdir()
    program.write_text(FAKE_SSH.replace("{python}", sys.executable))
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    log = tmp_path / "ssh.log"
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("FAKE_SSH_LOG", str(log))
    monkeypatch.setenv("FAKE_SSH_TARGET", "")
    return log


def test_an_engine_over_ssh(tmp_path: Path, ssh_log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = set(threading.enumerate())
    with on_unix(tmp_path, healthy) as (url, _):
        monkeypatch.setenv("FAKE_SSH_TARGET", url.removeprefix("unix://"))
        engine = open_engine("ssh://me@far.test:2222/run/user/1/docker.sock")
        with closing(engine):
            assert engine.containers() == ()
    call = ssh_log.read_text().splitlines()[0]
    assert "-l me -p 2222 -- far.test docker --host unix:///run/user/1/docker.sock" in call
    assert call.endswith("system dial-stdio")
    left = set(threading.enumerate()) - before
    assert not [thread for thread in left if thread.name == "pmap-ssh"]


def test_what_ssh_says_is_passed_on(ssh_log: Path) -> None:
    with pytest.raises(EngineUnavailable, match="Permission denied") as caught:
        open_engine("ssh://me@far.test")
    assert "docker -H ssh://me@far.test version" in caught.value.hint
    assert ssh_log.exists()
