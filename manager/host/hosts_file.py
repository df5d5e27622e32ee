"""/etc/hosts: which line says what of a name. Source: hosts(5)."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path

from manager.model.localhost import HostsFile, HostsLine

HOSTS = Path("/etc/hosts")


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
