"""The SPEC of the commands: `[HOST_IP:]HOST_PORT[:CONTAINER_PORT][/PROTOCOL]`.

Each part means what it means in Docker's `-p`, but one number alone is the host port, and a
missing HOST_IP is left None for the request to fill in (127.0.0.1, never every address).
"""

from __future__ import annotations

from dataclasses import dataclass

from manager.errors import InvalidPortSpec
from manager.model.ports import (
    IPAddress,
    IPProtocol,
    PortRange,
    format_host,
    parse_ip,
    parse_protocol,
    quoted,
)

_HINT = "a SPEC is [HOST_IP:]HOST_PORT[:CONTAINER_PORT][/PROTOCOL], as in 127.0.0.1:8080:80"


@dataclass(frozen=True, slots=True)
class PortSpec:
    """What a SPEC says; None where it says nothing.

    host_ports None asks pmap to pick a free port; container_ports None asks it to find the
    container's port; a host range over one container port lets one of the range be taken.
    """

    host_ip: IPAddress | None = None
    host_ports: PortRange | None = None
    container_ports: PortRange | None = None
    protocol: IPProtocol | None = None

    def __post_init__(self) -> None:
        for ports in (self.host_ports, self.container_ports):
            if ports is not None and ports.start == 0:
                raise InvalidPortSpec(
                    f"{ports} begins with port 0, which nothing can be published on",
                    hint="0 alone, as the host port, lets pmap pick a free one",
                )
        if self.host_ports is None or self.container_ports is None:
            return
        if len(self.container_ports) not in {1, len(self.host_ports)}:
            one = len(self.host_ports) == 1
            raise InvalidPortSpec(
                f"{len(self.host_ports)} host port{'' if one else 's'} cannot lead to"
                f" {len(self.container_ports)} container ports",
                hint="give both ranges the same length",
            )

    @classmethod
    def parse(cls, text: str) -> PortSpec:
        """Read a SPEC. Raises InvalidPortSpec, which names the part that is wrong."""
        body, slash, protocol = text.partition("/")
        if not body:
            raise InvalidPortSpec(f"{quoted(text)} names no port", hint=_HINT)
        address, ports = _split_address(body, text)
        host, colon, container = ports.partition(":")
        if ":" in container:
            raise InvalidPortSpec(f"{quoted(text)} has too many parts", hint=_HINT)
        if colon and not container:
            raise InvalidPortSpec(f"{quoted(text)} ends with a colon", hint=_HINT)
        return cls(
            parse_ip(address) if address else None,
            _host_ports(host),
            PortRange.parse(container) if colon else None,
            # `80/` is tcp, as in Docker's -p.
            parse_protocol(protocol or IPProtocol.TCP) if slash else None,
        )

    def __str__(self) -> str:
        ports = "" if self.host_ports is None else str(self.host_ports)
        if self.container_ports is not None:
            ports = f"{ports}:{self.container_ports}"
        host = "" if self.host_ip is None else f"{format_host(self.host_ip)}:"
        protocol = "" if self.protocol is None else f"/{self.protocol}"
        return f"{host}{ports or '0'}{protocol}"


def _split_address(body: str, text: str) -> tuple[str, str]:
    """The address part (may be empty) and the rest of a SPEC."""
    if body.startswith("["):
        address, bracket, rest = body.partition("]")
        if not bracket or not rest.startswith(":") or address == "[":
            raise InvalidPortSpec(
                f"{quoted(text)}: an IPv6 address is written [::1]:8080", hint=_HINT
            )
        return f"{address}]", rest[1:]
    colons = body.count(":")
    if colons > 2:
        raise InvalidPortSpec(f"{quoted(text)}: put an IPv6 address in brackets", hint=_HINT)
    first, _, rest = body.partition(":")
    if colons == 2 or (colons == 1 and _is_no_port(first)):
        return first, rest
    return "", body


def _is_no_port(text: str) -> bool:
    """Whether the first of two parts is meant as an address. Raises InvalidPortSpec for neither."""
    if not text or text.replace("-", "").isdigit():
        return False
    if "." not in text and text[0].isdigit():
        raise InvalidPortSpec(f"{quoted(text)} is neither a port nor an IP address", hint=_HINT)
    return True


def _host_ports(text: str) -> PortRange | None:
    """The host ports; empty and 0 both leave the choice to pmap."""
    if not text.strip("0"):
        return None
    return PortRange.parse(text)
