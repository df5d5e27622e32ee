"""An Engine that lives in memory: the demo's, and the tests'. It behaves as the real ones do.

Raw inspect-shaped records go through the same decode, encode and compare as the live engine's.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any

from manager.engine.compare import compare_records
from manager.engine.decode import (
    asked_of,
    container_from_entry,
    container_from_record,
    tells_less,
)
from manager.engine.encode import make_blueprint
from manager.engine.endpoints import SHARED_MODES
from manager.engine.layer import DELETED, changes_that_matter, parents
from manager.engine.memory_create import create_record, new_endpoint, require_free_name
from manager.engine.memory_run import (
    is_live,
    listeners,
    remove_record,
    start_record,
    stop_record,
)
from manager.engine.memory_store import Store, name_of
from manager.engine.memory_summary import list_entry
from manager.engine.memory_swarm import MemorySwarm
from manager.errors import EngineError, NoSuchContainer
from manager.interfaces import Blueprint, EngineEvent, LayerChange, LayerExtent, Record
from manager.model.container import Container
from manager.model.listener import Listener
from manager.model.network import Network
from manager.model.ports import PortMapping
from manager.model.snapshot import EngineInfo


class MemoryReader:
    """The EngineReader of a Store."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._key = store.new_id()[:16]

    def info(self) -> EngineInfo:
        """Identity of the engine: it is this process's own, and of this host."""
        return EngineInfo(
            host="memory://",
            version="in memory",
            api_version=self.store.api_version,
            key=self._key,
            operating_system="none: nothing here is real",
            swarm=bool(self.store.services),
            swarm_manager=bool(self.store.services),
        )

    def containers(self, *, stopped: bool = True) -> tuple[Container, ...]:
        """All containers, newest first; what stopped ones ask for only with `stopped`."""
        with self.store.answering():
            found = []
            for record in reversed(self.store.containers.values()):
                entry = list_entry(record)
                known = asked_of(record) if stopped and tells_less(entry) else None
                found.append(container_from_entry(entry, known))
            return tuple(found)

    def record(self, container_id: str) -> Record:
        """The raw inspect of a container, by id or name. Raises NoSuchContainer."""
        with self.store.answering():
            found = self.store.find(container_id)
            if found is None:
                raise NoSuchContainer(
                    f"no container is named {container_id!r}",
                    hint="pmap ls -a shows every container",
                )
            return deepcopy(found)

    def records(self, container_ids: Sequence[str]) -> Mapping[str, Record]:
        """The raw inspects of many containers by full id; those that are gone are left out."""
        with self.store.answering():
            known = self.store.containers
            return {key: deepcopy(known[key]) for key in container_ids if key in known}

    def decode(self, record: Record) -> Container:
        """The container that a raw inspect describes."""
        return container_from_record(record)

    def layer_changes(self, container_id: str) -> tuple[LayerChange, ...]:
        """What the writable layer holds that is not the engine's own."""
        record = self.record(container_id)
        with self.store.answering():
            files = self.store.layers[record["Id"]]
            return changes_that_matter(
                (LayerChange(path, file.kind) for path, file in files.items()), record
            )

    def layer_extent(self, container_id: str) -> LayerExtent:
        """How much the writable layer holds."""
        record = self.record(container_id)
        with self.store.answering():
            files = self.store.layers[record["Id"]].values()
            return LayerExtent(sum(len(file.content) for file in files), len(files))

    def image_id(self, reference: str) -> str | None:
        """The id that an image name or id resolves to, None when it is not here."""
        with self.store.answering():
            image = self.store.image(reference)
            return None if image is None else str(image["Id"])

    def network_id(self, name_or_id: str) -> str | None:
        """The id of a network, None when it is gone."""
        with self.store.answering():
            networks = self.store.networks
            by_id = name_or_id if name_or_id in networks.values() else None
            return networks.get(name_or_id, by_id)

    def networks(self) -> tuple[Network, ...]:
        """Every network, by name."""
        with self.store.answering():
            return tuple(Network(name, key) for name, key in sorted(self.store.networks.items()))

    def logs(self, container_id: str, *, tail: int = 20) -> str:
        """The last lines of its output."""
        with self.store.answering():
            lines = self.store.logs.get(self.store.get(container_id)["Id"], "").splitlines()
            return "".join(f"{line}\n" for line in lines[-tail:])

    def holds_logs(self, container_id: str) -> bool:
        """Whether its output is kept: always, but where its log driver is `none`."""
        with self.store.answering():
            config: Mapping[str, Any] = self.store.get(container_id)["HostConfig"]
            return (config.get("LogConfig") or {}).get("Type") != "none"

    def log_stream(self, container_id: str) -> Iterator[bytes]:
        """All of its output, each line after the time when it is read."""
        with self.store.answering():
            lines = self.store.logs.get(self.store.get(container_id)["Id"], "").splitlines()
            now = self.store.now()
        yield from (f"{now} {line}\n".encode() for line in lines)

    def now(self) -> str:
        """The engine's own clock (RFC 3339)."""
        with self.store.answering():
            return self.store.now()

    def events(self, stop: threading.Event) -> Iterator[EngineEvent]:
        """Events until `stop` is set; says when the engine goes away and comes back."""
        return self.store.follow(stop)

    def swarm(self) -> MemorySwarm:
        """The services of the swarm that it manages."""
        return MemorySwarm(self.store)


