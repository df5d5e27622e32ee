"""What the core needs from outside, as Protocols. Nothing here knows Docker, psutil or a file.

Raw records are the Engine API's own JSON: a recreate must carry fields that no model names.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from manager.model.container import Container
from manager.model.listener import HostSocket, Listener, Process
from manager.model.ports import IPAddress, Port, PortMapping, PortRange
from manager.model.snapshot import EngineInfo
from manager.model.swarm import Rollout, ServicePort, SwarmService

if TYPE_CHECKING:
    # What few commands ask for is not loaded by all.
    from manager.model.network import Network

Record = Mapping[str, Any]
"""A raw inspect answer of the Engine API."""


@dataclass(frozen=True, slots=True)
class Blueprint:
    """What to create a container from: JSON all through, so that the journal can keep it.

    body is the POST /containers/create body; endpoints are the networks to connect afterwards
    (engines before API 1.44 take only one at create), in order; platform where it must be named.
    notes is what a person should know. surplus are networks to leave again afterwards: a create
    joins the one that NetworkMode names, also where the old container has left it since.
    """

    body: dict[str, Any]
    endpoints: tuple[tuple[str, dict[str, Any]], ...] = ()
    platform: str | None = None
    notes: tuple[str, ...] = ()
    surplus: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LayerChange:
    """One path of a container's writable layer. kind: modified, added or deleted."""

    path: str
    kind: str


@dataclass(frozen=True, slots=True)
class LayerExtent:
    """How much a writable layer holds: its files' bytes, and how many paths have changed."""

    size: int
    paths: int


@dataclass(frozen=True, slots=True)
class EngineEvent:
    """Something happened in the engine: `action` as in GET /events, on `kind` container etc.

    action "connected" and "disconnected" are the stream's own: the engine answers again, or
    went away.
    """

    kind: str
    action: str
    id: str = ""
    name: str = ""
    time: float = 0.0
    attributes: Mapping[str, str] = field(default_factory=dict)


class Swarm(Protocol):
    """The services of the swarm that an engine manages. Every method may raise EngineError."""

    def services(self) -> tuple[SwarmService, ...]:
        """Every service, by name."""
        ...

    def publish(self, service: SwarmService, ports: Sequence[ServicePort]) -> None:
        """Give the service these ports and no others, unless it was updated since it was read."""
        ...

    def roll_back(self, service_id: str) -> None:
        """Set the specification of before the last update again."""
        ...

    def rollout(self, service_id: str) -> Rollout:
        """How far the last update has come."""
        ...


class EngineReader(Protocol):
    """What can be asked of a container engine, changing nothing.

    Every method may raise EngineError; nothing is retried here. Containers are named by full id,
    but for `record`, which takes what a person types.
    """

    def info(self) -> EngineInfo:
        """Identity, version and place of the engine. Asked once, kept."""
        ...

    def containers(self, *, stopped: bool = True) -> tuple[Container, ...]:
        """All containers; what stopped ones ask for is read only when `stopped` is set."""
        ...

    def record(self, container_id: str) -> Record:
        """The raw inspect of a container. Raises NoSuchContainer."""
        ...

    def records(self, container_ids: Sequence[str]) -> Mapping[str, Record]:
        """The raw inspects of many containers by full id; those that are gone are left out."""
        ...

    def decode(self, record: Record) -> Container:
        """The container that a raw inspect describes. Calls nothing."""
        ...

    def layer_changes(self, container_id: str) -> tuple[LayerChange, ...]:
        """What the writable layer holds (GET /containers/X/changes), by path.

        Mount points and what the engine made itself are left out.
        """
        ...

    def layer_extent(self, container_id: str) -> LayerExtent:
        """How much the writable layer holds; the engine looks at each of its files."""
        ...

    def image_id(self, reference: str) -> str | None:
        """The id that an image name or id resolves to, None when it is not here."""
        ...

    def network_id(self, name_or_id: str) -> str | None:
        """The id of a network, None when it is gone."""
        ...

    def networks(self) -> tuple[Network, ...]:
        """Every network, by name."""
        ...

    def logs(self, container_id: str, *, tail: int = 20) -> str:
        """The last lines of its output, decoded with replacement."""
        ...

    def holds_logs(self, container_id: str) -> bool:
        """Whether its output is kept by the engine, and so goes with the container."""
        ...

    def log_stream(self, container_id: str) -> Iterator[bytes]:
        """All of its output from the first line on, each line after its time (RFC 3339)."""
        ...

    def now(self) -> str:
        """The engine's own clock, as it stands in `Created` (RFC 3339)."""
        ...

    def events(self, stop: threading.Event) -> Iterator[EngineEvent]:
        """Events until `stop` is set; reconnects with growing pauses and says so."""
        ...

    def swarm(self) -> Swarm:
        """The services; to be asked only where `info().swarm_manager` is set."""
        ...


