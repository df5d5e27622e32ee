"""Show every published port and what stands behind it; what is open to others stands out."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from manager.cli.output import Cell, Output

if TYPE_CHECKING:
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
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(args: argparse.Namespace) -> int:
    """Print the table, or the JSON object; 0."""
    if args.files:
        from manager.cli.compose_rows import list_files

        return list_files(args)
    from manager.cli.connect import open_manager
    from manager.model.rows import row_conflicts

    manager = open_manager(args)
    stopped = args.all or bool(args.names)
    snapshot = manager.snapshot(stopped=stopped, host=args.host or stopped)
    conflicts = row_conflicts(snapshot) if stopped else ()
    rows = select_rows(snapshot, args)
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
        print_rows(output, rows)
        _print_summary(output, rows, conflicts, args)
    return 0


def select_rows(snapshot: Snapshot, args: argparse.Namespace) -> list[PortRow]:
    """The rows that the options ask for. Raises NoSuchContainer for a name that fits nothing."""
    from manager.model.exposure import Exposure
    from manager.model.rows import Source, port_rows

    rows = port_rows(snapshot)
    if args.names:
        wanted = {c.id for name in args.names for c in snapshot.matching(name)}
        rows = [row for row in rows if row.container and row.container.id in wanted]
    if not (args.all or args.names):
        rows = [row for row in rows if row.source is not Source.RESERVED]
    if not args.host:
        rows = [row for row in rows if row.source is not Source.PROCESS]
    if args.exposed:
        rows = [row for row in rows if row.exposure is not Exposure.LOOPBACK]
    return rows


def print_rows(output: Output, rows: Sequence[PortRow]) -> None:
    """The table: how wide it is open, host -> container port, whose it is, and its state."""
    if not rows:
        return
    from manager.model.runs import runs

    found = runs(rows)
    host_width = max(len(run.host) for run in found)
    body = []
    for run in found:
        row, wide = run.row, run.row.exposure.rank
        style = ("green", "yellow", "bold red")[wide]
        inside = f" -> {run.container_side}" if run.container_side else f"/{row.protocol}"
        owner = row.container.name if row.container else _process_name(row)
        body.append(
            [
                Cell(f"{'!' if wide else ' '} {row.exposure}", style),
                Cell(f"{run.host:>{host_width}}{inside}", style if wide == 2 else ""),
                Cell(owner, "bold"),
                Cell(_project(row), "cyan"),
                Cell(_state(row), "yellow" if row.bound is False else "dim"),
                Cell(row.container.image if row.container else _command(row), "dim"),
            ]
        )
    header = (
        "  EXPOSURE", f"{'HOST':>{host_width}} -> PORT", "CONTAINER", "PROJECT", "STATE", "IMAGE",
    )  # fmt: skip
    output.table(header, body)


def _process_name(row: PortRow) -> str:
    if row.process is None:
        return "(process not visible)"
    return f"{row.process.name or 'process'} [{row.process.pid}]"


def _project(row: PortRow) -> str:
    container = row.container
    if container is None or container.origin is None:
        return "-"
    return f"{container.project}/{container.service}"


def _state(row: PortRow) -> str:
    from manager.model.rows import Source

    if row.container is None:
        return "listening"
    if row.source is Source.HOST_NETWORK:
        return "host network"
    if row.source is Source.RESERVED:
        return f"reserved, {row.container.state}"
    return row.container.state.value if row.bound else "declared, not bound"


def _command(row: PortRow) -> str:
    command = row.process.command if row.process else ""
    return command if len(command) <= 60 else f"{command[:57]}..."


def _print_summary(
    output: Output,
    rows: Sequence[PortRow],
    conflicts: Sequence[Conflict],
    args: argparse.Namespace,
) -> None:
    from manager.model.exposure import Exposure

    if not rows:
        more = "" if args.all else "; pmap ls -a shows what stopped containers reserve"
        output.text(f"nothing is published{more}")
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
