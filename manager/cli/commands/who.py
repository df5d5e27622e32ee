"""Say who holds a host port: container, stopped container or process, and the way out."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from manager.cli.output import Output

if TYPE_CHECKING:
    from manager.model.conflict import Holder


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `pmap who`."""
    parser.add_argument("port", metavar="PORT[/PROTO]", help="as in 62893 or 53/udp")
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(args: argparse.Namespace) -> int:
    """Print the holders; 0 also when nobody holds it."""
    from manager.cli.connect import open_manager
    from manager.model.advice import advice
    from manager.model.ports import Port

    port = Port.parse(args.port)
    protocol = port.protocol if "/" in args.port else None
    manager = open_manager(args, need_engine=False)
    holders = manager.who(port.number, protocol)
    output = Output()
    if args.json:
        from manager.cli import json_form

        output.json(
            {
                "schema": json_form.SCHEMA,
                "port": port.number,
                "protocol": protocol.value if protocol else None,
                "holders": [json_form.holder_form(holder) for holder in holders],
                "advice": advice(port.number, holders),
            }
        )
        return 0
    if not holders:
        output.text(f"nobody holds {args.port}", "bold")
    for holder in holders:
        _print_holder(output, holder)
    for line in advice(port.number, holders).splitlines():
        output.text(f"  way out: {line}" if holders else f"  {line}", "cyan")
    return 0


def _print_holder(output: Output, holder: Holder) -> None:
    from manager.model.exposure import exposure_of

    reach = exposure_of(holder.socket.host_ip).reach
    output.text(f"{holder.socket} is held by {holder}; open to {reach}", "bold")
    container, process = holder.container, holder.process
    if container is not None:
        compose = f", compose {container.project}/{container.service}" if container.origin else ""
        output.text(f"  container {container.name} ({container.short_id}), {container.state}")
        output.text(f"  image     {container.image}{compose}")
        for published in container.published:
            if published.host_port == holder.socket.host_port:
                output.text(f"  mapping   {published}")
    if process is not None:
        output.text(
            f"  process   {process.name or '?'} (pid {process.pid}) {process.user}".rstrip()
        )
        if process.command:
            output.text(f"  command   {process.command}")
        if process.cwd:
            output.text(f"  directory {process.cwd}")
    if holder.note:
        output.text(f"  note      {holder.note}")
