"""Show every published port and what stands behind it; what is open to others stands out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from manager.cli.output import Output

if TYPE_CHECKING:
    import argparse

    from manager.model.conflict import Conflict
    from manager.model.rows import PortRow
    from manager.model.snapshot import Snapshot


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `pmap ls`."""
    parser.add_argument("names", nargs="*", metavar="NAME", help="containers, services, projects")
    parser.add_argument("-a", "--all", action="store_true", help="what stopped ones reserve too")
    parser.add_argument("--exposed", action="store_true", help="only what is not on loopback")
    parser.add_argument("--host", action="store_true", help="the host's own listeners too")
    parser.add_argument(
        "-f", "--file", action="append", default=[], metavar="COMPOSE_FILE", dest="files",
        help="what these compose files would publish; no engine is asked",
    )  # fmt: skip
    parser.add_argument(
        "--all-contexts", action="store_true",
        help="of every docker context, side by side; one that is dead holds up nobody",
    )  # fmt: skip
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(args: argparse.Namespace) -> int:
    """Print the table, or the JSON object; 0."""
    if args.files:
        from manager.cli.compose_rows import list_files

        return list_files(args)
    if args.all_contexts:
        from manager.cli.all_contexts import list_contexts

        return list_contexts(args)
    from manager.cli.connect import open_manager, warn_other_host
    from manager.cli.port_table import print_rows
    from manager.cli.selection import select_rows
    from manager.model.rows import row_conflicts

    manager = open_manager(args)
    stopped = args.all or bool(args.names)
    snapshot = manager.snapshot(stopped=stopped, host=args.host or stopped)
    rows = select_rows(snapshot, args)
    shown = {row.container.id for row in rows if row.container}
    conflicts = [
        conflict
        for conflict in (row_conflicts(snapshot) if stopped else ())
        if conflict.wanted_by is None or conflict.wanted_by.id in shown
    ]
    output = Output()
    if args.json:
        from manager.cli import json_form

        output.json(
            {
                "schema": json_form.SCHEMA,
                "engine": json_form.engine_form(snapshot.engine),
                "mappings": [json_form.row_form(row) for row in rows],
                "conflicts": [json_form.conflict_form(c) for c in conflicts],
            }
        )
    else:
        print_rows(output, [("", rows)])
        _print_sharing(output, snapshot, args.names)
        _print_summary(output, rows, conflicts, args)
    if args.host:
        warn_other_host(manager, "processes are not shown")
    return 0


def _print_sharing(output: Output, snapshot: Snapshot, names: Sequence[str]) -> None:
    """Say whose ports those of a container are that lives in another one's network."""
    from manager.model.sharing import network_owner, shares_network

    for container in snapshot.containers:
        if container.name in names and shares_network(container):
            owner = network_owner(container, snapshot.containers)
            whose = "of one that is gone"
            if owner is not None:
                name = f"pod {owner.pod}" if owner.pod else owner.name
                whose = f"of {name}: its ports are that one's"
            output.text(f"{container.name} lives in the network {whose}", "dim")


def _print_summary(
    output: Output,
    rows: Sequence[PortRow],
    conflicts: Sequence[Conflict],
    args: argparse.Namespace,
) -> None:
    from manager.model.exposure import Exposure

    if not rows:
        more = "" if args.all else "; pmap ls -a shows what stopped containers reserve"
        what = "open beyond this host" if args.exposed else "published"
        output.text(f"nothing is {what}{more}")
    for conflict in conflicts:
        who = conflict.wanted_by.name if conflict.wanted_by else "the request"
        output.text(f"conflict: {who} cannot start: {conflict}", "yellow")
    exposed = [row for row in rows if row.exposure is not Exposure.LOOPBACK and row.bound]
    owners = (row.container for row in exposed if row.container_port)
    names = list(dict.fromkeys(owner.name for owner in owners if owner))
    if output.stream.isatty() and names:
        output.text(
            f"{len(exposed)} of {len(rows)} are open beyond this host;"
            f" pmap loopback {' '.join(names[:3])}{' ...' if len(names) > 3 else ''} closes them",
            "dim",
        )
