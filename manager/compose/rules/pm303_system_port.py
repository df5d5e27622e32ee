"""The host port is under 1024.

System ports (RFC 6335) belong to services of the host, and a rootless engine may not bind them
unless `net.ipv4.ip_unprivileged_port_start` allows it.
"""

from __future__ import annotations

from collections.abc import Iterator

from manager.compose.rule import Context, Hit
from manager.compose.values import Place
from manager.compose.words import host_side, host_span
from manager.model.portclass import PortClass, port_class
from manager.model.ports import PortRange


def check(context: Context) -> Iterator[Hit]:
    """Entries with a system port on the host side."""
    for service, entry in context.published:
        ports = entry.published
        if not isinstance(ports, PortRange) or ports.start == 0:
            continue
        if port_class(ports.start) is PortClass.SYSTEM:
            yield Hit(
                Place(entry.file, host_span(entry)),
                f"host {host_side(entry)} is under 1024: a rootless engine may not bind it",
                "take a host port from 1024 up",
                service.name,
                entry,
            )
