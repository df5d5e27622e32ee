"""Ports, ranges and mappings: what was asked for, and what the engine holds.

Sources: Engine API `PortBinding` and `PortSummary`; compose spec `services.ports`; RFC 6335.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, ip_address

from manager.errors import InvalidPortSpec
from manager.model.value import dataclass

IPAddress = IPv4Address | IPv6Address
MAX_PORT = 65535
_LONGEST_QUOTE = 60


class IPProtocol(StrEnum):
    """The transport protocols that Docker publishes."""

    TCP = "tcp"
    UDP = "udp"
    SCTP = "sctp"


def quoted(text: str) -> str:
    """What a person typed, in quotes and escaped, cut where it is too long for a message."""
    return repr(text if len(text) <= _LONGEST_QUOTE else f"{text[: _LONGEST_QUOTE - 3]}...")


def parse_protocol(text: str) -> IPProtocol:
    """Read a protocol in any case, as Docker does. Raises InvalidPortSpec."""
    try:
        return IPProtocol(text.lower())
    except ValueError:
        raise InvalidPortSpec(
            f"unknown protocol {quoted(text)}", hint="use tcp, udp or sctp, as in 8080:80/udp"
        ) from None


def parse_port_number(text: str, *, lowest: int = 1) -> int:
    """Read a decimal port number from `lowest` to 65535. Raises InvalidPortSpec."""
    hint = f"ports are {max(lowest, 1)} to {MAX_PORT}"
    if not (text.isascii() and text.isdigit()):
        raise InvalidPortSpec(f"{quoted(text)} is not a port number", hint=hint)
    # int() refuses a text of thousands of digits, zeros in front included.
    digits = text.lstrip("0") or "0"
    number = int(digits) if len(digits) <= 5 else MAX_PORT + 1
    if not lowest <= number <= MAX_PORT:
        shown = text if len(text) <= 12 else f"{text[:12]}..."
        raise InvalidPortSpec(f"port {shown} is not in {lowest}-{MAX_PORT}", hint=hint)
    return number


def parse_ip(text: str) -> IPAddress:
    """Read an IPv4 or IPv6 address, with or without brackets; ::ffff:a.b.c.d becomes a.b.c.d.

    Raises InvalidPortSpec for names, zone ids and abbreviated IPv4 addresses.
    """
    bare = text[1:-1] if text.startswith("[") and text.endswith("]") else text
    if bare.lower() == "localhost":
        raise InvalidPortSpec(
            f"host_ip must be an address, and {quoted(bare)} is a name", hint="write 127.0.0.1"
        )
    if bare == "*":
        raise InvalidPortSpec(
            "'*' is not an IP address",
            hint="every address is 0.0.0.0, or [::] for those of IPv6",
        )
    try:
        address = ip_address(bare)
    except ValueError:
        raise InvalidPortSpec(
            f"{quoted(text)} is not an IP address", hint="as in 127.0.0.1:8080:80 or [::1]:8080:80"
        ) from None
    if isinstance(address, IPv6Address):
        if address.scope_id is not None:
            raise InvalidPortSpec(
                f"{quoted(text)}: an address with a zone cannot be published on",
                hint="use an address that needs no zone, as in 127.0.0.1:8080:80",
            )
        return address.ipv4_mapped or address
    return address


def format_host(host_ip: IPAddress | None) -> str:
    """The address as it stands before a port: `127.0.0.1`, `[::1]`, `*` for every address."""
    if host_ip is None:
        return "*"
    return f"[{host_ip}]" if host_ip.version == 6 else str(host_ip)


@dataclass(frozen=True, slots=True, order=True)
class PortRange:
    """Ports `start` to `end`, both inclusive, 0 to 65535. Raises InvalidPortSpec."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= MAX_PORT or not 0 <= self.end <= MAX_PORT:
            raise InvalidPortSpec(
                f"range {self.start}-{self.end} is not in 0-{MAX_PORT}",
                hint=f"ports are 1 to {MAX_PORT}",
            )
        if self.start > self.end:
            raise InvalidPortSpec(
                f"range {self.start}-{self.end} runs backwards",
                hint=f"write {self.end}-{self.start}",
            )

    @classmethod
    def of(cls, port: int) -> PortRange:
        """The range that holds one port."""
        return cls(port, port)

    @classmethod
    def parse(cls, text: str) -> PortRange:
        """Read `8000` or `8000-8010`. Raises InvalidPortSpec."""
        start, dash, end = text.partition("-")
        if dash and not (start and end):
            raise InvalidPortSpec(
                f"{quoted(text)} is neither a port nor a range", hint="as in 8080 or 8000-8010"
            )
        first = parse_port_number(start)
        return cls(first, parse_port_number(end) if dash else first)

    def __len__(self) -> int:
        return self.end - self.start + 1

    def __contains__(self, port: int) -> bool:
        return self.start <= port <= self.end

    def overlaps(self, other: PortRange) -> bool:
        """Whether the two share a port."""
        return self.start <= other.end and other.start <= self.end

    def __str__(self) -> str:
        return str(self.start) if self.start == self.end else f"{self.start}-{self.end}"