class Engine(EngineReader, Protocol):
    """A container engine, to be read and changed; on errors and names see EngineReader."""

    def blueprint(self, record: Record, mappings: Sequence[PortMapping]) -> Blueprint:
        """How to create the like of `record` with other mappings. Reads image and networks."""
        ...

    def differences(self, old: Record, new: Record) -> tuple[str, ...]:
        """Leaf fields that differ beyond port bindings and what an engine gives anew."""
        ...

    def create(self, name: str, blueprint: Blueprint) -> str:
        """Create and connect to every network; the new id. The container is not started."""
        ...

    def start(self, container_id: str) -> None:
        """Start it. No error when it already runs."""
        ...

    def stop(self, container_id: str, *, timeout: int) -> None:
        """Stop it, killing it after `timeout` seconds, never for a negative one.

        No error when it is not running.
        """
        ...

    def rename(self, container_id: str, name: str) -> None:
        """Give it another name."""
        ...

    def remove(self, container_id: str, *, force: bool = False) -> None:
        """Remove it and keep its volumes. No error when it is gone."""
        ...

    def set_restart_policy(self, container_id: str, policy: Mapping[str, Any]) -> None:
        """Update HostConfig.RestartPolicy."""
        ...

    def copy_layer(self, source_id: str, target_id: str, paths: Sequence[str]) -> None:
        """Copy paths of one container's file system into another's, owner and mode kept."""
        ...

    def close(self) -> None:
        """Let go of the connection."""
        ...


@dataclass(frozen=True, slots=True)
class ConnectResult:
    """One connect: `answer` is open, closed-at-once, refused, timeout or error.

    seconds is the time until the answer; greeting the first bytes, where any came.
    """

    address: IPAddress
    port: int
    answer: str
    seconds: float
    greeting: bytes = b""
    detail: str = ""

    @property
    def answering(self) -> bool:
        """Whether something behind the port talks, or at least keeps the connection."""
        return self.answer == "open"


class Host(Protocol):
    """The host that pmap runs on. Its sockets are the engine's only when the engine is local."""

    def listeners(self, port: int | None = None) -> tuple[Listener, ...]:
        """Every TCP listener and bound UDP socket, with its process where that may be seen.

        With `port` those on that port alone: much faster, and sockets in the way that are no
        listeners (UDP clients, TCP sockets that are only bound) are told too.
        """
        ...

    def process(self, pid: int) -> Process | None:
        """A process by pid, None when it is gone."""
        ...

    def ephemeral_range(self) -> PortRange:
        """The ports that this host hands to clients (ip_local_port_range)."""
        ...

    def bind_error(self, socket: HostSocket) -> str | None:
        """Why a real bind fails right now; None when it succeeds. Leaves nothing bound."""
        ...

    def connect(
        self, address: IPAddress, port: int, *, timeout: float, payload: bytes = b""
    ) -> ConnectResult:
        """Connect over TCP, send `payload` if given, and read what comes first."""
        ...

    def addresses(self) -> tuple[IPAddress, ...]:
        """The addresses of this host's interfaces, loopback ones too."""
        ...

    def listening_inside(self, pid: int) -> tuple[HostSocket, ...] | None:
        """What listens in the network namespace of process `pid`; None when not readable."""
        ...

    def serving_inside(self, pid: int) -> Mapping[Port, tuple[str, ...]]:
        """Which containers listen there, by port; without those not seen.

        Full ids of the container and of what it is in (a pod), the outermost first.
        """
        ...

    def owner_of(self, listener: Listener, init_pids: Mapping[int, str]) -> str | None:
        """The container id behind a listener, given container ids by init pid."""
        ...


