"""The host that pmap runs on."""

from __future__ import annotations

import errno
from collections.abc import Mapping

from manager.host import addresses, connect, inside, owner, processes, pulse, ranges, sockets
from manager.host.bind import bind_reason, try_bind
from manager.interfaces import ConnectResult
from manager.model.listener import HostSocket, Listener, Process
from manager.model.ports import IPAddress, Port, PortRange


class LiveHost:
    """The Host of manager.interfaces, read from the running system.

    root_engine: the engine binds as root, whoever runs pmap. Ports that only root may bind are
    then judged by the socket table, since our own bind says nothing about the engine's. Without
    it (a rootless engine) the refusal of our own bind counts.
    """

    def __init__(self, *, root_engine: bool = True) -> None:
        self._root_engine = root_engine

    def listeners(self, port: int | None = None) -> tuple[Listener, ...]:
        """See manager.host.sockets.live_listeners."""
        return sockets.live_listeners(port)

    def process(self, pid: int) -> Process | None:
        """A process by pid, None when it is gone."""
        if processes.PROC.joinpath("self", "comm").exists():
            return processes.read_process(pid)
        from manager.host.psutil_sockets import psutil_process  # noqa: PLC0415 -- it costs 30 ms

        return psutil_process(pid)

    def ephemeral_range(self) -> PortRange:
        """The ports that clients get."""
        return ranges.ephemeral_range()

    def bind_error(self, socket: HostSocket) -> str | None:
        """Why a real bind fails right now, None when it succeeds. Leaves nothing bound."""
        error = try_bind(socket)
        if error is None:
            return None
        if self._root_engine and error.errno in {errno.EACCES, errno.EPERM}:
            taken = any(socket.overlaps(one.socket) for one in self.listeners(socket.host_port))
            return "address already in use" if taken else None
        return bind_reason(error, socket, ranges.unprivileged_start())

    def connect(
        self, address: IPAddress, port: int, *, timeout: float, payload: bytes = b""
    ) -> ConnectResult:
        """See manager.host.connect.connect."""
        return connect.connect(address, port, timeout=timeout, payload=payload)

    def addresses(self) -> tuple[IPAddress, ...]:
        """Every address of this host once, loopback first."""
        return addresses.host_addresses()

    def listening_inside(self, pid: int) -> tuple[HostSocket, ...] | None:
        """What listens in the network namespace of process `pid`; None when not readable."""
        return inside.listening_inside(pid)

    def serving_inside(self, pid: int) -> Mapping[Port, tuple[str, ...]]:
        """See manager.host.inside.serving_inside."""
        return inside.serving_inside(pid)

    def owner_of(self, listener: Listener, init_pids: Mapping[int, str]) -> str | None:
        """The container id behind a listener, given container ids by init pid."""
        return owner.owner_of(listener, init_pids)

    def mark(self) -> int | None:
        """See manager.host.pulse.socket_mark."""
        return pulse.socket_mark()
