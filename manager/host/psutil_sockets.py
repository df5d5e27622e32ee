"""Listeners and processes through psutil, for systems without Linux's /proc (macOS).

There, a user sees only the sockets of their own processes.
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from ipaddress import ip_address

import psutil

from manager.host.kernel_socket import (
    KernelSocket,
    host_sockets,
    unmapped,
    without_clients,
)
from manager.host.processes import is_engine_helper
from manager.host.ranges import ephemeral_range
from manager.model.listener import Listener, Process
from manager.model.ports import IPProtocol


def psutil_listeners(port: int | None = None) -> tuple[Listener, ...]:
    """Every listener that may be seen, by port; with `port`, those on that port alone."""
    held: dict[KernelSocket, psutil.Process] = {}
    for process in psutil.process_iter():
        for kernel in _sockets_of(process):
            held.setdefault(kernel, process)
    kept = [s for s in held if port in {None, s.host_port}]
    if port is None:
        kept = without_clients(kept, ephemeral_range())
    found: set[Listener] = set()
    for kernel, host_socket in host_sockets(kept):
        owner = psutil_process(held[kernel].pid)
        helper = owner is not None and is_engine_helper(owner.name)
        found.add(Listener(host_socket, owner, None, helper))
    return tuple(sorted(found, key=lambda one: (one.socket.host_port, str(one.socket))))


def _sockets_of(process: psutil.Process) -> Iterator[KernelSocket]:
    try:
        connections = process.net_connections(kind="inet")
        uid = process.uids().real
    except psutil.Error:
        return
    for connection in connections:
        udp = connection.type == socket.SOCK_DGRAM
        remote, local = tuple[object, ...](connection.raddr), tuple[object, ...](connection.laddr)
        if remote or not local:
            continue
        if udp or connection.status == psutil.CONN_LISTEN:
            address = unmapped(ip_address(connection.laddr.ip.partition("%")[0]))
            protocol = IPProtocol.UDP if udp else IPProtocol.TCP
            # psutil tells no inode; the pid keeps those of two processes apart.
            yield KernelSocket(address, connection.laddr.port, protocol, process.pid, uid)


def psutil_process(pid: int) -> Process | None:
    """The process, as far as this user may see it; None when it is gone."""
    try:
        process = psutil.Process(pid)
        name = process.name()
    except psutil.Error:
        return None
    command, cwd, user, started = "", "", "", 0
    # Whatever comes before a refusal is told.
    with contextlib.suppress(psutil.Error):
        started = started_of(process)
        user = process.username()
        command = " ".join(process.cmdline())[:4096]
        cwd = process.cwd()
    return Process(pid, name, command, cwd, user, started)


def started_of(process: psutil.Process) -> int:
    """When a process began, in microseconds since the epoch. Raises psutil.Error."""
    return round(process.create_time() * 1e6)
