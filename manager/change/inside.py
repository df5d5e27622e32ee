"""What listens inside a container, and which of its ports is meant where none is named. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from manager.errors import Refused
from manager.model.container import Container
from manager.model.listener import HostSocket
from manager.model.portclass import LINUX_EPHEMERAL
from manager.model.ports import IPProtocol, Port, parse_ip

_DOCKER_DNS = parse_ip("127.0.0.11")


def find_container_port(
    target: Container, inside: tuple[HostSocket, ...] | None, protocol: IPProtocol | None
) -> Port:
    """The one port that the container exposes, else the one that it listens on.

    Raises Refused, naming the choices, where that is not exactly one.
    """
    exposed = sorted({p for p in target.exposed if protocol in {None, p.protocol}})
    listening = sorted({p for p in reachable_ports(inside) if protocol in {None, p.protocol}})
    for found in (exposed, listening):
        if len(found) == 1:
            return found[0]
    choices = exposed or listening
    if not choices:
        kind = f" {protocol}" if protocol else ""
        raise Refused(
            f"{target.name} exposes no{kind} port, and none is seen to listen in it",
            hint="name the container port, as in 8080:80",
        )
    listed = ", ".join(map(str, choices))
    verb = "exposes" if exposed else "listens on"
    raise Refused(
        f"{target.name} {verb} several ports: {listed}",
        hint=f"name the container port, as in 8080:{choices[0].number}",
    )


def reachable_ports(inside: Iterable[HostSocket] | None) -> frozenset[Port]:
    """Ports that listen in the container and can be reached from outside of it."""
    return frozenset(
        Port(socket.host_port, socket.protocol)
        for socket in inside or ()
        if (socket.host_ip is None or not socket.host_ip.is_loopback)
        # A client's own socket looks the same as a UDP server's, but for its port.
        and (socket.protocol is IPProtocol.TCP or socket.host_port not in LINUX_EPHEMERAL)
    )


def listens_on_loopback_only(port: Port, inside: tuple[HostSocket, ...] | None) -> bool:
    """Whether the app listens on that port, but where no published port can reach it."""
    sockets = [
        socket
        for socket in inside or ()
        if (socket.host_port, socket.protocol) == (port.number, port.protocol)
        and socket.host_ip != _DOCKER_DNS
    ]
    return bool(sockets) and all(s.host_ip is not None and s.host_ip.is_loopback for s in sockets)
