"""A holder of a host port, as text: who it is, what it leads to, who can reach it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from manager.cli.output import Output
from manager.model.conflict import Holder

if TYPE_CHECKING:
    from manager.model.verdict import Verdict


def print_holder(
    output: Output, holder: Holder, verdict: Verdict | None = None, *, elsewhere: bool = False
) -> None:
    """The headline and the facts below it, with what the verdict on it has to add.

    elsewhere: the engine, and with it the port, is on another host.
    """
    container, process = holder.container, holder.process
    output.text(headline(holder, verdict, elsewhere=elsewhere), "bold")
    if container is not None:
        print_fact(output, "id", f"{container.short_id}, {container.state}")
        print_fact(output, "image", container.image)
        if container.origin:
            print_fact(output, "compose", f"{container.project}/{container.service}")
        if holder.served_by:
            print_fact(output, "served by", f"{holder.served_by}, which lives in its network")
        elif holder.shared_with:
            names = ", ".join(holder.shared_with)
            print_fact(output, "shared", f"with {names}: what answers may be theirs")
    if holder.service is not None:
        service = holder.service
        print_fact(output, "swarm", service.replicas)
        print_fact(output, "image", service.image)
        print_fact(output, "stack", service.stack or "")
    if process is not None:
        user = f", user {process.user}" if process.user else ""
        print_fact(output, "process", f"{process.name or '?'}, pid {process.pid}{user}")
        print_fact(output, "command", process.command)
        print_fact(output, "directory", process.cwd)
    print_fact(output, "note", holder.note)
    for caveat in verdict.caveats if verdict else ():
        print_fact(output, "mind", caveat, "yellow")


def headline(holder: Holder, verdict: Verdict | None = None, *, elsewhere: bool = False) -> str:
    """`127.0.0.1:8080 -> 80/tcp is held by container web; open to this host only`."""
    from manager.model.exposure import exposure_of

    container = holder.container
    if container is not None and not container.state.holds_ports:
        return f"{_socket(holder)} is reserved by {holder}; it takes it at its next start"
    reach = verdict.reach if verdict else exposure_of(holder.socket.host_ip).reach
    if holder.service is not None and verdict is None:
        reach = "every network of every node of the swarm"
    if elsewhere:
        reach = reach.replace("this host", "the engine's host")
    return f"{_socket(holder)} is held by {holder}; open to {reach}"


def print_fact(output: Output, name: str, value: str, style: str = "") -> None:
    """An indented line; nothing where there is no value."""
    if value:
        output.text(f"  {name:<10} {value}", style)


def _socket(holder: Holder) -> str:
    """`127.0.0.1:8080 -> 80/tcp`, or the socket alone where there is no mapping."""
    from manager.model.ports import fold

    container, socket = holder.container, holder.socket
    if holder.service is not None:
        inside = {str(p.container_port) for p in holder.service.ports if p.socket == socket}
        return f"{str(socket).partition('/')[0]} -> {', '.join(sorted(inside))}"
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
