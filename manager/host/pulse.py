"""Whether a socket of this host began or ended to listen, told for next to nothing.

What sock_diag says is compared byte by byte: no socket is decoded, no process looked for.
"""

from __future__ import annotations

import socket
from collections.abc import Iterable, Iterator

from manager.host import ranges, sockdiag
from manager.model.ports import IPProtocol, PortRange

_PORT, _ADDRESS, _INODE = slice(4, 6), slice(8, 24), slice(68, 72)
"""Where struct inet_diag_msg keeps a socket's own port, own address, and inode."""


def socket_mark() -> int | None:
    """A number that changes whenever a socket begins or ends to listen; None where unknown."""
    if not hasattr(socket, "AF_NETLINK"):
        return None
    try:
        return mark_of(sockdiag.bodies(), ranges.ephemeral_range())
    except OSError:
        # Sandboxes forbid netlink.
        return None


def mark_of(found: Iterable[tuple[IPProtocol, bytes]], ephemeral: PortRange) -> int:
    """The mark of these inet_diag_msg, in whatever order they come.

    Of UDP only ports outside the ephemeral range count: clients come and go on the others.
    """
    return hash(frozenset(_marks(found, ephemeral)))


def _marks(found: Iterable[tuple[IPProtocol, bytes]], ephemeral: PortRange) -> Iterator[bytes]:
    low, high = (port.to_bytes(2, "big") for port in (ephemeral.start, ephemeral.end))
    for protocol, body in found:
        port = body[_PORT]
        if protocol is not IPProtocol.UDP or not low <= port <= high:
            yield body[:1] + port + body[_ADDRESS] + body[_INODE]