class MemoryEngine(MemoryReader):
    """An Engine in memory; each has its own containers, and nothing outlives it."""

    def __init__(self, store: Store | None = None) -> None:
        super().__init__(store or Store(networks={"bridge": "b" * 64}))

    def listeners(self) -> tuple[Listener, ...]:
        """Every socket of this engine's host, for a MemoryHost."""
        with self.store.answering():
            return tuple(listeners(self.store))

    def end_neighbour(self, pid: int) -> None:
        """Let a process of the host, which is no container's, be gone with its sockets."""
        self.store.neighbours = tuple(
            one for one in self.store.neighbours if one.process is None or one.process.pid != pid
        )

    def blueprint(self, record: Record, mappings: Sequence[PortMapping]) -> Blueprint:
        """How to create the like of `record` with other mappings."""
        with self.store.answering():
            return make_blueprint(record, mappings, _Around(self.store))

    def differences(self, old: Record, new: Record) -> tuple[str, ...]:
        """Leaf fields that differ beyond port bindings and what an engine gives anew."""
        return compare_records(old, new)

    def create(self, name: str, blueprint: Blueprint) -> str:
        """Create and connect to every network; the new id. The container is not started."""
        with self.store.answering():
            record = create_record(self.store, name, blueprint.body)
            networks = record["NetworkSettings"]["Networks"]
            for network, config in blueprint.endpoints:
                if network in SHARED_MODES:
                    remove_record(self.store, record)
                    raise EngineError(f"cannot connect container to {network} network", status=400)
                networks[network] = new_endpoint(config)
            for network in blueprint.surplus:
                networks.pop(network, None)
            return str(record["Id"])

    def start(self, container_id: str) -> None:
        """Start it. No error when it already runs."""
        with self.store.answering():
            start_record(self.store, self.store.get(container_id))

    def stop(self, container_id: str, *, timeout: int) -> None:
        """Stop it at once, whatever the timeout. No error when it is not running."""
        del timeout
        with self.store.answering():
            record = self.store.get(container_id)
            stop_record(self.store, record)
            self.store.stopped_by_hand.add(record["Id"])

    def rename(self, container_id: str, name: str) -> None:
        """Give it another name."""
        with self.store.answering():
            record = self.store.get(container_id)
            old = name_of(record)
            if name == old:
                raise EngineError(
                    "Renaming a container with the same name as its current name", status=400
                )
            require_free_name(self.store, name)
            record["Name"] = f"/{name}"
            self.store.tell(record, "rename", oldName=f"/{old}")

    def remove(self, container_id: str, *, force: bool = False) -> None:
        """Remove it and keep its volumes. No error when it is gone."""
        with self.store.answering():
            record = self.store.find(container_id)
            if record is None:
                return
            if is_live(record) and not force:
                raise EngineError(
                    f'cannot remove container "{name_of(record)}": container is running: stop the'
                    " container before removing or force remove",
                    status=409,
                )
            stop_record(self.store, record, exit_code=137)
            if record["Id"] in self.store.containers:
                remove_record(self.store, record)

    def set_restart_policy(self, container_id: str, policy: Mapping[str, Any]) -> None:
        """Update HostConfig.RestartPolicy."""
        with self.store.answering():
            record = self.store.get(container_id)
            record["HostConfig"]["RestartPolicy"] = {"MaximumRetryCount": 0, **policy}
            self.store.tell(record, "update")

    def copy_layer(self, source_id: str, target_id: str, paths: Sequence[str]) -> None:
        """Copy paths, and what is below them, of one container's layer into another's."""
        with self.store.answering():
            source = self.store.layers[self.store.get(source_id)["Id"]]
            target = self.store.layers[self.store.get(target_id)["Id"]]
            wanted = set(paths)
            deleted = [path for path in paths if path in source and source[path].kind == DELETED]
            if deleted:
                raise EngineError(f"{deleted[0]} was deleted, which no copy can repeat")
            for path, file in source.items():
                if path in wanted or not wanted.isdisjoint(parents(path)):
                    target[path] = file

    def close(self) -> None:
        """Nothing to let go of."""


class _Around:
    """The Surroundings of a container in a Store."""

    podman = False

    def __init__(self, store: Store) -> None:
        self._store = store
        self.api_version = store.api_version

    def image(self, reference: str) -> Record | None:
        return self._store.image(reference)

    def container(self, name_or_id: str) -> Record | None:
        return self._store.find(name_or_id)
