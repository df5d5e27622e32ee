"""One engine under the contract, real or in memory, with what a test does to it from outside."""

from __future__ import annotations

import io
import secrets
import shlex
import tarfile
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

from pytest_engines import LiveEngine

from manager.engine.connection import connect, resolve_endpoint
from manager.engine.memory import MemoryEngine
from manager.engine.memory_admin import pause, remove_network, start_daemon, stop_daemon, write
from manager.engine.memory_scene import Scene
from manager.interfaces import Blueprint, Engine, Record

WEB, DB, CRASH = "pmap/web", "pmap/db", "pmap/crash"
GONE = "f" * 64
Bindings = Mapping[str, Sequence[tuple[str, str]]]


class Rig(ABC):
    """An engine and its surroundings. Names begin with `prefix`; the fixture removes them."""

    engine: Engine
    prefix: str

    def name(self, rest: str) -> str:
        """A name that is this test's alone."""
        return f"{self.prefix}{rest}"

    def create(
        self,
        rest: str,
        image: str = WEB,
        *,
        ports: Bindings | None = None,
        config: Mapping[str, Any] | None = None,
        host: Mapping[str, Any] | None = None,
        networks: Sequence[tuple[str, Mapping[str, Any]]] = (),
    ) -> str:
        """Create a container as `docker create` would; its id. The first network is its mode."""
        bindings = {
            port: [{"HostIp": ip, "HostPort": number} for ip, number in entries]
            for port, entries in (ports or {}).items()
        }
        settings: dict[str, Any] = {"PortBindings": bindings, **(host or {})}
        # A second each is enough for the test images, and 10 would be waited for in vain.
        body: dict[str, Any] = {"Image": image, "StopTimeout": 1, **(config or {})}
        body["ExposedPorts"] = {**body.get("ExposedPorts", {}), **{port: {} for port in bindings}}
        first = dict(networks[:1])
        if first:
            settings["NetworkMode"] = networks[0][0]
            body["NetworkingConfig"] = {"EndpointsConfig": first}
        later = tuple((name, dict(endpoint)) for name, endpoint in networks[1:])
        return self.engine.create(
            self.name(rest), Blueprint({**body, "HostConfig": settings}, later)
        )

    def run(self, rest: str, image: str = WEB, **options: Any) -> str:
        """Create and start; the id."""
        container_id = self.create(rest, image, **options)
        self.engine.start(container_id)
        return container_id

    def status(self, container_id: str) -> str:
        """State.Status, by the engine's own word."""
        return str(self.engine.record(container_id)["State"]["Status"])

    def recreate(self, container_id: str, rest: str) -> tuple[Record, Record]:
        """The like of a container with the same mappings, created beside it: old and new."""
        old = self.engine.record(container_id)
        blueprint = self.engine.blueprint(old, self.engine.decode(old).mappings)
        new_id = self.engine.create(self.name(rest), blueprint)
        return old, self.engine.record(new_id)

    @abstractmethod
    def network(self, rest: str, subnet: str) -> str:
        """Make a network; its name. subnet is its first three bytes."""

    @abstractmethod
    def remove_network(self, name: str) -> None:
        """Take a network away."""

    @abstractmethod
    def pause(self, container_id: str) -> None:
        """Freeze a container."""

    @abstractmethod
    def write(self, container_id: str, path: str, content: bytes) -> None:
        """Put a new file into a container."""

    @abstractmethod
    def read(self, container_id: str, path: str) -> bytes:
        """A file of a container."""

    @abstractmethod
    def spoke(self, rest: str, *lines: str, **host: Any) -> str:
        """A container that has written these lines and ended; its id."""

    @abstractmethod
    def restart(self) -> None:
        """Stop the engine, and start it again."""


class MemoryRig(Rig):
    """The in-memory engine, with the images that the real ones have."""

    def __init__(self) -> None:
        self.memory = MemoryEngine()
        self.engine = self.memory
        self.prefix = "t-"
        scene = Scene(self.memory)
        scene.image(WEB, "80", command="/bin/serve-web")
        scene.image(DB, "5432", command="/bin/serve-db", volumes=["/var/lib/data"])

    def network(self, rest: str, subnet: str) -> str:
        Scene(self.memory).network(self.name(rest))
        return self.name(rest)

    def remove_network(self, name: str) -> None:
        remove_network(self.memory.store, name)

    def pause(self, container_id: str) -> None:
        pause(self.memory.store, container_id)

    def write(self, container_id: str, path: str, content: bytes) -> None:
        write(self.memory.store, container_id, path, content)

    def read(self, container_id: str, path: str) -> bytes:
        return self.memory.store.layers[container_id][path].content

    def spoke(self, rest: str, *lines: str, **host: Any) -> str:
        container_id = self.run(rest, host=host)
        self.memory.store.logs[container_id] = "".join(f"{line}\n" for line in lines)
        self.engine.stop(container_id, timeout=1)
        return container_id

    def restart(self) -> None:
        stop_daemon(self.memory.store)
        start_daemon(self.memory.store)


class LiveRig(Rig):
    """A real engine; what is done to it from outside goes through a client of the tests' own."""

    def __init__(self, live: LiveEngine) -> None:
        self.live = live
        self.prefix = f"t{secrets.token_hex(3)}-"
        self.engine = connect(resolve_endpoint(None, live.host, {}))

    def network(self, rest: str, subnet: str) -> str:
        config = [{"Subnet": f"{subnet}.0/24", "Gateway": f"{subnet}.1"}]
        body = {"Name": self.name(rest), "CheckDuplicate": True, "IPAM": {"Config": config}}
        self.live.api.call("POST", "/networks/create", body=body)
        return self.name(rest)

    def remove_network(self, name: str) -> None:
        self.live.api.call("DELETE", f"/networks/{name}")

    def pause(self, container_id: str) -> None:
        self.live.api.call("POST", f"/containers/{container_id}/pause")

    def write(self, container_id: str, path: str, content: bytes) -> None:
        folder, _, name = path.rpartition("/")
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w") as archive:
            entry = tarfile.TarInfo(f"{folder.strip('/')}/{name}".strip("/"))
            entry.size, entry.mode, entry.uid, entry.gid = len(content), 0o640, 12, 34
            archive.addfile(entry, io.BytesIO(content))
        self.live.api.call(
            "PUT", f"/containers/{container_id}/archive", {"path": "/"}, packed.getvalue()
        )

    def read(self, container_id: str, path: str) -> bytes:
        answer = self.live.api.call("GET", f"/containers/{container_id}/archive", {"path": path})
        with tarfile.open(fileobj=io.BytesIO(answer.body)) as archive:
            found = archive.extractfile(archive.getmembers()[0])
            assert found is not None
            return found.read()

    def spoke(self, rest: str, *lines: str, **host: Any) -> str:
        said = "; ".join(f"echo {shlex.quote(line)}" for line in lines)
        config = {"Entrypoint": ["/bin/sh", "-c"], "Cmd": [said]}
        container_id = self.run(rest, config=config, host=host)
        self.live.api.call("POST", f"/containers/{container_id}/wait")
        return container_id

    def restart(self) -> None:
        self.live.restart()

    def clean(self) -> None:
        """Remove whatever the test made."""
        self.engine.close()
        if not self.live.api.ping():
            self.live.start()
        self.live.api.remove_named(self.prefix)
