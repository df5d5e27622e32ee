"""Open a socket to an engine, for the few calls that do not go through the SDK."""

from __future__ import annotations

import socket
import ssl
import struct

from manager.engine.contexts import TlsFiles
from manager.engine.endpoint import Endpoint


def dial(endpoint: Endpoint, *, timeout: float) -> socket.socket:
    """A connected socket of a unix:// or tcp:// endpoint. timeout in seconds, for each call.

    Raises OSError (ssl.SSLError is one).
    """
    if endpoint.scheme == "unix":
        plain = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            plain.settimeout(timeout)
            plain.connect(endpoint.socket_path)
        except BaseException:
            plain.close()
            raise
        return plain
    context = tls_context(endpoint.tls) if endpoint.tls else None
    connected = socket.create_connection(endpoint.address, timeout)
    _keep_alive(connected)
    if context is None:
        return connected
    try:
        return context.wrap_socket(connected, server_hostname=endpoint.address[0])
    except BaseException:
        connected.close()
        raise


def _keep_alive(connection: socket.socket) -> None:
    """Notice within a minute that the other host is gone, while nothing is being said (tcp(7))."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in (("TCP_KEEPIDLE", 30), ("TCP_KEEPINTVL", 10), ("TCP_KEEPCNT", 3)):
        if hasattr(socket, name):
            connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


def tls_context(tls: TlsFiles) -> ssl.SSLContext:
    """A client context with these files. Raises ssl.SSLError, also when one cannot be read."""
    try:
        context = ssl.create_default_context(cafile=tls.ca)
        if not tls.verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        if tls.cert:
            context.load_cert_chain(tls.cert, tls.key)
    except ssl.SSLError:
        raise
    except OSError as error:
        # Not to be taken for a missing socket.
        named = ", ".join(name for name in (tls.ca, tls.cert, tls.key) if name)
        raise ssl.SSLError(f"{named}: {error.strerror}") from error
    return context


def peer_pid(connection: socket.socket) -> int | None:
    """The process that listens on the other end of a unix socket (SO_PEERCRED, Linux).

    None for other sockets and systems, and where the listener is outside this pid namespace.
    """
    option = getattr(socket, "SO_PEERCRED", None)
    if connection.family != socket.AF_UNIX or option is None:
        return None
    credentials = connection.getsockopt(socket.SOL_SOCKET, option, struct.calcsize("3i"))
    pid: int = struct.unpack("3i", credentials)[0]
    return pid or None
