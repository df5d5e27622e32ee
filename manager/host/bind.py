"""A real bind, made and undone at once: the only proof that a socket is free.

SO_REUSEADDR. Docker binds TCP with it (and so does Go's net.Listen, in docker-proxy): connections
in TIME_WAIT on the port are not in its way, so they must not be in ours, or a port that was just
given up would be "in use" for a minute. On Linux a listener is in the way with it all the same;
only sockets that are bound and do not listen go unseen. It is not set for UDP, where it would let
two sockets share a port, nor on other systems, where it lets an address be taken from a wildcard.
"""

from __future__ import annotations

import errno
import os
import socket
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from ipaddress import IPv4Address, IPv6Address

from manager.model.listener import HostSocket
from manager.model.ports import IPAddress, IPProtocol, format_host

_KINDS = {
    IPProtocol.TCP: (socket.SOCK_STREAM, socket.IPPROTO_TCP),
    IPProtocol.UDP: (socket.SOCK_DGRAM, socket.IPPROTO_UDP),
    IPProtocol.SCTP: (socket.SOCK_STREAM, getattr(socket, "IPPROTO_SCTP", 132)),
}
_ANY = (IPv4Address("0.0.0.0"), IPv6Address("::"))

# A host without IPv6, where Docker binds IPv4 alone.
_NO_IPV6 = {errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL}


def try_bind(wanted: HostSocket) -> OSError | None:
    """The error of a real bind, None when it succeeds. Nothing stays bound.

    host_ip None binds both families at once, as Docker does, and is content with IPv4 where the
    host has no IPv6. `::` is bound for IPv6 alone unless the socket is dual-stack.
    """
    addresses: Sequence[IPAddress] = _ANY if wanted.host_ip is None else (wanted.host_ip,)
    with ExitStack() as stack:
        for address in addresses:
            try:
                bound = stack.enter_context(_socket(address, wanted))
                bound.bind((str(address), wanted.host_port))
            except OSError as error:
                optional = wanted.host_ip is None and address.version == 6
                if not (optional and error.errno in _NO_IPV6):
                    return error
    return None


def _socket(address: IPAddress, wanted: HostSocket) -> socket.socket:
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    made = socket.socket(family, *_KINDS[wanted.protocol])
    if family == socket.AF_INET6:
        made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, int(not wanted.dual_stack))
    if wanted.protocol is not IPProtocol.UDP and sys.platform == "linux":
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    return made


def bind_reason(error: OSError, wanted: HostSocket, unprivileged_start: int) -> str:
    """Why a bind failed, in a few words that go on a sentence `8080 cannot be bound: ...`."""
    if error.errno == errno.EADDRINUSE:
        return "address already in use"
    if error.errno == errno.EADDRNOTAVAIL:
        return f"{format_host(wanted.host_ip)} is not an address of this host"
    if error.errno in {errno.EACCES, errno.EPERM}:
        if wanted.host_port < unprivileged_start:
            return f"permission denied: ports below {unprivileged_start} are for root alone"
        return "permission denied"
    if error.errno in {errno.EPROTONOSUPPORT, errno.ESOCKTNOSUPPORT, errno.EAFNOSUPPORT}:
        # Callers ask for "does not support" (manager.change.conflicts.LACKING).
        return f"this host does not support {wanted.protocol} on {format_host(wanted.host_ip)}"
    return os.strerror(error.errno).lower() if error.errno else str(error)
