"""Containers that cannot do without the very container that a change replaces.

Engine API HostConfig: NetworkMode, PidMode and IpcMode `container:X`, Links, VolumesFrom.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from manager.errors import NoSuchContainer
from manager.interfaces import EngineReader, Record
from manager.model.container import Container
from manager.model.snapshot import Snapshot


class Tie(StrEnum):
    """How one container hangs on another, by the words of the Engine API."""

    NETWORK = "NetworkMode"
    PID = "PidMode"
    IPC = "IpcMode"
    LINK = "Links"
    VOLUMES = "VolumesFrom"

    @property
    def words(self) -> str:
        """For people: `shares its network`."""
        return {
            Tie.NETWORK: "shares its network",
            Tie.PID: "shares its processes",
            Tie.IPC: "shares its memory (ipc)",
            Tie.LINK: "is linked to it",
            Tie.VOLUMES: "takes its volumes",
        }[self]


@dataclass(frozen=True, slots=True)
class Dependent:
    """A container and the ties by which it hangs on `on` (a full id)."""

    container: Container
    record: Record
    ties: tuple[Tie, ...]
    on: str

    @property
    def must_follow(self) -> bool:
        """Whether it breaks unless it is recreated too; volumes stay mounted by themselves."""
        return any(tie is not Tie.VOLUMES for tie in self.ties)

    @property
    def words(self) -> str:
        """For people: `sidecar (shares its network)`."""
        return f"{self.container.name} ({', '.join(tie.words for tie in self.ties)})"


def ties_of(record: Record) -> dict[Tie, tuple[str, ...]]:
    """What a container hangs on: names or ids as they stand in its HostConfig."""
    config: Mapping[str, Any] = record.get("HostConfig") or {}
    found: dict[Tie, tuple[str, ...]] = {}
    for tie in (Tie.NETWORK, Tie.PID, Tie.IPC):
        mode = config.get(tie) or ""
        if mode.startswith("container:"):
            found[tie] = (mode.removeprefix("container:"),)
    if links := config.get(Tie.LINK):
        found[Tie.LINK] = tuple(link.partition(":")[0].removeprefix("/") for link in links)
    if sources := config.get(Tie.VOLUMES):
        found[Tie.VOLUMES] = tuple(source.partition(":")[0] for source in sources)
    return found


def find_dependents(
    engine: EngineReader, snapshot: Snapshot, target: Container, known: KnownTies | None = None
) -> tuple[Dependent, ...]:
    """Everything that hangs on the target, directly or through another, nearest first."""
    known = known or KnownTies()
    ties = {c.id: known.of(engine, c) for c in snapshot.containers if c.id != target.id}
    found: list[Dependent] = []
    seen, waiting = {target.id}, [target]
    while waiting:
        on = waiting.pop(0)
        for container in snapshot.containers:
            if container.id in seen or not (hung := _ties_to(ties[container.id], on)):
                continue
            record = _record(engine, container)
            if record is None:
                continue
            dependent = Dependent(container, record, hung, on.id)
            found.append(dependent)
            seen.add(container.id)
            if dependent.must_follow:
                waiting.append(container)
    return tuple(found)


class KnownTies:
    """Remembers what containers hang on: a HostConfig never changes in a container's life.

    But for Links, which follow the names of those that they lead to.
    """

    def __init__(self) -> None:
        self._ties: dict[str, dict[Tie, tuple[str, ...]]] = {}

    def of(self, engine: EngineReader, container: Container) -> dict[Tie, tuple[str, ...]]:
        """The ties of a container, read once; none when it is gone meanwhile."""
        if container.id not in self._ties:
            record = _record(engine, container)
            if record is None:
                return {}
            ties = ties_of(record)
            if Tie.LINK in ties:
                return ties
            self._ties[container.id] = ties
        return self._ties[container.id]


def _record(engine: EngineReader, container: Container) -> Record | None:
    try:
        return engine.record(container.id)
    except NoSuchContainer:
        return None


def _ties_to(ties: Mapping[Tie, Iterable[str]], on: Container) -> tuple[Tie, ...]:
    return tuple(tie for tie, names in ties.items() if any(_means(n, on) for n in names))


def _means(name: str, container: Container) -> bool:
    short = len(name) >= 12 and container.id.startswith(name)
    return name in {container.name, container.id} or short
