"""What the kernel's settings say about ports. Each falls back to the kernel's own default."""

from __future__ import annotations

import sys
from pathlib import Path

from manager.errors import InvalidPortSpec
from manager.model.portclass import LINUX_EPHEMERAL
from manager.model.ports import PortRange

SETTINGS = Path("/proc/sys/net/ipv4")

IANA_EPHEMERAL = PortRange(49152, 65535)
"""What macOS and the BSDs hand to clients (net.inet.ip.portrange), as RFC 6335 suggests."""


def ephemeral_range(folder: Path = SETTINGS) -> PortRange:
    """The ports that clients get: ip_local_port_range, of this thread's network namespace."""
    numbers = _read(folder / "ip_local_port_range").split()
    try:
        first, last = (int(number) for number in numbers)
        return PortRange(first, last)
    except (ValueError, InvalidPortSpec):
        return LINUX_EPHEMERAL if sys.platform == "linux" else IANA_EPHEMERAL


def unprivileged_start(folder: Path = SETTINGS) -> int:
    """The first port that anyone may bind (ip_unprivileged_port_start)."""
    text = _read(folder / "ip_unprivileged_port_start").strip()
    # macOS lets anyone bind a low port on the wildcard address; the classic 1024 is the safe word.
    return int(text) if text.isascii() and text.isdigit() else 1024


def reserved_ranges(folder: Path = SETTINGS) -> tuple[PortRange, ...]:
    """Ports that are never handed to clients, though ephemeral (ip_local_reserved_ports)."""
    found: list[PortRange] = []
    for part in _read(folder / "ip_local_reserved_ports").strip().split(","):
        first, dash, last = part.partition("-")
        try:
            found.append(PortRange(int(first), int(last) if dash else int(first)))
        except (ValueError, InvalidPortSpec):
            continue
    return tuple(found)


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("ascii", "replace")
    except OSError:
        return ""
