"""The short syntax `[[HOST_IP:]HOST:]CONTAINER[/PROTOCOL]`, exactly as compose takes it apart.

Sources: compose spec, services.ports; the behaviour of docker compose 2.40.3. Looser than it
looks: `80-81-82` is 80-81, `[]:8080:80` is public, `::1` is container port 1.
"""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address

from manager.model.ports import IPAddress, IPProtocol, PortRange
from manager.model.value import NamedTuple

PROTOCOLS = frozenset(protocol.value for protocol in IPProtocol)
LONGEST = 60
"""How much of a text from a file a message quotes."""


class Slices(NamedTuple):
    """Where the parts stand in a short entry: half-open ranges; None for what is not there."""

    host_ip: tuple[int, int] | None
    published: tuple[int, int] | None
    target: tuple[int, int]
    protocol: tuple[int, int] | None


class ShortPort(NamedTuple):
    """A short entry that compose accepts. host_ip "" is every address."""

    host_ip: str
    published: PortRange | None
    target: PortRange
    protocol: str

    @property
    def picks(self) -> bool:
        """Whether the engine takes one port out of the published range."""
        return self.published is not None and len(self.target) == 1 and len(self.published) > 1


class ShortError(ValueError):
    """Compose refuses the entry: which part, why in plain words, and what compose itself says."""

    def __init__(self, part: str, message: str, reason: str, hint: str = "") -> None:
        super().__init__(message)
        self.part = part
        self.message = message
        self.reason = reason
        self.hint = hint


def shown(text: str) -> str:
    """A text from a file, short enough for a message."""
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."


def take_apart(text: str) -> Slices:
    """Where the parts of a short entry stand; every text has some."""
    length = len(text)
    last = text.rfind(":")
    target_start = last + 1
    slash = text.find("/", target_start)
    target_end = length if slash < 0 else slash
    protocol = None if slash < 0 else (slash + 1, length)
    published = host_ip = None
    if last >= 0:
        before = text.rfind(":", 0, last)
        published = (before + 1, last)
        if before >= 0:
            host_ip = (0, before)
    return Slices(host_ip, published, (target_start, target_end), protocol)


def parse_short(text: str, slices: Slices | None = None) -> ShortPort:
    """Read a short entry; slices: its parts, where they are known. Raises ShortError."""
    slices = slices or take_apart(text)
    target = text[slice(*slices.target)]
    protocol = _protocol(text, slices, target)
    host_ip = bare_ip(text[slice(*slices.host_ip)] if slices.host_ip else "")
    try:
        targets = port_range(target)
    except ValueError:
        raise _bad_target(target) from None
    host = text[slice(*slices.published)] if slices.published else ""
    published = None
    if host:
        try:
            published = port_range(host)
        except ValueError:
            raise _bad_published(text, host) from None
        if len(targets) > 1 and len(targets) != len(published):
            raise ShortError(
                "published",
                f"{len(published)} host ports cannot lead to {len(targets)} container ports",
                "invalid ranges specified for container and host Ports:"
                f" {shown(target)} and {shown(host)}",
                "give both ranges the same length",
            )
    if targets.start == 0:
        raise ShortError("target", "container port 0 does not exist", "is missing a target port")
    return ShortPort(host_ip, published, targets, protocol)


def _protocol(text: str, slices: Slices, target: str) -> str:
    if not target:
        message = "names no container port" if text else "is empty"
        hint = "drop the colon at its end" if text.endswith(":") else ""
        raise ShortError("target", message, "invalid proto: ", hint)
    written = text[slice(*slices.protocol)] if slices.protocol else ""
    protocol = written.lower() or "tcp"
    if protocol not in PROTOCOLS:
        raise ShortError(
            "protocol",
            f"{shown(written)!r} is no protocol that Docker publishes",
            f"invalid proto: {shown(protocol)}",
            "use tcp, udp or sctp",
        )
    return protocol


def bare_ip(text: str) -> str:
    """The address without its brackets, "" for none. Raises ShortError for what is no address."""
    if not text:
        return text
    bare = text
    if text.startswith("["):
        end = text.find("]")
        if end != len(text) - 1 or "[" in text[1:]:
            raise ShortError(
                "host_ip",
                f"{shown(text)!r} is no address in brackets",
                f"invalid IP address {shown(text)}",
                "an IPv6 address is written [::1]:8080:80",
            )
        bare = text[1:-1]
    if bare and go_ip(bare) is None:
        hint = "write 127.0.0.1" if bare == "localhost" else "an address is written in full"
        if bare.isdigit():
            hint = "HOST_IP:HOST:CONTAINER is the longest form"
        name = " (a name is not one)" if bare[:1].isalpha() else ""
        raise ShortError(
            "host_ip",
            f"{shown(bare)!r} is no IP address{name}",
            f"invalid IP address: {shown(bare)}",
            hint,
        )
    return bare


def _bad_target(target: str) -> ShortError:
    return ShortError(
        "target",
        f"{shown(target)!r} is no container port",
        f"invalid containerPort: {shown(target)}",
        "ports are whole numbers up to 65535, a range is written 8000-8010",
    )


def _bad_published(text: str, host: str) -> ShortError:
    hint = "ports are whole numbers up to 65535, a range is written 8000-8010"
    message = f"{shown(host)!r} is no host port"
    if go_ip(host.strip("[]")) is not None:
        message += ", it is an address"
        port = shown(text.rpartition(":")[2])
        hint = f'write "{host}:{port.partition("/")[0]}:{port}": address, host port, container port'
    return ShortError("published", message, f"invalid hostPort: {shown(host)}", hint)


@lru_cache(maxsize=2048)
def port_range(text: str) -> PortRange:
    """`80` or `80-90` by compose's rules; whatever follows a second dash is ignored.

    Raises ValueError.
    """
    parts = text.split("-")
    start = _port(parts[0])
    return PortRange(start, _port(parts[1]) if len(parts) > 1 else start)


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise ValueError(text)
    digits = text.lstrip("0") or "0"
    if len(digits) > 5 or int(digits) > 65535:
        raise ValueError(text)
    return int(digits)


def go_ip(text: str) -> IPAddress | None:
    """The address that compose reads in `text`, None when it reads none there."""
    return _address(text) if len(text) <= LONGEST else None


@lru_cache(maxsize=256)
def _address(text: str) -> IPAddress | None:
    try:
        return IPv6Address(text) if ":" in text and "%" not in text else IPv4Address(text)
    except ValueError:
        return None


def meaning_of(host_ip: str) -> IPAddress | None:
    """What an address binds: ::ffff:a.b.c.d is a.b.c.d; "" is every address, None."""
    address = go_ip(host_ip)
    if isinstance(address, IPv6Address):
        return address.ipv4_mapped or address
    return address
