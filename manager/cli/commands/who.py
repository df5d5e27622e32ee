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
        output.text(f"nobody holds {args.port}; {advice(port.number, holders)}")
    for holder in holders:
        _print_holder(output, holder)
    return 0


def _print_holder(output: Output, holder: Holder) -> None:
    from manager.model.advice import advice_for
    from manager.model.exposure import exposure_of

    container, process = holder.container, holder.process
    stopped = container is not None and not container.state.holds_ports
    verb = "is reserved by" if stopped else "is held by"
    reach = "it takes it at its next start"
    if not stopped:
        reach = f"open to {exposure_of(holder.socket.host_ip).reach}"
    output.text(f"{_socket(holder)} {verb} {holder}; {reach}", "bold")
    if container is not None:
        _print_fact(output, "id", f"{container.short_id}, {container.state}")
        _print_fact(output, "image", container.image)
        if container.origin:
            _print_fact(output, "compose", f"{container.project}/{container.service}")
    if process is not None:
        user = f", user {process.user}" if process.user else ""
        _print_fact(output, "process", f"{process.name or '?'}, pid {process.pid}{user}")
        _print_fact(output, "command", process.command)
        _print_fact(output, "directory", process.cwd)
    _print_fact(output, "note", holder.note)
    _print_fact(output, "way out", advice_for(holder), "cyan")


def _print_fact(output: Output, name: str, value: str, style: str = "") -> None:
    if value:
        output.text(f"  {name:<10} {value}", style)


def _socket(holder: Holder) -> str:
    """`127.0.0.1:8080 -> 80/tcp`, or the socket alone where there is no mapping."""
    from manager.model.ports import fold

    container, socket = holder.container, holder.socket
    if container is None:
        return str(socket)
    inside = {
        str(port.container_port)
        for host_ip, port in fold(container.published)
        if (host_ip, port.host_port) == (socket.host_ip, socket.host_port)
    } | {
        str(mapping.container_port)
        for mapping in container.mappings
        if (mapping.binding.host_ip, mapping.binding.host_port)
        == (socket.host_ip, socket.host_port)
    }
    inside = {port for port in inside if port.endswith(f"/{socket.protocol}")}
    if not inside:
        return str(socket)
    return f"{str(socket).partition('/')[0]} -> {', '.join(sorted(inside))}"
