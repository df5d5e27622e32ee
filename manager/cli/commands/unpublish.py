"""Take ports away from a container. A SPEC names every mapping that it fits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from manager.cli.change_flow import add_change_options, request_options, run_changes
from manager.model.portspec import PortSpec

if TYPE_CHECKING:
    import argparse

    from manager.change.request import ChangeRequest


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `pmap unpublish`."""
    parser.add_argument("name", metavar="NAME", help="a container")
    parser.add_argument("specs", nargs="+", metavar="SPEC", help="as in 62893, 8080:80, 53/udp")
    add_change_options(parser)


def run(args: argparse.Namespace) -> int:
    """Plan, show, confirm, apply; the exit code of the contract."""
    specs = tuple(PortSpec.parse(text) for text in args.specs)

    def requests(args: argparse.Namespace) -> Sequence[ChangeRequest]:
        from manager.change.request import Unpublish

        return [Unpublish(container=args.name, specs=specs, **request_options(args))]

    from manager.cli.connect import open_manager

    return run_changes(args, open_manager(args), requests)
