"""sock_diag(7): the kernel's answer over netlink, for the network namespace of this thread.

Two things /proc/net cannot do: it tells whether a `::` socket takes IPv4 too (INET_DIAG_SKV6ONLY,
Linux 3.12), and it lists listeners alone, not every open connection. No privilege is needed.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address

from manager.host.kernel_socket import KernelSocket, unmapped
from manager.model.ports import IPAddress, IPProtocol

_NETLINK_SOCK_DIAG = 4
_SOCK_DIAG_BY_FAMILY = 20
_REQUEST_DUMP = 0x301
_NLMSG_ERROR, _NLMSG_DONE = 2, 3
_SKV6ONLY = 11

# States of include/net/tcp_states.h; an unconnected UDP socket is in CLOSE.
_CLOSE, _LISTEN, _BOUND_INACTIVE = 7, 10, 13

_HEADER = struct.Struct("=IHHII")
_ERROR = struct.Struct("=i")
_ATTRIBUTE = struct.Struct("=HH")
_REQUEST = struct.Struct("=BBBxI48x")
# struct inet_diag_msg: family, state, timer, retrans; sport, dport, src, dst, if, cookie;
# expires, rqueue, wqueue, uid, inode.
_MESSAGE = struct.Struct("=BBBB2s2s16s16sI8sIIIII")

_FAMILIES = (socket.AF_INET, socket.AF_INET6)


def read_sockets(*, bound_too: bool = False) -> list[KernelSocket]:
    """Every TCP listener and unconnected UDP socket of this thread's network namespace.

    bound_too adds TCP sockets that are bound and do not listen (told since Linux 6.8): they make
    a bind fail, though nobody seems to be there. Raises OSError where the kernel or a sandbox
    does not answer.
    """
    found = (decode(body, protocol) for protocol, body in bodies(bound_too=bound_too))
    return [one for one in found if one is not None]


def bodies(*, bound_too: bool = False) -> Iterator[tuple[IPProtocol, bytes]]:
    """The raw inet_diag_msg of the sockets that `read_sockets` decodes. Raises OSError as it."""
    tcp = 1 << _LISTEN | (1 << _BOUND_INACTIVE if bound_too else 0)
    states = {IPProtocol.TCP: tcp, IPProtocol.UDP: 1 << _CLOSE}
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _NETLINK_SOCK_DIAG) as netlink:
        netlink.settimeout(5.0)
        for family in _FAMILIES:
            for protocol, wanted in states.items():
                for body in _bodies(netlink, family, protocol, wanted):
                    yield protocol, body


def _bodies(
    netlink: socket.socket, family: int, protocol: IPProtocol, states: int
) -> Iterator[bytes]:
    number = socket.IPPROTO_TCP if protocol is IPProtocol.TCP else socket.IPPROTO_UDP
    request = _REQUEST.pack(family, number, 0, states)
    size = _HEADER.size + len(request)
    netlink.sendto(_HEADER.pack(size, _SOCK_DIAG_BY_FAMILY, _REQUEST_DUMP, 1, 0) + request, (0, 0))
    while True:
        for kind, body in messages(netlink.recv(1 << 18)):
            if kind in {_NLMSG_ERROR, _NLMSG_DONE}:
                _check(body)
                return
            if kind == _SOCK_DIAG_BY_FAMILY:
                yield body


def _check(body: bytes) -> None:
    """Raises OSError for the error number that ends a dump, if there is one."""
    if len(body) >= _ERROR.size and (number := _ERROR.unpack_from(body)[0]) < 0:
        raise OSError(-number, "sock_diag")


def messages(datagram: bytes) -> Iterator[tuple[int, bytes]]:
    """The netlink messages in a datagram: type and body. Stops at one that is cut off."""
    offset = 0
    while offset + _HEADER.size <= len(datagram):
        length, kind, *_ = _HEADER.unpack_from(datagram, offset)
        if length < _HEADER.size or offset + length > len(datagram):
            return
        yield kind, datagram[offset + _HEADER.size : offset + length]
        offset += (length + 3) & ~3


def decode(body: bytes, protocol: IPProtocol) -> KernelSocket | None:
    """The socket of one inet_diag_msg; None when it has no local port or is none."""
    if len(body) < _MESSAGE.size:
        return None
    family, state, _, _, sport, _, source, *_, uid, inode = _MESSAGE.unpack_from(body)
    port = int.from_bytes(sport, "big")
    if port == 0:
        return None
    raw: IPAddress = IPv4Address(source[:4]) if family == socket.AF_INET else IPv6Address(source)
    ip = unmapped(raw)
    v6only = _attribute(body, _SKV6ONLY) if ip.version == 6 else None
    return KernelSocket(
        ip,
        port,
        protocol,
        inode,
        uid,
        v6only=None if v6only is None else v6only != b"\x00",
        # Told as CLOSE: for a TCP socket with a port that is "bound, and nothing more".
        bound_only=protocol is IPProtocol.TCP and state != _LISTEN,
    )


def _attribute(body: bytes, wanted: int) -> bytes | None:
    """The first byte of an attribute after the message, None when it is not there."""
    offset = _MESSAGE.size
    while offset + _ATTRIBUTE.size <= len(body):
        length, kind = _ATTRIBUTE.unpack_from(body, offset)
        if length < _ATTRIBUTE.size:
            return None
        if kind == wanted and length > _ATTRIBUTE.size:
            return body[offset + _ATTRIBUTE.size : offset + _ATTRIBUTE.size + 1]
        offset += (length + 3) & ~3
    return None
