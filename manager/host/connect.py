"""One TCP connect, and what comes first.

A connect alone proves nothing: docker-proxy accepts for everyone, and closes again within some
milliseconds when nobody listens behind it. So the connection is watched for a short while.
"""

from __future__ import annotations

import errno
import os
import socket
import time

from manager.interfaces import ConnectResult
from manager.model.ports import IPAddress
from manager.model.probing import CLOSED_AT_ONCE, ERROR, OPEN, REFUSED, TIMEOUT

QUIET_SECONDS = 0.25
"""How long a connection must stay open without a word to count as open. docker-proxy was seen to
close within 0.011 s; a server that waits for its client to speak costs this much."""

_FIRST_BYTES = 4096
_RESET = {errno.ENOTCONN, errno.ECONNRESET, errno.ECONNABORTED, errno.EPIPE}


def connect(
    address: IPAddress,
    port: int,
    *,
    timeout: float,
    payload: bytes = b"",
    quiet: float = QUIET_SECONDS,
) -> ConnectResult:
    """Connect over TCP, send `payload` if given, and read what comes first.

    timeout, in seconds, is for all together; `quiet` for a silent connection without payload.
    `seconds` is the time until the first bytes, the close or the refusal; of a silent open
    connection the time until it stood.
    """
    begun = time.monotonic()
    try:
        with socket.create_connection((str(address), port), timeout=max(timeout, 0.001)) as peer:
            stood = time.monotonic() - begun
            if peer.getsockname()[:2] == peer.getpeername()[:2]:
                # An ephemeral port that nobody listens on may be given to its own client, which
                # then talks to itself (TCP's simultaneous open).
                return ConnectResult(address, port, REFUSED, stood, detail="nobody listens")
            left = timeout - stood
            answer, greeting = _first(peer, payload, left if payload else min(left, quiet))
    except TimeoutError:
        return ConnectResult(address, port, TIMEOUT, time.monotonic() - begun)
    except ConnectionRefusedError:
        return ConnectResult(address, port, REFUSED, time.monotonic() - begun)
    except OSError as error:
        if error.errno in _RESET:
            # The reset was quicker than the questions about the connection.
            return ConnectResult(address, port, CLOSED_AT_ONCE, time.monotonic() - begun)
        reason = os.strerror(error.errno).lower() if error.errno else str(error)
        return ConnectResult(address, port, ERROR, time.monotonic() - begun, detail=reason)
    silent = answer == OPEN and not greeting
    seconds = stood if silent else time.monotonic() - begun
    return ConnectResult(address, port, answer, seconds, greeting)


def _first(peer: socket.socket, payload: bytes, seconds: float) -> tuple[str, bytes]:
    """The answer and the first bytes of a connection that stands."""
    peer.settimeout(max(seconds, 0.001))
    try:
        if payload:
            peer.sendall(payload)
        greeting = peer.recv(_FIRST_BYTES)
    except TimeoutError:
        return OPEN, b""
    except (ConnectionResetError, BrokenPipeError, ConnectionAbortedError):
        return CLOSED_AT_ONCE, b""
    return (OPEN, greeting) if greeting else (CLOSED_AT_ONCE, b"")
