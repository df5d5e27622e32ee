"""`pmap ls --all-contexts`: the ports of every docker context in one table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from manager.cli import diagnostics
from manager.cli.diagnostics import ExitCode
from manager.cli.output import Output
from manager.cli.selection import select_rows
from manager.errors import InvalidInput, NoSuchContainer

if TYPE_CHECKING:
    import argparse

    from manager.everywhere import ContextPorts
    from manager.model.conflict import Conflict
    from manager.model.rows import PortRow

Shown = list[tuple[str, list["PortRow"]]]


def list_contexts(args: argparse.Namespace) -> int:
    """Print the table, or the JSON object; 0 when any context answered, else 3.

    Raises InvalidInput where one engine was named, NoSuchContainer for a name that fits nowhere.
    """
    from manager.bootstrap import build, context_names
    from manager.everywhere import PATIENCE, read_contexts
    from manager.model.rows import row_conflicts

    if args.context or args.engine_url or args.demo:
        raise InvalidInput(
            "--all-contexts looks at every docker context, and one engine is named too",
            hint="leave out --context, -H or --demo",
        )
    stopped = args.all or bool(args.names)
    found = read_contexts(
        context_names(),
        lambda name: build(context=name, patience=PATIENCE),
        stopped=stopped,
        sockets=args.host or stopped,
    )
    conflicts = [
        (one.context, conflict)
        for one in found
        if one.snapshot is not None and stopped
        for conflict in row_conflicts(one.snapshot)
    ]
    shown = _shown(found, args)
    output = Output()
    if args.json:
        output.json(_form(found, shown, conflicts))
    else:
        _print(output, shown, conflicts)
    for one in found:
        if one.error is not None:
            diagnostics.report(one.error, about=f"{one.context}: ")
    return ExitCode.OK if any(one.snapshot for one in found) else ExitCode.NO_ENGINE


def _shown(found: list[ContextPorts], args: argparse.Namespace) -> Shown:
    """The rows of each context; the host's own processes once, under no context."""
    from manager.model.rows import Source

    shown: Shown = []
    own: Shown = []
    missing: NoSuchContainer | None = None
    for one in found:
        if one.snapshot is None:
            continue
        try:
            rows = select_rows(one.snapshot, args)
        except NoSuchContainer as error:
            missing = error
            continue
        shown.append((one.context, [row for row in rows if row.source is not Source.PROCESS]))
        if not own and one.snapshot.listeners is not None:
            own.append(("", [row for row in rows if row.source is Source.PROCESS]))
    if missing is not None and not shown:
        raise missing
    return shown + own


def _print(output: Output, shown: Shown, conflicts: list[tuple[str, Conflict]]) -> None:
    from manager.cli.port_table import print_rows

    print_rows(output, shown, contexts=True)
    if not any(rows for _, rows in shown):
        output.text("nothing is published; pmap ls -a shows what stopped containers reserve")
    for context, conflict in conflicts:
        who = conflict.wanted_by.name if conflict.wanted_by else "the request"
        output.text(f"conflict: {who} of {context} cannot start: {conflict}", "yellow")


def _form(
    found: list[ContextPorts], shown: Shown, conflicts: list[tuple[str, Conflict]]
) -> dict[str, Any]:
    from manager.cli.json_form import SCHEMA, conflict_form, engine_form, row_form

    return {
        "schema": SCHEMA,
        "engine": engine_form(None),
        "contexts": [
            {
                "context": one.context,
                "engine": engine_form(one.snapshot.engine if one.snapshot else None),
                "error": one.error.message if one.error else None,
                "hint": one.error.hint or None if one.error else None,
            }
            for one in found
        ],
        "mappings": [
            row_form(row) | {"context": context or None} for context, rows in shown for row in rows
        ],
        "conflicts": [
            conflict_form(conflict) | {"context": context} for context, conflict in conflicts
        ],
    }
