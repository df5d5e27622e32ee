"""Bind every mapping that is open wider than loopback to 127.0.0.1: of these containers, or all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from manager.cli.change_flow import add_change_options, request_options, run_changes
from manager.cli.output import Output

if TYPE_CHECKING:
    import argparse

    from manager.change.request import ChangeRequest


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `pmap loopback`."""
    parser.add_argument("names", nargs="*", metavar="NAME", help="containers; none means all")
    add_change_options(parser)


def run(args: argparse.Namespace) -> int:
    """One transaction a container, in the order of their names."""
    from manager.cli.connect import open_manager

    manager = open_manager(args)

    def requests(args: argparse.Namespace) -> Sequence[ChangeRequest]:
        from manager.change.request import Loopback
        from manager.model.opened import exposed_containers

        names = exposed_containers(manager.snapshot(host=False), args.names)
        return [Loopback(container=name, **request_options(args)) for name in names]

    if not requests(args):
        if args.json:
            Output().json({"schema": 1, "changes": []})
        else:
            Output().text("nothing is open wider than loopback")
        return 0
    return run_changes(args, manager, requests)
