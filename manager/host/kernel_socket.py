"""A socket as the kernel tells it, before anyone asks whose it is."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from manager.model.listener import HostSocket
from manager.model.ports import IPAddress, IPProtocol, PortRange


@dataclass(frozen=True, slots=True)
class KernelSocket:
    """A TCP listener or an unconnected UDP socket.

    inode is 0 where the kernel itself holds it (WireGuard, NFS). v6only: whether an IPv6 socket
    takes IPv6 alone; None where the source does not tell. bound_only: a TCP socket that is bound
    and does not listen.
    """

    host_ip: IPAddress
    host_port: int
    protocol: IPProtocol
    inode: int
    uid: int
    v6only: bool | None = None
    bound_only: bool = False

    @property
    def is_any6(self) -> bool:
        """Whether it is bound to `::`."""
        return self.host_ip.version == 6 and self.host_ip.is_unspecified


def unmapped(address: IPAddress) -> IPAddress:
    """An IPv4 address in IPv6 clothes (::ffff:127.0.0.1) as what it is; RFC 4291 2.5.5.2."""
    if address.version == 6 and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def host_sockets(sockets: Collection[KernelSocket]) -> Iterator[tuple[KernelSocket, HostSocket]]:
    """Each socket with the value that the core knows.

    A `::` socket takes IPv4 too unless the kernel says that it does not. Where the kernel does
    not say, a 0.0.0.0 socket on the same port shows it: both could not be bound otherwise.
    """
    any4 = {
        (s.host_port, s.protocol)
        for s in sockets
        if s.host_ip.version == 4 and s.host_ip.is_unspecified
    }
    for s in sockets:
        v6only = (s.host_port, s.protocol) in any4 if s.v6only is None else s.v6only
        yield s, HostSocket(s.host_ip, s.host_port, s.protocol, s.is_any6 and not v6only)


def without_clients(
    sockets: Iterable[KernelSocket], ephemeral: PortRange, keep: Collection[int] = ()
) -> list[KernelSocket]:
    """The sockets but for UDP clients, which look just like servers.

    An unconnected UDP socket on a wildcard address and an ephemeral port is what the kernel gives
    to a client that sends without binding (a resolver, say). Kept all the same: those of the
    kernel itself (inode 0), on a set address, and whose inode is in `keep`.
    """
    return [
        s
        for s in sockets
        if s.protocol is not IPProtocol.UDP
        or s.host_port not in ephemeral
        or not s.host_ip.is_unspecified
        or s.inode == 0
        or s.inode in keep
    ]
