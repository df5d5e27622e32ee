"""A host port as people name it to ask about it: `62893`, `53/udp`, `127.0.0.1:62893`, `*:8080`."""

from __future__ import annotations

from dataclasses import dataclass

from manager.errors import InvalidPortSpec
from manager.model.listener import HostSocket
from manager.model.ports import IPAddress, IPProtocol, Port, format_host, parse_ip, quoted

_HINT = "a port, with its address and protocol where they matter: 62893, 53/udp, 127.0.0.1:62893"


@dataclass(frozen=True, slots=True)
class HostPlace:
    """What was asked about. protocol None is whichever, host_ip None is wherever."""

    port: int
    protocol: IPProtocol | None = None
    host_ip: IPAddress | None = None

    @classmethod
    def parse(cls, text: str) -> HostPlace:
        """Read `[HOST_IP:]PORT[/PROTOCOL]`, as pmap prints it. Raises InvalidPortSpec."""
        address, colon, rest = text.rpartition(":")
        port = Port.parse(rest)
        if address.count(":") and not address.startswith("["):
            raise InvalidPortSpec(f"{quoted(text)}: put an IPv6 address in brackets", hint=_HINT)
        if colon and (not address or address.isdigit()):
            raise InvalidPortSpec(f"{quoted(text)} names no port of the host", hint=_HINT)
        host_ip = parse_ip(address) if colon and address != "*" else None
        return cls(port.number, port.protocol if "/" in rest else None, host_ip)

    @classmethod
    def is_one(cls, text: str) -> bool:
        """Whether a text is meant as a port, and not as the name of a container."""
        return text.rpartition(":")[2].partition("/")[0].isdigit()

    def meets(self, socket: HostSocket) -> bool:
        """Whether a socket is on this port, and on this address where one was named."""
        protocol = self.protocol or socket.protocol
        return HostSocket(self.host_ip, self.port, protocol).overlaps(socket)

    def __str__(self) -> str:
        host = "" if self.host_ip is None else f"{format_host(self.host_ip)}:"
        return f"{host}{self.port}{f'/{self.protocol}' if self.protocol else ''}"
