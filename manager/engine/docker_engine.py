"""The live Engine: what DockerReader reads, and the calls that change something."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from manager.engine.reader import DockerReader
from manager.errors import EngineError, NoSuchContainer
from manager.model.container import ContainerState


class DockerEngine(DockerReader):
    """A live engine. Made by manager.engine.connection.connect; close it at the end."""

    def start(self, container_id: str) -> None:
        """Start it. No error when it already runs."""
        with self._link.checked() as api:
            api.start(container_id)

    def stop(self, container_id: str, *, timeout: int) -> None:
        """Stop it, killing it after `timeout` seconds. No error when it is not running."""
        with self._link.checked() as api:
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

    def close(self) -> None:
        """Let go of the connection. Safe to call twice."""
        self._link.close()

    def _is_leaving(self, container_id: str, error: EngineError) -> bool:
        """Whether a refused removal is already under way (`--rm`); then wait until it is gone."""
        if error.status != 409:
            return False
        try:
            if self.decode(self.record(container_id)).state is not ContainerState.REMOVING:
                return False
            with self._link.checked() as api:
                api.wait(container_id, condition="removed")
        except NoSuchContainer:
            return True
        except EngineError as gone:
            return gone.status == 404
        return True
