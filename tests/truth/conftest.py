"""Real containers, a neighbour on the network segment, and pmap run as a person runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from engine_command import environment
from engine_images import busybox
from engine_layout import engine_named
from pytest_engines import LiveEngine

from manager.host.inside import listening_inside

ROOT = Path(__file__).parents[2]
OUR_END, THEIR_END = "192.0.2.1", "192.0.2.2"
CONNECT = """
import sys
from ipaddress import ip_address
from manager.host.connect import connect
ask = b"GET / HTTP/1.0\\r\\n\\r\\n"
result = connect(ip_address(sys.argv[1]), int(sys.argv[2]), timeout=2, payload=ask)
print(result.answer)
"""


@dataclass(frozen=True, slots=True)
class Ran:
    """How a pmap ended, and what it said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The JSON object that it printed."""
        return json.loads(self.out)


@dataclass(slots=True)
class Rig:
    """One engine with what a test needs of it. `published` as in `docker run -p`."""

    live: LiveEngine
    prefix: str
    home: Path
    path: list[str] = field(default_factory=list)
    enter: tuple[str, ...] = ()
    """Stands before pmap's command: into other mounts, say."""

    def run(
        self, name: str, image: str, *published: str, env: tuple[str, ...] = (), **host: Any
    ) -> str:
        """Create and start a container; its id. Raises ApiError when it does not start."""
        made = self.create(name, image, *published, env=env, **host)
        self.live.api.call("POST", f"/containers/{made}/start")
        return made

    def create(
        self, name: str, image: str, *published: str, env: tuple[str, ...] = (), **host: Any
    ) -> str:
        """Create a container; its id."""
        bindings: dict[str, list[dict[str, str]]] = {}
        for text in published:
            outside, _, inner = text.rpartition(":")
            address, _, port = outside.rpartition(":")
            inner = inner if "/" in inner else f"{inner}/tcp"
            bindings.setdefault(inner, []).append({"HostIp": address, "HostPort": port})
        command = host.pop("command", None)
        body = {
            "Image": f"pmap/{image}",
            "Env": list(env),
            "ExposedPorts": {port: {} for port in bindings},
            "HostConfig": {"Init": False, "PortBindings": bindings, **host},
            **({"Cmd": command} if command else {}),
        }
        query = {"name": self.name(name)}
        return str(self.live.api.call("POST", "/containers/create", query, body).json()["Id"])

    def name(self, name: str) -> str:
        """The container's name, which is the test's alone."""
        return f"{self.prefix}{name}"

    def record(self, container: str) -> Mapping[str, Any]:
        """The engine's own inspect."""
        found: Mapping[str, Any] = self.live.api.get(f"/containers/{container}/json")
        return found

    def address(self, container: str, network: str = "bridge") -> str:
        """The container's own address."""
        return str(self.record(container)["NetworkSettings"]["Networks"][network]["IPAddress"])

    def listens(self, container: str, port: int) -> None:
        """Wait until the app in the container listens on that port, wherever."""
        pid = int(self.record(container)["State"]["Pid"])
        self.until(lambda: port in {s.host_port for s in listening_inside(pid) or ()})

    def until(self, so: Callable[[], object]) -> None:
        """Wait until something is so; fails where it never is."""
        deadline = time.monotonic() + 20
        while not so():
            assert time.monotonic() < deadline, "it never came to be"

    def pmap(self, *arguments: str, code: int | None = None, before: str = "") -> Ran:
        """Run pmap against the engine, in its network. `before`: a shell's words before that.

        With `before` it runs in a mount namespace of its own.
        """
        command = [*self.enter, sys.executable, "-m", "manager", *arguments]
        if before:
            command = ["unshare", "--mount", "sh", "-c", f'{before} && exec "$@"', "sh", *command]
        search = [*self.path, "/usr/sbin", "/usr/bin", "/sbin", "/bin"]
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            env={
                "PATH": ":".join(search),
                "HOME": str(self.home),
                "DOCKER_HOST": self.live.host,
                "PYTHONPATH": str(ROOT),
            },
        )
        ran = Ran(done.returncode, done.stdout, done.stderr)
        assert "Traceback" not in ran.err, ran.err
        assert code is None or ran.code == code, f"{ran.code}\n{ran.out}{ran.err}"
        return ran

    def doctor(self, check: str, **options: Any) -> list[dict[str, str]]:
        """The results of one check of doctor that are about this test, or about nobody."""
        results = self.pmap("doctor", "--json", **options).json["checks"]
        return [result for result in results if result["check"] == check]


@pytest.fixture
def rig(live_engine: LiveEngine, prefix: str, tmp_path: Path) -> Rig:
    """The engine that this test is about."""
    return Rig(live_engine, prefix, tmp_path)


@pytest.fixture
def iptables(rig: Rig) -> Callable[..., None]:
    """The engine's own iptables, which pmap finds from now on as well."""
    environ = environment(engine_named(rig.live.version, rig.live.dir))
    rig.path.insert(0, environ["PATH"].partition(":")[0])

    def run(*words: str) -> None:
        subprocess.run(["iptables", *words], env=environ, check=True, capture_output=True)

    return run


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A machine on the same network segment: a namespace joined to the engine's by a cable."""

    pid: int

    def connect(self, address: str, port: int) -> str:
        """How a connect from there ends, by the words of ConnectResult."""
        command = [*self._there, sys.executable, "-c", CONNECT, str(ip_address(address)), str(port)]
        environ = {"PATH": os.defpath, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(command, capture_output=True, text=True, check=True, env=environ)
        return done.stdout.strip()

    @property
    def _there(self) -> list[str]:
        return ["nsenter", f"--net=/proc/{self.pid}/ns/net", "--"]


@pytest.fixture
def neighbour(live_engine: LiveEngine) -> Iterator[Neighbour]:
    """A neighbour at 192.0.2.2, whose way to everywhere is this host at 192.0.2.1."""
    ip = [str(busybox(engine_named(live_engine.version, live_engine.dir))), "ip"]
    wait = ["unshare", "--net", "sh", "-c", "echo ready; read line"]
    with subprocess.Popen(wait, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as there:
        assert there.stdout is not None
        assert there.stdout.readline() == b"ready\n"
        enter = ["nsenter", f"--net=/proc/{there.pid}/ns/net", "--"]
        for command in (
            [*enter, *ip, "link", "add", "cable", "type", "veth"],
            [*enter, *ip, "link", "set", "veth0", "netns", str(os.getpid())],
            [*ip, "link", "set", "veth0", "name", "segment"],
            [*ip, "addr", "add", f"{OUR_END}/24", "dev", "segment"],
            [*ip, "link", "set", "segment", "up"],
            [*enter, *ip, "link", "set", "lo", "up"],
            [*enter, *ip, "addr", "add", f"{THEIR_END}/24", "dev", "cable"],
            [*enter, *ip, "link", "set", "cable", "up"],
            [*enter, *ip, "route", "add", "default", "via", OUR_END],
        ):
            subprocess.run(command, check=True, capture_output=True)
        yield Neighbour(there.pid)
        # The cable goes with the namespace that one end of it is in.
        subprocess.run([*enter, *ip, "link", "del", "cable"], check=True, capture_output=True)
        there.kill()
