"""Who is meant by a name in `ls` and `probe`: containers, compose's names, pods, swarm services."""

from __future__ import annotations

from dataclasses import dataclass

from manager.model.container import Container
from manager.model.rows import PortRow
from manager.model.snapshot import Snapshot
from manager.model.swarm import SwarmService, tasks_of


@dataclass(frozen=True, slots=True)
class Named:
    """Swarm services with the tasks that run here, or else containers."""

    services: tuple[SwarmService, ...]
    containers: tuple[Container, ...]

    @property
    def ids(self) -> frozenset[str]:
        """The ids of all of them."""
        return frozenset({s.id for s in self.services} | {c.id for c in self.containers})


def named(snapshot: Snapshot, name: str) -> Named:
    """The swarm services of a name, id or stack; else the containers that `matching` finds.

    Raises NoSuchContainer.
    """
    services = tuple(s for s in snapshot.services if name in {s.name, s.id, s.stack})
    if not services:
        return Named((), snapshot.matching(name))
    tasks = (task for service in services for task in tasks_of(service, snapshot.containers))
    return Named(services, tuple(tasks))


def owner_id(row: PortRow) -> str | None:
    """The id of the container or swarm service that a row belongs to; None for a process."""
    owner = row.container or row.service
    return owner.id if owner else None
