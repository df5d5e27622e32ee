"""Which rows of the table `ls` shows, by its options."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from manager.model.rows import PortRow
    from manager.model.snapshot import Snapshot


def select_rows(snapshot: Snapshot, args: argparse.Namespace) -> list[PortRow]:
    """The rows that the options ask for. Raises NoSuchContainer for a name that fits nothing."""
    from manager.model.exposure import Exposure
    from manager.model.rows import Source, port_rows

    rows = port_rows(snapshot)
    if args.names:
        wanted = {owner for name in args.names for owner in _owners(snapshot, name)}
        rows = [r for r in rows if (owner := r.container or r.service) and owner.id in wanted]
    if not (args.all or args.names):
        rows = [row for row in rows if row.source is not Source.RESERVED]
    if not args.host:
        rows = [row for row in rows if row.source is not Source.PROCESS]
    if args.exposed:
        rows = [row for row in rows if row.exposure is not Exposure.LOOPBACK]
    return rows


def _owners(snapshot: Snapshot, name: str) -> set[str]:
    """Ids of the containers and swarm services of a name. Raises NoSuchContainer.

    What lives in another container's network is reached through that one's ports.
    """
    from manager.model.sharing import network_owner
    from manager.model.swarm import tasks_of

    services = [s for s in snapshot.services if name in {s.name, s.id, s.stack}]
    if not services:
        named = snapshot.matching(name)
        owners = (network_owner(container, snapshot.containers) for container in named)
        return {one.id for one in (*named, *owners) if one is not None}
    tasks = (task for service in services for task in tasks_of(service, snapshot.containers))
    return {service.id for service in services} | {task.id for task in tasks}
