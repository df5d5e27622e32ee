"""Which rows of the table `ls` shows, by its options."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

    from manager.model.rows import PortRow
    from manager.model.snapshot import Snapshot


def select_rows(snapshot: Snapshot, args: argparse.Namespace) -> list[PortRow]:
    """The rows that the options ask for. Raises NoSuchContainer for a name that fits nothing."""
    from manager.model.exposure import Exposure
    from manager.model.naming import owner_id
    from manager.model.rows import Source, port_rows

    rows = port_rows(snapshot)
    if args.names:
        wanted = {owner for name in args.names for owner in _owners(snapshot, name)}
        rows = [row for row in rows if owner_id(row) in wanted]
    if not (args.all or args.names):
        rows = [row for row in rows if row.source is not Source.RESERVED]
    if not args.host:
        rows = [row for row in rows if row.source is not Source.PROCESS]
    if args.exposed:
        rows = [row for row in rows if row.exposure is not Exposure.LOOPBACK]
    return rows


def _owners(snapshot: Snapshot, name: str) -> frozenset[str]:
    """Ids of the containers and swarm services of a name. Raises NoSuchContainer.

    What lives in another container's network is reached through that one's ports.
    """
    from manager.model.naming import named
    from manager.model.sharing import network_owner

    found = named(snapshot, name)
    owners = (network_owner(container, snapshot.containers) for container in found.containers)
    return found.ids | {owner.id for owner in owners if owner is not None}
