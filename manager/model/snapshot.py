"""One instant of engine and host, and a fingerprint of it.

A plain dataclass and not a pydantic model: every `ls` makes one, and it must not pay for the
import. What changes anything (requests, plans, journal) is validated by pydantic.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from manager.errors import NoSuchContainer
from manager.model.container import Container
from manager.model.listener import Listener
from manager.model.portclass import LINUX_EPHEMERAL
from manager.model.ports import Port, PortRange, quoted
from manager.model.swarm import SwarmService

_MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """The engine that was asked.

    local says that it runs on this host; forwards, that it runs in a virtual machine whose ports a
    desktop program forwards to this host. Only with one of them do local sockets mean anything.
    key names the engine for locks and journals, stable over restarts. pid is that of the process
    which opened its socket, where it may be seen: the daemon's own, or systemd's.
    """

    host: str
    version: str
    api_version: tuple[int, int] = (1, 41)
    local: bool = True
    key: str = ""
    context: str | None = None
    operating_system: str = ""
    rootless: bool = False
    swarm: bool = False
    podman: bool = False
    swarm_manager: bool = False
    pid: int | None = None
    forwards: bool = False

    @property
    def name(self) -> str:
        """For people: its context, unless that says nothing, or its address."""
        return self.host if self.context in {None, "default"} else str(self.context)

    @property
    def ports_here(self) -> bool:
        """Whether the ports that it publishes are this host's."""
        return self.local or self.forwards


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Engine and host at one instant.

    engine None: none answered. listeners None: the host's sockets are not known (remote engine).
    reserved maps host ports that settings set aside to the reason. services are those of the swarm
    that the engine manages, if it does. served names, by id and port, the container in another's
    network that listens behind its port.
    """

    engine: EngineInfo | None
    containers: tuple[Container, ...] = ()
    listeners: tuple[Listener, ...] | None = None
    ephemeral: PortRange = LINUX_EPHEMERAL
    reserved: dict[int, str] = field(default_factory=dict)
    services: tuple[SwarmService, ...] = ()
    served: Mapping[str, Mapping[Port, str]] = field(default_factory=dict)

    def service(self, name_or_id: str) -> SwarmService | None:
        """The swarm service of that name or id, unless a container is called so."""
        if any(name_or_id in {c.name, c.id} for c in self.containers):
            return None
        return next((s for s in self.services if name_or_id in {s.name, s.id}), None)

    def container(self, name_or_id: str) -> Container:
        """Find one by name, full id, as its service's only one (`db`, `shop/db`), or by id prefix.

        Raises NoSuchContainer, with the nearest names in the hint.
        """
        wanted = name_or_id.removeprefix("/")
        for container in self.containers:
            if wanted in {container.name, container.id}:
                return container
        # A service before an id: `db` is the first of many ids too, and would name a stranger.
        by_service = [c for c in self.containers if wanted and wanted in _service_names(c)]
        by_prefix = [c for c in self.containers if wanted and c.id.startswith(wanted)]
        several = by_service or by_prefix
        if len(several) == 1:
            return several[0]
        if several:
            names = sorted(c.name for c in several)
            more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
            raise NoSuchContainer(
                f"{quoted(name_or_id)} fits {len(several)} containers",
                hint=f"name one of {', '.join(names[:_MOST_NAMED])}{more}",
            )
        if wanted and any(c.pod == wanted for c in self.containers):
            raise NoSuchContainer(
                f"{quoted(name_or_id)} is a pod, whose ports are fixed when it is made",
                hint="create it anew with the ports, as in podman pod create -p 8080:80",
            )
        raise NoSuchContainer(
            f"no container is named {quoted(name_or_id)}",
            hint=_nearest(wanted, self.containers, [s.name for s in self.services]),
        )

    def matching(self, name: str) -> tuple[Container, ...]:
        """The containers of a compose project, service or PROJECT/SERVICE, or of a pod.

        Else what `container` finds.

        Raises NoSuchContainer.
        """
        named = tuple(c for c in self.containers if name == c.name)
        group = tuple(c for c in self.containers if name and name in _groups(c))
        return named or group or (self.container(name),)

    def by_id(self, container_id: str) -> Container | None:
        """The container with this full id, or None."""
        return next((c for c in self.containers if c.id == container_id), None)

    @property
    def fingerprint(self) -> str:
        """Changes when any container comes, goes, changes its name, its state or its ports."""
        digest = hashlib.sha256()
        for c in sorted(self.containers, key=lambda c: c.id):
            asked, held = sorted(map(str, c.mappings)), sorted(map(str, c.published))
            facts = (c.id, c.name, c.state, "asked", *asked, "held", *held)
            digest.update("\x00".join(facts).encode(errors="surrogatepass") + b"\x01")
        for s in self.services:
            told = (s.id, str(s.version), *map(str, s.ports))
            digest.update("\x00".join(told).encode(errors="surrogatepass") + b"\x02")
        return digest.hexdigest()[:16]


def _groups(container: Container) -> tuple[str | None, ...]:
    return (container.project, container.pod, *_service_names(container))


def _service_names(container: Container) -> tuple[str, ...]:
    """`db` and `shop/db`, which is how the tables name it."""
    origin = container.origin
    return (origin.service, f"{origin.project}/{origin.service}") if origin else ()


def _nearest(wanted: str, containers: Collection[Container], services: Collection[str]) -> str:
    """A hint with the names that look most like the one that was asked for."""
    from difflib import get_close_matches  # noqa: PLC0415 -- only a mistyped name needs it

    names = {c.name for c in containers} | {c.service for c in containers if c.service}
    names.update(services)
    known = sorted(names)
    # The longest name is 255 characters, and comparing grows with the product of the lengths.
    close = get_close_matches(wanted[:300], known, n=3, cutoff=0.5)
    close = close or [name for name in known if wanted and wanted in name][:3]
    if close:
        return f"did you mean {' or '.join(close)}?"
    return "pmap ls -a shows every container" if known else "this engine has no containers"
