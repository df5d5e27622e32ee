"""Finish or turn back what a crash left: the old container runs again, or the new one stays."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from manager.cli.output import Output

if TYPE_CHECKING:
    from manager.change.recover import Recovery


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `pmap recover`."""
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(args: argparse.Namespace) -> int:
    """Recover every open change; 5 when one could not be."""
    from manager.change.plan import Status
    from manager.cli.connect import open_manager
    from manager.cli.diagnostics import ExitCode

    recoveries = open_manager(args, warn_open=False).recover()
    output = Output()
    if args.json:
        output.json({"schema": 1, "recovered": [_form(recovery) for recovery in recoveries]})
    elif not recoveries:
        output.text("no change was interrupted")
    else:
        for recovery in recoveries:
            _print(output, recovery)
    failed = any(recovery.status is Status.ROLLBACK_FAILED for recovery in recoveries)
    return ExitCode.ROLLBACK_FAILED if failed else ExitCode.OK


def _print(output: Output, recovery: Recovery) -> None:
    words, style = {
        "applied": ("the change holds; what was left of it is cleaned up", "green"),
        "rolled-back": ("it is as it was before", "green"),
    }.get(recovery.status.value, ("it could not be brought back", "bold red"))
    output.text(f"{recovery.container or recovery.id}: {words}", style)
    for text in recovery.notes:
        output.text(f"  {text}")


def _form(recovery: Recovery) -> dict[str, Any]:
    return {
        "id": recovery.id,
        "container": recovery.container,
        "status": recovery.status.value,
        "notes": list(recovery.notes),
        "container_id": recovery.new_container_id,
    }
