"""What a container listens on itself, held against the port that is published.

An engine forwards to the container's own IPv4 address (or its IPv6 one, where its network has
IPv6): what listens on the container's loopback alone, or on another port, is never reached.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from manager.model.listener import HostSocket
from manager.model.portclass import LINUX_EPHEMERAL
from manager.model.ports import IPProtocol, Port


class Inside(StrEnum):
    """What is found behind a container port, by the words of `probe --json`."""

    LISTENS = "listens"
    LOOPBACK = "loopback"
    IPV6_ONLY = "ipv6-only"
    OTHER_PROTOCOL = "other-protocol"
    OTHER_PORT = "other-port"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class InsideView:
    """state says what is behind `port`; sockets are those that show it."""

    port: Port
    state: Inside
    sockets: tuple[HostSocket, ...] = ()

    @property
    def others(self) -> tuple[Port, ...]:
        """The ports that `sockets` are on, each once, in order."""
        return tuple(sorted({Port(s.host_port, s.protocol) for s in self.sockets}))


def inside_view(port: Port, listening: Iterable[HostSocket]) -> InsideView:
    """What is behind a container port, given all that listens in the container."""
    sockets = tuple(listening)
    on_number = [s for s in sockets if s.host_port == port.number]
    here = tuple(s for s in on_number if s.protocol is port.protocol)
    if here:
        return InsideView(port, _state_of(here), here)
    if other := tuple(s for s in on_number if not _on_loopback(s)):
        return InsideView(port, Inside.OTHER_PROTOCOL, other)
    elsewhere = tuple(
        s for s in sockets if s.protocol is port.protocol and not _on_loopback(s) and _serves(s)
    )
    return InsideView(port, Inside.OTHER_PORT if elsewhere else Inside.NOTHING, elsewhere)


def outer_ports(listening: Iterable[HostSocket]) -> tuple[Port, ...]:
    """The ports of a container's servers that can be reached from outside it, in order."""
    outer = {Port(s.host_port, s.protocol) for s in listening if not _on_loopback(s) and _serves(s)}
    return tuple(sorted(outer))


def _state_of(sockets: Iterable[HostSocket]) -> Inside:
    outer = [s for s in sockets if not _on_loopback(s)]
    if not outer:
        return Inside.LOOPBACK
    reachable = any(s.host_ip is None or s.host_ip.version == 4 or s.dual_stack for s in outer)
    return Inside.LISTENS if reachable else Inside.IPV6_ONLY


def _on_loopback(socket: HostSocket) -> bool:
    return socket.host_ip is not None and socket.host_ip.is_loopback


def _serves(socket: HostSocket) -> bool:
    """Whether it looks like a server: a UDP client's own socket differs by its port alone."""
    return socket.protocol is not IPProtocol.UDP or socket.host_port not in LINUX_EPHEMERAL
