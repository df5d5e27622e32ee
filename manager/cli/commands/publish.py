"""Add ports to a container, on 127.0.0.1 unless told otherwise.

A SPEC is [HOST_IP:]HOST_PORT[:CONTAINER_PORT][/PROTOCOL]; one number alone is the host port.
The container is made anew with everything it had; the old one comes back if that fails.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from manager.cli.change_flow import add_change_options, request_options, run_changes
from manager.errors import InvalidPortSpec
from manager.model.ports import PortRange, quoted
from manager.model.portspec import PortSpec

if TYPE_CHECKING:
    import argparse

    from manager.change.request import ChangeRequest


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `pmap publish`."""
    parser.add_argument("name", metavar="NAME", help="a container")
    parser.add_argument("specs", nargs="+", metavar="SPEC", help="as in 62893, 8080:80, 53/udp")
    add_change_options(parser)


def run(args: argparse.Namespace) -> int:
    """Plan, show, confirm, apply; the exit code of the contract."""
    specs = tuple(_spec(args.name, text) for text in args.specs)
    # Asked for twice is asked for once; 0 is another free port each time.
    once = [s for i, s in enumerate(specs) if s.host_ports is None or s not in specs[:i]]

    def requests(args: argparse.Namespace) -> Sequence[ChangeRequest]:
        from manager.change.request import Publish

        return [Publish(container=args.name, specs=tuple(once), **request_options(args))]

    from manager.cli.connect import open_manager

    return run_changes(args, open_manager(args), requests)


def _spec(name: str, text: str) -> PortSpec:
    """One SPEC. Raises InvalidPortSpec, also for a range that does not say where it leads.

    Docker takes one port of `9000-9005:80`, and six of `9000-9005:9000-9005`.
    """
    spec = PortSpec.parse(text)
    ports = spec.host_ports
    if ports is None or len(ports) == 1 or spec.container_ports is not None:
        return spec
    every = replace(spec, container_ports=ports)
    one = replace(spec, container_ports=PortRange.of(80))
    raise InvalidPortSpec(
        f"{quoted(text)} is {len(ports)} host ports, and does not say where they lead",
        hint=f"each to the same port inside: pmap publish {shlex.quote(name)} {every}\n"
        f"one of them that is free, to port 80: pmap publish {shlex.quote(name)} {one}",
    )
