"""Every listener of this host, with its process.

The sockets come from sock_diag, else from /proc/thread-self/net, both of the calling thread's
network namespace; their holders from /proc/PID/fd. Systems without these are asked through psutil.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from manager.host import procnet, sockdiag
from manager.host.kernel_socket import KernelSocket, host_sockets, without_clients
from manager.host.owner import container_id_of
from manager.host.processes import PROC, is_engine_helper, read_process
from manager.host.ranges import ephemeral_range
from manager.host.socket_owners import owners_of
from manager.model.listener import Listener, Process

_THREAD_NET = PROC / "thread-self" / "net"


def live_listeners(port: int | None = None) -> tuple[Listener, ...]:
    """Every TCP listener and bound UDP socket, by port; with `port`, those on that port alone.

    One port is found much faster than all, and UDP clients and sockets that are bound without
    listening are told for it as well: they are in the way too. Several sockets of one process on
    one address (SO_REUSEPORT) are one listener.
    """
    if not (_THREAD_NET / "tcp").exists():
        from manager.host.psutil_sockets import psutil_listeners  # noqa: PLC0415 -- it costs 30 ms

        return psutil_listeners(port)
    sockets = _kernel_sockets(bound_too=port is not None)
    if port is not None:
        sockets = [s for s in sockets if s.host_port == port]
    owners = owners_of(s.inode for s in sockets)
    holders = {pid: _holder(pid) for pid in set(owners.values())}
    by_inode = {inode: holders[pid] for inode, pid in owners.items()}
    if port is None:
        # Engines publish on ephemeral ports too.
        helpers = {inode for inode, holder in by_inode.items() if holder.for_engine}
        sockets = without_clients(sockets, ephemeral_range(), helpers)
    return listeners_from(sockets, by_inode)


@dataclass(frozen=True, slots=True)
class Holder:
    """What is known of the process behind a socket."""

    process: Process | None = None
    container_id: str | None = None
    for_engine: bool = False


def _holder(pid: int) -> Holder:
    process = read_process(pid)
    if process is None:
        return Holder()
    return Holder(process, container_id_of(pid), is_engine_helper(process.name))


def _kernel_sockets(*, bound_too: bool) -> list[KernelSocket]:
    try:
        return sockdiag.read_sockets(bound_too=bound_too)
    except OSError:
        # Sandboxes forbid netlink; kernels may lack the module.
        return procnet.read_table(_THREAD_NET)


def listeners_from(
    sockets: Iterable[KernelSocket], holders: Mapping[int, Holder]
) -> tuple[Listener, ...]:
    """The listeners, given the holder of each inode; sorted by port, protocol and address."""
    nobody = Holder()
    found: set[Listener] = set()
    for kernel, socket in host_sockets(list(sockets)):
        holder = holders.get(kernel.inode, nobody)
        found.add(Listener(socket, holder.process, holder.container_id, holder.for_engine))
    return tuple(sorted(found, key=_order))


def _order(listener: Listener) -> tuple[int, str, int, int, int]:
    socket = listener.socket
    assert socket.host_ip is not None
    pid = listener.process.pid if listener.process else 0
    return (
        socket.host_port,
        socket.protocol,
        socket.host_ip.version,
        int(socket.host_ip),
        pid,
    )