class Processes(Protocol):
    """The processes of the host that pmap runs on, as far as a port may be freed by ending one."""

    def untouchable(self, process: Process) -> str:
        """Why it must never be signalled, empty when it may be.

        Never: the first process, pmap and what it runs under, the kernel's own, an engine's
        (docker-proxy, dockerd, containerd, shims, rootlesskit, Docker Desktop's), and what runs
        in a container.
        """
        ...

    def keeper(self, process: Process) -> str:
        """What would start it again, as the command that stops that; empty where none is known."""
        ...

    def end(self, process: Process, *, kill: bool, patience: float) -> bool:
        """Ask it to end (TERM), or end it (KILL); whether it is gone within `patience` seconds.

        True also when it was gone before, be its pid another's by now: nothing is sent then.
        Raises Refused where it is untouchable or not this user's.
        """
        ...


class Files(Protocol):
    """Text files of the user."""

    def read(self, path: str) -> bytes:
        """The content. Raises InvalidInput when it cannot be read."""
        ...

    def write(self, path: str, content: bytes, *, expected: bytes | None = None) -> None:
        """Replace atomically; mode, owner and symbolic link kept.

        With `expected`, refuses (InvalidInput) when the file holds something else by now.
        """
        ...

    def check_writable(self, path: str) -> None:
        """Raise InvalidInput, with what to type next, when `write` would refuse this path."""
        ...

    def remove(self, path: str, *, expected: bytes) -> None:
        """Delete a file that still holds `expected`. Raises InvalidInput; no error when gone."""
        ...


class Journal(Protocol):
    """Where changes are written down: open ones in full, closed ones as history.

    Open entries hold whole inspects, environment included: readable by their owner alone.
    """

    def save(self, tx: str, entry: Mapping[str, Any]) -> None:
        """Write the open entry and sync it to disk before returning."""
        ...

    def close(self, tx: str, summary: Mapping[str, Any]) -> None:
        """Append the summary (no secrets) to the history, then delete the open entry."""
        ...

    def discard(self, tx: str) -> None:
        """Delete an open entry that changed nothing, and leave no history."""
        ...

    def keep_log(self, tx: str, name: str, chunks: Iterable[bytes]) -> str:
        """Keep the output of a container that change `tx` replaces; where it is now.

        On disk when this returns. Doing it again writes it anew.
        """
        ...

    def open_entries(self) -> tuple[Mapping[str, Any], ...]:
        """The entries that were never closed, oldest first.

        One that cannot be read is {"tx": ..., "corrupt": why}; a change must be refused then.
        """
        ...

    def history(self) -> tuple[Mapping[str, Any], ...]:
        """The summaries of closed changes, oldest first."""
        ...

    def lock(self, engine_key: str) -> AbstractContextManager[int]:
        """Hold the one change lock of an engine; yields the locked descriptor (-1: none).

        Raises ChangeInProgress at once when another process holds it.
        """
        ...


class Clock(Protocol):
    """Time, so that tests own it."""

    def now(self) -> float:
        """Seconds since the epoch."""
        ...

    def monotonic(self) -> float:
        """Seconds that only grow."""
        ...

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        ...


Progress = Callable[[str, str, float], None]
"""Called as a change goes on: step name, its state (start, done, failed), seconds since begin."""
