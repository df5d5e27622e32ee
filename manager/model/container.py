"""A container as the engine lists it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from manager.model.ports import Port, PortMapping, PublishedPort

PROJECT_LABEL = "com.docker.compose.project"
SERVICE_LABEL = "com.docker.compose.service"
FILES_LABEL = "com.docker.compose.project.config_files"
FOLDER_LABEL = "com.docker.compose.project.working_dir"
ENV_FILES_LABEL = "com.docker.compose.project.environment_file"
HASH_LABEL = "com.docker.compose.config-hash"
NUMBER_LABEL = "com.docker.compose.container-number"
TASK_LABEL = "com.docker.swarm.task.id"
SWARM_SERVICE_LABEL = "com.docker.swarm.service.name"


class ContainerState(StrEnum):
    """Engine API container states; UNKNOWN for a word this version does not know."""

    CREATED = "created"
    RUNNING = "running"
    PAUSED = "paused"
    RESTARTING = "restarting"
    REMOVING = "removing"
    EXITED = "exited"
    DEAD = "dead"
    UNKNOWN = "unknown"

    @property
    def holds_ports(self) -> bool:
        """Whether the engine binds the ports of a container in this state."""
        return self in {ContainerState.RUNNING, ContainerState.PAUSED, ContainerState.RESTARTING}

    @property
    def may_start(self) -> bool:
        """Whether a container in this state can take ports (again); what is on its way out cannot.

        A restarting one can: between two tries the engine holds nothing for it.
        """
        return self not in {
            ContainerState.RUNNING,
            ContainerState.PAUSED,
            ContainerState.REMOVING,
            ContainerState.DEAD,
        }


@dataclass(frozen=True, slots=True)
class ComposeOrigin:
    """Where a compose-managed container comes from (its labels).

    env_files: those that `docker compose` was given with --env-file.
    """

    project: str
    service: str
    files: tuple[str, ...] = ()
    folder: str = ""
    number: int = 1
    env_files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Container:
    """One container.

    mappings is what was asked, published what the engine holds now; exposed are the ports that
    the image or the create call declares. mappings_known is False where only the list was read
    and what was asked is assumed to be what is held. pid is the init process on the engine's
    host, None when it is not running or was not asked for. pod names the pod that it belongs to:
    the ports are the pod's, held by one container of it that does nothing else.
    """

    id: str
    name: str
    image: str
    state: ContainerState
    mappings: tuple[PortMapping, ...] = ()
    published: tuple[PublishedPort, ...] = ()
    exposed: tuple[Port, ...] = ()
    network_mode: str = "bridge"
    networks: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    origin: ComposeOrigin | None = None
    mappings_known: bool = True
    pid: int | None = None
    status: str = ""
    pod: str = ""

    @property
    def short_id(self) -> str:
        """The twelve characters that the docker CLI shows."""
        return self.id[:12]

    @property
    def running(self) -> bool:
        """Whether it runs; a paused container is not running here."""
        return self.state is ContainerState.RUNNING

    @property
    def project(self) -> str | None:
        """The compose project, None where there is none."""
        return self.origin.project if self.origin else None

    @property
    def service(self) -> str | None:
        """The compose service, None where there is none."""
        return self.origin.service if self.origin else None


def origin_from_labels(labels: Mapping[str, str]) -> ComposeOrigin | None:
    """The compose origin that the labels tell, None for a container that compose did not make."""
    project, service = labels.get(PROJECT_LABEL), labels.get(SERVICE_LABEL)
    if not project or not service:
        return None
    files, env_files = (
        tuple(name for name in labels.get(label, "").split(",") if name)
        for label in (FILES_LABEL, ENV_FILES_LABEL)
    )
    number = labels.get(NUMBER_LABEL, "1")
    return ComposeOrigin(
        project,
        service,
        files,
        labels.get(FOLDER_LABEL, ""),
        # Labels are anybody's: int() refuses thousands of digits.
        int(number) if number.isascii() and number.isdigit() and len(number) <= 9 else 1,
        env_files,
    )
