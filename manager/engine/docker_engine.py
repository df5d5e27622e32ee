"""The live Engine: what DockerReader reads, and the calls that change something."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from manager.engine.compare import compare_records
from manager.engine.encode import make_blueprint
from manager.engine.handshake import Greeting
from manager.engine.layer import raw_changes
from manager.engine.layer_copy import copy_paths
from manager.engine.reader import DockerReader
from manager.engine.tolerant import text
from manager.errors import EngineError, NoSuchContainer
from manager.interfaces import Blueprint, Record
from manager.model.container import ContainerState
from manager.model.ports import PortMapping


class DockerEngine(DockerReader):
    """A live engine. Made by manager.engine.connection.connect; close it at the end."""

    def blueprint(self, record: Record, mappings: Sequence[PortMapping]) -> Blueprint:
        """How to create the like of `record` with other mappings. Reads image and networks."""
        return make_blueprint(record, mappings, _Around(self, self._link.greeting))

    def differences(self, old: Record, new: Record) -> tuple[str, ...]:
        """Leaf fields that differ beyond port bindings and what an engine gives anew."""
        return compare_records(old, new)

    def create(self, name: str, blueprint: Blueprint) -> str:
        """Create and connect to every network; the new id. The container is not started.

        Nothing stays behind when a network cannot be joined.
        """
        query = {"name": name} | ({"platform": blueprint.platform} if blueprint.platform else {})
        with self._link.checked():
            answer = self._link.post("/containers/create", query=query, body=blueprint.body)
        container_id = text(answer.get("Id"))
        try:
            for network, config in blueprint.endpoints:
                self._network(network, "connect", container_id, {"EndpointConfig": config})
            for network in blueprint.surplus:
                self._network(network, "disconnect", container_id, {"Force": False})
        except EngineError:
            with suppress(EngineError):
                self.remove(container_id, force=True)
            raise
        return container_id

    def start(self, container_id: str) -> None:
        """Start it. No error when it already runs."""
        with self._link.checked() as api:
            api.start(container_id)

    def stop(self, container_id: str, *, timeout: int) -> None:
        """Stop it, killing it after `timeout` seconds. No error when it is not running."""
        with self._link.checked() as api:
            if timeout < 0:
                path = f"/containers/{container_id}/stop"
                self._link.post(path, query={"t": str(timeout)}, timeout=None)
                return
            # The SDK waits for the answer this much longer than it does for others.
            api.stop(container_id, timeout=timeout)

    def rename(self, container_id: str, name: str) -> None:
        """Give it another name."""
        with self._link.checked() as api:
            api.rename(container_id, name)

    def remove(self, container_id: str, *, force: bool = False) -> None:
        """Remove it and keep its volumes. No error when it is gone."""
        try:
            with self._link.checked() as api:
                api.remove_container(container_id, v=False, force=force)
        except EngineError as error:
            if error.status != 404 and not self._is_leaving(container_id, error):
                raise

    def set_restart_policy(self, container_id: str, policy: Mapping[str, Any]) -> None:
        """Update HostConfig.RestartPolicy."""
        with self._link.checked():
            self._link.post(
                f"/containers/{container_id}/update", body={"RestartPolicy": dict(policy)}
            )

    def copy_layer(self, source_id: str, target_id: str, paths: Sequence[str]) -> None:
        """Copy paths of one container's file system into another's, owner and mode kept."""
        with self._link.checked() as api:
            changes = raw_changes(api.diff(source_id))
        kinds = {change.path: change.kind for change in changes}
        copy_paths(self._link, source_id, target_id, paths, kinds)

    def close(self) -> None:
        """Let go of the connection. Safe to call twice."""
        self._link.close()

    def _is_leaving(self, container_id: str, error: EngineError) -> bool:
        """Whether a refused removal is already under way (`--rm`); then wait until it is gone."""
        if error.status != 409:
            return False
        try:
            # The engine notes that it removes before the state says so.
            said = "removal" in error.message and "in progress" in error.message
            state = self.decode(self.record(container_id)).state
            if not said and state is not ContainerState.REMOVING:
                return False
            with self._link.checked() as api:
                api.wait(container_id, condition="removed")
        except NoSuchContainer:
            return True
        except EngineError as gone:
            return gone.status == 404
        return True

    def _network(self, name: str, call: str, container_id: str, body: dict[str, Any]) -> None:
        """Connect or disconnect a container. The SDK's own connect knows but some of the fields."""
        with self._link.checked():
            self._link.post(
                f"/networks/{quote(name, safe='')}/{call}", body={"Container": container_id, **body}
            )


@dataclass(frozen=True, slots=True)
class _Around:
    """The Surroundings of a container in a live engine."""

    reader: DockerReader
    greeting: Greeting

    @property
    def api_version(self) -> tuple[int, int]:
        return self.greeting.api_version

    @property
    def podman(self) -> bool:
        return self.greeting.podman

    def image(self, reference: str) -> Record | None:
        return self.reader.image(reference)

    def container(self, name_or_id: str) -> Record | None:
        try:
            return self.reader.record(name_or_id)
        except NoSuchContainer:
            return None
