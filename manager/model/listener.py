"""The host's side: sockets, who listens on them, and when two cannot both be bound."""

from __future__ import annotations

from manager.model.ports import IPAddress, IPProtocol, PublishedPort, format_host
from manager.model.value import dataclass


def addresses_overlap(
    one: IPAddress | None,
    two: IPAddress | None,
    *,
    one_dual_stack: bool = False,
    two_dual_stack: bool = False,
) -> bool:
    """Whether sockets on the same port and protocol at these addresses exclude each other.

    None is every address of both families, which is what Docker binds without a host_ip.
    Docker binds `::` for IPv6 alone; a process that listens on `::` usually takes IPv4 too,
    which `*_dual_stack` says (ipv6(7), IPV6_V6ONLY).
    """
    if one is None or two is None:
        return True
    if one.version == two.version:
        return one == two or one.is_unspecified or two.is_unspecified
    six_is_dual = one_dual_stack if one.version == 6 else two_dual_stack
    six = one if one.version == 6 else two
    return six_is_dual and six.is_unspecified


@dataclass(frozen=True, slots=True)
class HostSocket:
    """A socket of the host. host_ip None is every address of both families."""

    host_ip: IPAddress | None
    host_port: int
    protocol: IPProtocol = IPProtocol.TCP
    dual_stack: bool = False

    @classmethod
    def of(cls, published: PublishedPort) -> HostSocket:
        """The socket that a published port takes."""
        port = published.container_port
        return cls(published.host_ip, published.host_port, port.protocol)

    def overlaps(self, other: HostSocket) -> bool:
        """Whether only one of the two can be bound. Symmetric."""
        return (
            self.host_port == other.host_port
            and self.protocol == other.protocol
            and addresses_overlap(
                self.host_ip,
                other.host_ip,
                one_dual_stack=self.dual_stack,
                two_dual_stack=other.dual_stack,
            )
        )

    def __str__(self) -> str:
        return f"{format_host(self.host_ip)}:{self.host_port}/{self.protocol}"


@dataclass(frozen=True, slots=True)
class Process:
    """A process of the engine's host. Empty texts where the host does not tell.

    started is when it began, in a measure of the host's own (Linux: clock ticks since boot), 0
    where that is not known: pids come round again, pid and started together do not.
    """

    pid: int
    name: str = ""
    command: str = ""
    cwd: str = ""
    user: str = ""
    started: int = 0


@dataclass(frozen=True, slots=True)
class Listener:
    """A socket that is bound on the host, and whose it is.

    process is None where the host does not tell. container_id is set when the process belongs
    to a container (host network). for_engine marks docker-proxy, rootlesskit and their like:
    they hold the port for a container and must never be signalled.
    """

    socket: HostSocket
    process: Process | None = None
    container_id: str | None = None
    for_engine: bool = False
