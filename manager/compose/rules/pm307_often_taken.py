"""The host port is one that systems take themselves.

53 (systemd-resolved, dnsmasq), 111 (rpcbind), 631 (CUPS), 5353 (mDNS), and on macOS 5000 and
7000 (AirPlay). The container then does not start on such a machine.
"""

from __future__ import annotations

from collections.abc import Iterator

from manager.compose.rule import Context, Hit
from manager.compose.values import Place
from manager.compose.words import host_span
from manager.model.ports import PortRange

_TAKEN = {
    53: ("tcp udp", "a local DNS resolver"),
    111: ("tcp udp", "rpcbind"),
    631: ("tcp", "the CUPS print server"),
    5353: ("udp", "mDNS"),
    5000: ("tcp", "AirPlay on macOS"),
    7000: ("tcp", "AirPlay on macOS"),
}


def check(context: Context) -> Iterator[Hit]:
    """Entries on a port that a system often holds."""
    for service, entry in context.published:
        ports = entry.published
        if not isinstance(ports, PortRange) or entry.picks:
            continue
        start, end = ports.start, ports.end
        for port, (protocols, holder) in _TAKEN.items():
            if start <= port <= end and str(entry.protocol) in protocols.split():
                yield Hit(
                    Place(entry.file, host_span(entry)),
                    f"host port {port} is often held by {holder}",
                    "take another host port, or see who has it: pmap who " + str(port),
                    service.name,
                    entry,
                )
