"""Give a mapping another host port or address.

`pmap move web 8080 127.0.0.1:8080` binds to loopback; TO 0 takes a free port.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING

from manager.cli.change_flow import add_change_options, request_options, run_changes
from manager.errors import Refused
from manager.model.portspec import PortSpec

if TYPE_CHECKING:
    import argparse

    from manager.change.request import ChangeRequest
    from manager.service import PortManager


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `pmap move`."""
    parser.add_argument("name", metavar="NAME", help="a container")
    parser.add_argument("source", metavar="FROM", help="the mapping, as in 8080 or 127.0.0.1:8080")
    parser.add_argument("target", metavar="TO", help="its new host side, as in 127.0.0.1:8081")
    add_change_options(parser)


def run(args: argparse.Namespace) -> int:
    """Plan, show, confirm, apply; the exit code of the contract."""
    source, target = PortSpec.parse(args.source), PortSpec.parse(args.target)

    def requests(args: argparse.Namespace) -> Sequence[ChangeRequest]:
        from manager.change.request import Move

        options = request_options(args)
        return [Move(container=args.name, source=source, target=target, **options)]

    from manager.cli.connect import open_manager

    manager = open_manager(args)
    if all(spec.host_ports is not None and len(spec.host_ports) > 1 for spec in (source, target)):
        _refuse_several(manager, args.name, source, target)
    return run_changes(args, manager, requests)


def _refuse_several(manager: PortManager, name: str, source: PortSpec, target: PortSpec) -> None:
    """Raise Refused where a range means several mappings, and not one that may be on any of it."""
    from manager.change.mappings import fitting

    snapshot = manager.snapshot(host=False)
    if snapshot.service(name) is None and len(fitting(source, snapshot.container(name))) < 2:
        return
    inside = "" if target.container_ports else ":CONTAINER_PORTS"
    shown = shlex.quote(name)
    raise Refused(
        f"{source} is several mappings of {name}, and one is moved at a time",
        hint=f"pmap publish {shown} {target}{inside}, then pmap unpublish {shown} {source}",
    )
