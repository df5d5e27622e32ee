"""Finish or turn back what a crash left: the old container runs again, or the new one stays."""

from __future__ import annotations

import argparse

from manager.cli.output import Output


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `pmap recover`."""
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(args: argparse.Namespace) -> int:
    """Recover every open change; 5 when one could not be."""
    from manager.cli.connect import open_manager
    from manager.cli.diagnostics import ExitCode

    manager = open_manager(args, warn_open=False)
    recoveries = manager.recover()
    output = Output()
    if args.json:
        output.json({"schema": 1, "recovered": [r.model_dump(mode="json") for r in recoveries]})
    elif not recoveries:
        output.text("no change was interrupted")
    else:
        for recovery in recoveries:
            output.text(str(recovery), "green" if recovery.ok else "bold red")
    return ExitCode.OK if all(r.ok for r in recoveries) else ExitCode.ROLLBACK_FAILED
