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
        if self.host_ports is None or self.container_ports is None:
            return
        if len(self.container_ports) not in {1, len(self.host_ports)}:
            raise InvalidPortSpec(
                f"{len(self.host_ports)} host ports cannot lead to"
                f" {len(self.container_ports)} container ports",
                hint="give both ranges the same length",
            )

    @classmethod
    def parse(cls, text: str) -> PortSpec:
        """Read a SPEC. Raises InvalidPortSpec, which names the part that is wrong."""
        body, slash, protocol = text.partition("/")
        address, ports = _split_address(body, text)
        host, colon, container = ports.partition(":")
        if ":" in container:
            raise InvalidPortSpec(f"{text!r} has too many parts", hint=_HINT)
        if not body:
            raise InvalidPortSpec(f"{text!r} names no port", hint=_HINT)
        if colon and not container:
            raise InvalidPortSpec(f"{text!r} ends with a colon", hint=_HINT)
        return cls(
            parse_ip(address) if address else None,
            _host_ports(host),
            PortRange.parse(container) if colon else None,
            parse_protocol(protocol) if slash else None,
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
            raise InvalidPortSpec(f"{text!r}: an IPv6 address is written [::1]:8080", hint=_HINT)
        return f"{address}]", rest[1:]
    first, colon, rest = body.partition(":")
    if body.count(":") > 2:
        raise InvalidPortSpec(f"{text!r}: put an IPv6 address in brackets", hint=_HINT)
    looks_like_host = not first.replace("-", "").isdigit() and first != ""
    if body.count(":") == 2 or (colon and looks_like_host):
        return first, rest
    return "", body


def _host_ports(text: str) -> PortRange | None:
    """The host ports; empty and 0 both leave the choice to pmap."""
    if not text.strip("0"):
        return None
    return PortRange.parse(text)
