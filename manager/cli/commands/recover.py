"""Finish or turn back what a crash left: the old container runs again, or the new one stays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from manager.cli.output import Output

if TYPE_CHECKING:
    import argparse

    from manager.change.recover import Recovery
    from manager.service import PortManager


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `pmap recover`."""
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument(
        "--forget", metavar="ID", help="give up that change: leave everything as it is now"
    )


def run(args: argparse.Namespace) -> int:
    """Recover every open change; 5 when one could not be."""
    from manager.change.plan import Status
    from manager.cli.connect import open_manager
    from manager.cli.diagnostics import ExitCode

    manager = open_manager(args, warn_open=False)
    output = Output()
    if args.forget is not None:
        return _forget(args, manager, output)
    recoveries = manager.recover()
    if args.json:
        output.json({"schema": 1, "recovered": [_form(recovery) for recovery in recoveries]})
    elif not recoveries:
        output.text("no change was interrupted")
    else:
        for recovery in recoveries:
            _print(output, recovery)
    failed = any(recovery.status is Status.ROLLBACK_FAILED for recovery in recoveries)
    return ExitCode.ROLLBACK_FAILED if failed else ExitCode.OK


def _forget(args: argparse.Namespace, manager: PortManager, output: Output) -> int:
    gone = manager.forget(args.forget)
    if args.json:
        output.json({"schema": 1, "recovered": [_form(gone)]})
        return 0
    output.text(f"{gone.container or gone.id}: given up, and left as it is now")
    for text in gone.notes:
        output.text(f"  {text}")
    return 0


def _print(output: Output, recovery: Recovery) -> None:
    words, style = {
        "applied": ("the change holds; what was left of it is cleaned up", "green"),
        "rolled-back": ("it is as it was before", "green"),
    }.get(recovery.status.value, ("it could not be brought back", "bold red"))
    output.text(f"{recovery.container or recovery.id}: {words}", style)
    for text in recovery.notes:
        output.text(f"  {text}")
    if recovery.status.value == "rollback-failed":
        output.text(
            f"  hint: pmap recover once that is mended; or let it be as it is now: "
            f"pmap recover --forget {recovery.id}"
        )


def _form(recovery: Recovery) -> dict[str, Any]:
    return {
        "id": recovery.id,
        "container": recovery.container,
        "status": recovery.status.value,
        "notes": list(recovery.notes),
        "container_id": recovery.new_container_id,
    }
