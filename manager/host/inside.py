"""What a container listens on, seen from this host: /proc/PID/net of its init process.

No privilege is needed, no tool in the image; only hidepid mounts and other hosts are closed to it.
Root sees more: whether a `::` socket takes IPv4 too, which those tables do not tell.
"""

from __future__ import annotations

from ipaddress import IPv4Address
from pathlib import Path

from manager.host.kernel_socket import KernelSocket, host_sockets
from manager.host.namespace import in_network_of
from manager.host.owner import groups_of
from manager.host.processes import PROC
from manager.host.procnet import read_table
from manager.host.sockdiag import read_sockets
from manager.host.socket_owners import owners_of
from manager.model.listener import HostSocket
from manager.model.ports import Port

DOCKER_RESOLVER = IPv4Address("127.0.0.11")
"""Docker's own name server in the namespaces of user-defined networks: no app of the container."""


def listening_inside(pid: int, proc: Path = PROC) -> tuple[HostSocket, ...] | None:
    """TCP listeners and unconnected UDP sockets of the network namespace of process `pid`.

    By port, each once. A container in the host's own namespace has the host's. None when the
    process is gone, or its tables may not be read.
    """
    try:
        sockets = read_table(proc / str(pid) / "net")
    except OSError:
        return None
    if any(socket.is_any6 for socket in sockets):
        sockets = _more_exactly(pid, sockets, proc)
    kept = [s for s in sockets if s.host_ip != DOCKER_RESOLVER]
    found = {socket for _, socket in host_sockets(kept)}
    return tuple(sorted(found, key=lambda s: (s.host_port, s.protocol, str(s.host_ip))))


def serving_inside(pid: int, proc: Path = PROC) -> dict[Port, tuple[str, ...]]:
    """The ids of the containers whose processes listen in the network namespace of `pid`.

    By port; those of pods around them stand before. Several containers may share a namespace, and
    each has a control group of its own. Only root sees the processes of all; what is not seen is
    left out.
    """
    try:
        sockets = read_table(proc / str(pid) / "net")
    except OSError:
        return {}
    owners = owners_of((socket.inode for socket in sockets), proc=str(proc))
    return {
        Port(socket.host_port, socket.protocol): groups_of(owners[socket.inode], proc)
        for socket in sockets
        if socket.inode in owners
    }


def _more_exactly(pid: int, sockets: list[KernelSocket], proc: Path) -> list[KernelSocket]:
    """The same from sock_diag, where this user may visit the namespace."""
    try:
        return in_network_of(pid, read_sockets, proc)
    except OSError:
        return sockets
