"""Turn a change round: the last one, or the one with this id (pmap history)."""

from __future__ import annotations

from manager.cli.change_flow import add_change_options

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `pmap undo`."""
    parser.add_argument("id", nargs="?", metavar="ID", help="of pmap history; the last without")
    add_change_options(parser)


def run(args: argparse.Namespace) -> int:
    """Plan the way back, show it, confirm, apply; the exit code of the contract."""
    from manager.cli.change_flow import request_options, run_changes
    from manager.cli.connect import open_manager

    manager = open_manager(args)
    return run_changes(
        args, manager, lambda args: [manager.undo_request(args.id, **request_options(args))]
    )
