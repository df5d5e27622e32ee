"""Containers that cannot do without the very container that a change replaces.

Engine API HostConfig: NetworkMode, PidMode and IpcMode `container:X`, Links, VolumesFrom.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from graphlib import CycleError, TopologicalSorter
from typing import Any

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


Ties = Mapping[Tie, tuple[str, ...]]
"""What one container hangs on, by how: names or ids as they stand in its HostConfig."""


_Hanging = tuple[Container, tuple[Tie, ...], str]
"""A container, how it hangs on another, and that one's id."""


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


def ties_of(record: Record) -> Ties:
    """What a container hangs on."""
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
    """Everything that hangs on the target, directly or not, each after those that it hangs on."""
    others = [container for container in snapshot.containers if container.id != target.id]
    ties = (known or KnownTies()).of(engine, others)
    hanging: list[_Hanging] = []
    left, waiting = list(others), [target]
    while waiting:
        on = waiting.pop(0)
        for container in tuple(left):
            if hung := _ties_to(ties.get(container.id, {}), on):
                left.remove(container)
                hanging.append((container, hung, on.id))
                if hung != (Tie.VOLUMES,):
                    waiting.append(container)
    hanging = _in_order(hanging, ties)
    records = engine.records([container.id for container, _, _ in hanging]) if hanging else {}
    return tuple(
        Dependent(engine.decode(records[container.id]), records[container.id], hung, on_id)
        for container, hung, on_id in hanging
        if container.id in records
    )


def _in_order(hanging: list[_Hanging], ties: Mapping[str, Ties]) -> list[_Hanging]:
    """Each after all that it hangs on, whatever else leads to it."""
    by_id = {container.id: (container, how, on) for container, how, on in hanging}
    order = TopologicalSorter(
        {
            key: [
                other.id
                for other, _, _ in hanging
                if other.id != key and _ties_to(ties.get(key, {}), other)
            ]
            for key in by_id
        }
    )
    try:
        return [by_id[key] for key in order.static_order()]
    except CycleError:
        # Links by names that were swapped since: no order is right, and none is wrong.
        return hanging


class KnownTies:
    """Remembers what containers hang on: a HostConfig never changes in a container's life.

    But for Links, which follow the names of those that they lead to.
    """

    def __init__(self) -> None:
        self._ties: dict[str, Ties] = {}

    def of(self, engine: EngineReader, containers: Iterable[Container]) -> dict[str, Ties]:
        """The ties of containers by id, each read once; without those that are gone meanwhile."""
        ids = [container.id for container in containers]
        unknown = [container_id for container_id in ids if container_id not in self._ties]
        read = engine.records(unknown) if unknown else {}
        found = {container_id: ties_of(record) for container_id, record in read.items()}
        known = {key: ties for key, ties in self._ties.items() if key in ids}
        self._ties = known | {key: ties for key, ties in found.items() if Tie.LINK not in ties}
        return known | found


def _ties_to(ties: Ties, on: Container) -> tuple[Tie, ...]:
    return tuple(tie for tie, names in ties.items() if any(_means(n, on) for n in names))


def _means(name: str, container: Container) -> bool:
    short = len(name) >= 12 and container.id.startswith(name)
    return name in {container.name, container.id} or short
