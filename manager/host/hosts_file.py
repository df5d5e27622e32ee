"""/etc/hosts: which line says what of a name. Source: hosts(5)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path

from manager.model.ports import IPAddress

HOSTS = Path("/etc/hosts")


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


def read_hosts(path: Path = HOSTS) -> HostsFile:
    """The hosts file; where it cannot be read, one that says why in `problem`."""
    try:
        text = path.read_bytes().decode("utf-8", "replace")
    except OSError as error:
        return HostsFile(str(path), problem=(error.strerror or str(error)).lower())
    return parse_hosts(text, str(path))


def parse_hosts(text: str, path: str = str(HOSTS)) -> HostsFile:
    """Read the text of a hosts file. Lines without an address or a name are told as broken."""
    lines: list[HostsLine] = []
    broken: list[tuple[int, str]] = []
    for number, fields in _fields(text):
        try:
            # Link-local addresses may carry a zone, fe80::1%lo0.
            address = ip_address(fields[0].partition("%")[0])
        except ValueError:
            broken.append((number, f"{fields[0]!r} is not an address"))
            continue
        if len(fields) == 1:
            broken.append((number, f"{fields[0]} has no name"))
        else:
            lines.append(HostsLine(number, address, tuple(fields[1:])))
    return HostsFile(path, tuple(lines), tuple(broken))


def _fields(text: str) -> Iterator[tuple[int, list[str]]]:
    """The fields of each line that has any, comments left out, with its number."""
    for number, line in enumerate(text.split("\n"), 1):
        fields = line.partition("#")[0].split()
        if fields:
            yield number, fields