@dataclass(frozen=True, slots=True, order=True)
class Port:
    """A container port, printed `80/tcp`. Number 1 to 65535. Raises InvalidPortSpec."""

    number: int
    protocol: IPProtocol = IPProtocol.TCP

    def __post_init__(self) -> None:
        if not 1 <= self.number <= MAX_PORT:
            raise InvalidPortSpec(
                f"container port {self.number} is not in 1-{MAX_PORT}",
                hint="name the port that the app listens on, as in 8080:80",
            )

    @classmethod
    def parse(cls, text: str) -> Port:
        """Read `80` or `80/udp`. Raises InvalidPortSpec."""
        number, slash, protocol = text.partition("/")
        return cls(parse_port_number(number), parse_protocol(protocol) if slash else IPProtocol.TCP)

    def __str__(self) -> str:
        return f"{self.number}/{self.protocol}"


@dataclass(frozen=True, slots=True)
class PortBinding:
    """The host side as it was asked for (Engine API HostConfig.PortBindings).

    host_ip None asks for every address of both families, host_ports None leaves the choice
    to the engine, and a range lets the engine take one port out of it.
    """

    host_ip: IPAddress | None = None
    host_ports: PortRange | None = None

    @property
    def host_port(self) -> int | None:
        """The one host port, or None where the engine chooses."""
        if self.host_ports is None or len(self.host_ports) != 1:
            return None
        return self.host_ports.start

    def __str__(self) -> str:
        ports = "(any)" if self.host_ports is None else str(self.host_ports)
        return f"{format_host(self.host_ip)}:{ports}"


@dataclass(frozen=True, slots=True)
class PortMapping:
    """One `-p`: a container port and the binding asked for it."""

    container_port: Port
    binding: PortBinding

    def __str__(self) -> str:
        return f"{self.binding} -> {self.container_port}"


@dataclass(frozen=True, slots=True)
class PublishedPort:
    """What the engine holds (Engine API PortSummary): nothing in it is optional."""

    host_ip: IPAddress
    host_port: int
    container_port: Port

    def __str__(self) -> str:
        return f"{format_host(self.host_ip)}:{self.host_port} -> {self.container_port}"


def fold(published: Iterable[PublishedPort]) -> list[tuple[IPAddress | None, PublishedPort]]:
    """Held ports with each 0.0.0.0 and `::` pair folded into one entry of address None."""
    ports = sorted(
        set(published),
        key=lambda p: (
            p.container_port.number,
            p.container_port.protocol,
            p.host_port,
            p.host_ip.version,
            int(p.host_ip),
        ),
    )
    any4 = {(p.host_port, p.container_port) for p in ports if str(p.host_ip) == "0.0.0.0"}
    any6 = {(p.host_port, p.container_port) for p in ports if str(p.host_ip) == "::"}
    both = any4 & any6
    folded: list[tuple[IPAddress | None, PublishedPort]] = []
    for port in ports:
        if (port.host_port, port.container_port) in both and port.host_ip.is_unspecified:
            if port.host_ip.version == 4:
                folded.append((None, port))
        else:
            folded.append((port.host_ip, port))
    return folded
