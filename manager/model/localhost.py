"""What a hosts file says of localhost, and what a name resolves to. Source: hosts(5)."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

from manager.model.ports import IPAddress


@dataclass(frozen=True, slots=True)
class HostsLine:
    """One line that names something: its number from 1, the address, the names as written."""

    number: int
    address: IPAddress
    names: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.address} {' '.join(self.names)}"


@dataclass(frozen=True, slots=True)
class HostsFile:
    """A hosts file. problem says why it could not be read; broken are lines that say nothing."""

    path: str
    lines: tuple[HostsLine, ...] = ()
    broken: tuple[tuple[int, str], ...] = ()
    problem: str = ""

    def naming(self, name: str) -> tuple[HostsLine, ...]:
        """The lines for a name, in file order; upper and lower case are the same."""
        wanted = name.lower().rstrip(".")
        return tuple(
            line for line in self.lines if wanted in {n.lower().rstrip(".") for n in line.names}
        )


@dataclass(frozen=True, slots=True)
class LocalhostLines:
    """What a hosts file says of localhost.

    v4 and v6 are the lines for 127.0.0.1 and ::1, None where there is none; wrong are the lines
    that send localhost to an address that is not loopback; first4 and first6 what a resolver
    takes first.
    """

    v4: HostsLine | None
    v6: HostsLine | None
    wrong: tuple[HostsLine, ...]
    first4: HostsLine | None
    first6: HostsLine | None


def localhost_lines(hosts: HostsFile, name: str = "localhost") -> LocalhostLines:
    """The lines of localhost, sorted by what they mean."""
    lines = hosts.naming(name)

    def first(version: int) -> HostsLine | None:
        return next((line for line in lines if line.address.version == version), None)

    def at(address: IPAddress) -> HostsLine | None:
        return next((line for line in lines if line.address == address), None)

    wrong = tuple(line for line in lines if not line.address.is_loopback)
    v4, v6 = at(IPv4Address("127.0.0.1")), at(IPv6Address("::1"))
    return LocalhostLines(v4, v6, wrong, first(4), first(6))


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a name resolves to, in the resolver's order, and how long that took, in seconds."""

    name: str
    addresses: tuple[IPAddress, ...]
    seconds: float
    problem: str = ""
