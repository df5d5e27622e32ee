"""A container on a real engine with much to lose, and what must be true of it afterwards.

Looks through the engine's own API only: it shares no code with what is tested.
"""

from __future__ import annotations

import fcntl
import http.client
import json
import os
import subprocess
import sys
import time
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine_http import Api

HERE = Path(__file__).resolve().parent


def answers(port: int, timeout: float = 2.0) -> bool:
    """Whether a page is served on 127.0.0.1."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def wait_until_answers(port: int, seconds: float) -> float:
    """Seconds until a page is served; fails the test when it takes longer."""
    begun = time.monotonic()
    while not answers(port, 0.5):
        passed = time.monotonic() - begun
        assert passed < seconds, f"nothing answers on {port} after {passed:.1f} s"
        time.sleep(0.01)
    return time.monotonic() - begun


SECOND = 1_000_000_000
MOODY = {
    "Entrypoint": ["/bin/sh", "-c"],
    "Cmd": ["test -f /mood/up && exec /bin/serve-web"],
    "Healthcheck": {
        "Test": ["CMD", "test", "-f", "/mood/well"], "Interval": SECOND // 2,
        "Timeout": SECOND, "Retries": 1,
    },
}  # fmt: skip


@dataclass(slots=True)
class LiveWorld:
    """The container PREFIXweb on two networks, with volumes, limits and a restart policy."""

    api: Api
    host: str
    prefix: str
    journal: Path
    policy: str = "always"
    auto_remove: bool = False
    moody: bool = False
    """Runs while /mood/up is there, and is healthy while /mood/well is."""
    before: dict[str, Any] = field(default_factory=dict)
    others: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.prefix}web"

    @property
    def number(self) -> int:
        """This test's own: others may run on the same engine at the same time."""
        return zlib.crc32(self.prefix.encode()) % 5000

    @property
    def old_port(self) -> int:
        return 20000 + 2 * self.number

    @property
    def new_port(self) -> int:
        return self.old_port + 1

    def make(self) -> None:
        """Create and start it, and a stranger whose name is almost that of a temporary one."""
        net, _ = self.subnets()
        front = self.network("front", f"{net}.0/25")
        back = self.network("back", f"{net}.128/25")
        self.create(
            self.name,
            {
                "Env": ["SECRET=topsecret"],
                "Labels": {"owner": "me"},
                "StopTimeout": 1,
                "HostConfig": {
                    "NetworkMode": front,
                    "PortBindings": {
                        "80/tcp": [{"HostIp": "127.0.0.1", "HostPort": str(self.old_port)}]
                    },
                    "RestartPolicy": {"Name": "no" if self.auto_remove else self.policy},
                    "AutoRemove": self.auto_remove,
                    "Memory": 64 << 20,
                    "Binds": [f"{self.prefix}data:/data", *self._mood()],
                },
                **(MOODY if self.moody else {}),
                "Volumes": {"/anonymous": {}},
                "NetworkingConfig": {
                    "EndpointsConfig": {
                        front: {
                            "IPAMConfig": {"IPv4Address": f"{net}.70"},
                            "Aliases": ["www"],
                        }
                    }
                },
            },
        )
        self.api.call(
            "POST", f"/networks/{back}/connect",
            body={"Container": self.name, "EndpointConfig": {"Aliases": ["behind"]}},
        )  # fmt: skip
        self.create(f"{self.name}.pmap-new", {})
        self.api.call("POST", f"/containers/{self.name}/start")
        self.run_inside("echo mine > /anonymous/mark; echo mine > /data/mark")
        wait_until_answers(self.old_port, 10)
        self.before = self.inspect(self.name)
        self.others = self.all_ids()

    @property
    def mood(self) -> Path:
        """The folder that is /mood in the container: the test gives and takes its files."""
        return self.journal.with_name(f"{self.journal.name}-mood")

    def _mood(self) -> list[str]:
        if not self.moody:
            return []
        self.mood.mkdir(parents=True, exist_ok=True)
        for name in ("up", "well"):
            (self.mood / name).touch()
        return [f"{self.mood}:/mood:ro"]

    def create(self, name: str, body: dict[str, Any]) -> str:
        """Create a container of the web image; its id."""
        made = self.api.call(
            "POST", "/containers/create", {"name": name}, {"Image": "pmap/web", **body}
        )
        return str(made.json()["Id"])

    def subnets(self) -> tuple[str, str]:
        """The first three bytes of two networks that no other test has."""
        one, two = 100 + self.number // 200, 130 + self.number // 200
        return f"10.{one}.{self.number % 200}", f"10.{two}.{self.number % 200}"

    def network(self, short: str, subnet: str | None) -> str:
        """Make a network, of that subnet or of the engine's choice; its name."""
        name = f"{self.prefix}{short}"
        ipam = {} if subnet is None else {"IPAM": {"Config": [{"Subnet": subnet}]}}
        self.api.call("POST", "/networks/create", body={"Name": name, **ipam})
        return name

    def run_inside(self, script: str) -> str:
        """Run a shell line in the container; what it prints."""
        made = self.api.call(
            "POST", f"/containers/{self.name}/exec",
            body={"Cmd": ["sh", "-c", script], "AttachStdout": True, "Tty": True},
        ).json()  # fmt: skip
        reply = self.api.call("POST", f"/exec/{made['Id']}/start", body={"Tty": True})
        return reply.body.decode(errors="replace").strip()

    def inspect(self, name: str) -> dict[str, Any]:
        """The engine's word on a container; empty when there is none."""
        reply = self.api.call("GET", f"/containers/{name}/json", accept=(404,))
        return dict(reply.json()) if reply.status == 200 else {}

    def all_ids(self) -> dict[str, str]:
        """Ids by name, of all containers of this test."""
        listed = self.api.get("/containers/json", {"all": "1"})
        pairs = ((each["Names"][0].lstrip("/"), each["Id"]) for each in listed)
        return {name: id_ for name, id_ in pairs if name.startswith(self.prefix)}

    def drive(self, **orders: Any) -> subprocess.Popen[str]:
        """Start a real pmap process on it."""
        all_orders = {
            "host": self.host, "journal": str(self.journal), "container": self.name,
            "spec": str(self.new_port), "rm": self.auto_remove, **orders,
        }  # fmt: skip
        paths = os.pathsep.join([str(HERE), str(HERE.parent.parent)])
        return subprocess.Popen(
            [sys.executable, str(HERE / "live_driver.py"), json.dumps(all_orders)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": paths},
        )

    def driven(
        self, meanwhile: Mapping[str, Callable[[], object]] | None = None, **orders: Any
    ) -> dict[str, Any]:
        """Run one to its end; its words, empty where it was killed.

        meanwhile: what happens, while it stands still, before the calls of these names.
        """
        hooks = dict(meanwhile or {})
        with self.drive(pauses=list(hooks), **orders) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            while hooks and (line := process.stdout.readline()).strip() in hooks:
                hooks.pop(line.strip())()
                process.stdin.write("\n")
                process.stdin.flush()
            said, _ = process.communicate(timeout=180)
        said = said if not hooks else line + said
        return dict(json.loads(said)) if said.strip() else {}

    def crowd(self, number: int, rivals: Sequence[str]) -> list[dict[str, Any]]:
        """Run that many at once, in turn on each of the containers, all for the same port."""
        running = [
            self.drive(guard=True, container=rivals[each % len(rivals)]) for each in range(number)
        ]
        return [json.loads(one.communicate(timeout=300)[0] or "{}") for one in running]

    def rivals(self, number: int) -> list[str]:
        """So many more running containers, which want nothing yet; their names."""
        names = [f"{self.prefix}rival{each}" for each in range(number)]
        for name in names:
            self.create(name, {"StopTimeout": 1})
            self.api.call("POST", f"/containers/{name}/start")
        self.others = self.all_ids()
        return names

    def holders(self) -> list[str]:
        """The running containers that hold the wanted port."""
        return [
            name
            for name in self.all_ids()
            for bindings in self.inspect(name)["NetworkSettings"]["Ports"].values()
            if any(each["HostPort"] == str(self.new_port) for each in bindings or ())
        ]

    def wait_for_watchdog(self) -> None:
        """Until it lets go of the lock, which it took over from its parent."""
        for path in (self.journal / "lock").glob("*.lock"):
            with path.open("rb") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)

    @property
    def is_new(self) -> bool:
        """Whether it has the wanted port."""
        bindings = (self.inspect(self.name).get("HostConfig") or {}).get("PortBindings") or {}
        return any(each["HostPort"] == str(self.new_port) for each in bindings.get("80/tcp", ()))

    def violations(self) -> list[str]:
        """What is not as it must be. One look, after everything has ended."""
        now = self.inspect(self.name)
        if not now:
            return [f"{self.name} is gone; there are {sorted(self.all_ids())}"]
        return [*self._leftovers(), *self._differences(now), *self._service(now)]

    def _leftovers(self) -> Iterator[str]:
        now = self.all_ids()
        if set(now) != set(self.others):
            yield f"containers: {sorted(set(now) ^ set(self.others))}"
        stranger = f"{self.name}.pmap-new"
        if now.get(stranger) != self.others[stranger]:
            yield "the stranger was touched"
        if left := [path.name for path in self.journal.glob("txn/*")]:
            yield f"the journal has open entries: {left}"

    def _service(self, now: dict[str, Any]) -> Iterator[str]:
        new = self.is_new
        if not new and now["Id"] != self.before["Id"] and not self.auto_remove:
            yield "the old one has another id"
        if not now["State"]["Running"]:
            yield f"it is {now['State']['Status']}"
            return
        for port, wanted in ((self.old_port, True), (self.new_port, new)):
            if answers(port) is not wanted:
                yield f"{port} {'does not answer' if wanted else 'answers'}"
        for folder in ("/anonymous", "/data"):
            if self.run_inside(f"cat {folder}/mark") != "mine":
                yield f"the volume at {folder} is lost"

    def _differences(self, now: dict[str, Any]) -> Iterator[str]:
        for section in ("Config", "HostConfig"):
            for key, value in self.before[section].items():
                if key not in {"PortBindings", "Binds"} and (now[section].get(key) or None) != (
                    value or None
                ):
                    yield f"{section}.{key}: {value} -> {now[section].get(key)}"
        mounts, were = (
            sorted((m["Destination"], m.get("Name")) for m in each["Mounts"])
            for each in (now, self.before)
        )
        if mounts != were:
            yield f"mounts: {were} -> {mounts}"
        networks, were_on = (_networks(each) for each in (now, self.before))
        if networks != were_on:
            yield f"networks: {were_on} -> {networks}"


def _networks(record: dict[str, Any]) -> dict[str, Any]:
    """What was asked of each network. 20.10 adds the short id and the host name as aliases."""
    own = {record["Id"][:12], record["Config"]["Hostname"]}
    return {
        name: (
            (endpoint.get("IPAMConfig") or {}).get("IPv4Address"),
            sorted(set(endpoint.get("Aliases") or ()) - own),
        )
        for name, endpoint in record["NetworkSettings"]["Networks"].items()
    }
