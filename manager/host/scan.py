"""A connect scan of this host's own TCP ports: real connections, many at once, never for long.

Linux refuses a connect to one of its own addresses within the call, so most ports cost no wait;
only what a firewall drops or forwards does. A socket that was refused is used again.
"""

from __future__ import annotations

import errno
import selectors
import socket
import time
from collections import deque
from collections.abc import Iterator, Sequence

from manager.model.ports import IPAddress, PortRange
from manager.model.scanning import OpenPort, ScanFound, ScanLimits

_WAITING = {errno.EINPROGRESS, errno.EWOULDBLOCK, errno.EALREADY}
_EXHAUSTED = {errno.EMFILE, errno.ENFILE, errno.EADDRNOTAVAIL, errno.ENOBUFS, errno.EAGAIN}
"""Too much at once: what waits must end before more can be tried."""

_LOOK_AT_CLOCK = 64
"""Connections between two looks at the clock, which costs nearly as much as one."""


def scan(addresses: Sequence[IPAddress], ports: PortRange, limits: ScanLimits) -> ScanFound:
    """Connect to each port of each address, which must be this host's own, and close again.

    Ends when limits.seconds have passed, whatever is left then. Sends nothing.
    """
    total = len(addresses) * max(ports.end - max(ports.start, 1) + 1, 0)
    with _Scan(limits) as scanning:
        scanning.run(_pairs(addresses, ports))
        found = tuple(sorted(scanning.open, key=lambda one: one.port))
        return ScanFound(found, scanning.asked, total - scanning.asked, scanning.passed())


def _pairs(addresses: Sequence[IPAddress], ports: PortRange) -> Iterator[tuple[IPAddress, int]]:
    for address in addresses:
        for port in range(max(ports.start, 1), ports.end + 1):
            yield address, port


class _Scan:
    """The connections under way: `_queue` holds them by age, oldest first."""

    def __init__(self, limits: ScanLimits) -> None:
        self.open: list[OpenPort] = []
        self.asked = 0
        self._limits = limits
        self._begun = time.monotonic()
        self._selector = selectors.DefaultSelector()
        self._queue: deque[tuple[float, socket.socket]] = deque()
        self._waiting: dict[socket.socket, tuple[IPAddress, int, float]] = {}
        self._idle: dict[int, socket.socket] = {}

    def __enter__(self) -> _Scan:
        return self

    def __exit__(self, *_: object) -> None:
        for peer in [*self._waiting, *self._idle.values()]:
            peer.close()
        self._selector.close()

    def passed(self) -> float:
        """Seconds since the scan began."""
        return time.monotonic() - self._begun

    def run(self, pairs: Iterator[tuple[IPAddress, int]]) -> None:
        """Try every pair, until the time is up."""
        now = time.monotonic()
        for address, port in pairs:
            if self.asked % _LOOK_AT_CLOCK == 0:
                now = time.monotonic()
                if now - self._begun > self._limits.seconds:
                    break
            while not self._try(address, port, now):
                self._settle()
                now = time.monotonic()
            self.asked += 1
            while len(self._waiting) >= self._limits.concurrency:
                self._settle()
        while self._waiting:
            self._settle()

    def _try(self, address: IPAddress, port: int, now: float) -> bool:
        """Begin one connection; False where it must be tried again, when others have ended."""
        try:
            peer = self._idle.pop(address.version, None) or _new_socket(address)
        except OSError as error:
            return error.errno not in _EXHAUSTED or not self._waiting
        code = peer.connect_ex((str(address), port))
        if code == errno.ECONNREFUSED:
            self._idle[address.version] = peer
            return True
        if code in _WAITING:
            self._waiting[peer] = (address, port, now)
            self._queue.append((now, peer))
            self._selector.register(peer, selectors.EVENT_WRITE)
            return True
        if code == 0:
            self._is_open(peer, address, port, now)
        peer.close()
        return code not in _EXHAUSTED or not self._waiting

    def _settle(self) -> None:
        """Wait until a connection has ended, or the oldest has had its time."""
        while self._queue and self._queue[0][1] not in self._waiting:
            self._queue.popleft()
        oldest = self._queue[0][0] if self._queue else time.monotonic()
        left = oldest + self._limits.timeout - time.monotonic()
        for key, _ in self._selector.select(max(0.0, left)):
            peer = key.fileobj
            assert isinstance(peer, socket.socket)
            address, port, began = self._waiting[peer]
            if peer.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0:
                self._is_open(peer, address, port, began)
            self._end(peer)
        limit = time.monotonic() - self._limits.timeout
        while self._queue and self._queue[0][0] <= limit:
            self._end(self._queue.popleft()[1])

    def _is_open(self, peer: socket.socket, address: IPAddress, port: int, began: float) -> None:
        try:
            # An ephemeral port may be given to its own client, which then talks to itself.
            if peer.getsockname()[:2] == peer.getpeername()[:2]:
                return
        except OSError:
            # Taken, and closed again before it could be looked at: a proxy without an app.
            pass
        self.open.append(OpenPort(address, port, time.monotonic() - began))

    def _end(self, peer: socket.socket) -> None:
        if self._waiting.pop(peer, None) is not None:
            self._selector.unregister(peer)
            peer.close()


def _new_socket(address: IPAddress) -> socket.socket:
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    return socket.socket(family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
