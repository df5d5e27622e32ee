"""A server on a socket that answers as an engine might: well, badly, or not at all."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

Serve = Callable[[str, socket.socket], bool]
"""Answers one GET of a path; whether the connection stays open."""


def reply(body: object, status: str = "200 OK", headers: str = "") -> bytes:
    """A whole answer with its length; the body as JSON unless it is bytes."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(content)}\r\n{headers}\r\n"
    return head.encode() + content


def ping(version: str = "1.51") -> bytes:
    """The answer to /_ping of an engine of this API version."""
    return reply(b"OK", headers=f"Api-Version: {version}\r\n")


def always(answer: bytes) -> Serve:
    """Answer everything with this."""

    def serve(_: str, connection: socket.socket) -> bool:
        connection.sendall(answer)
        return True

    return serve


@contextmanager
def serving(listener: socket.socket, serve: Serve) -> Iterator[list[str]]:
    """Answer every connection to a bound socket in a thread of its own; the paths asked for."""
    asked: list[str] = []
    connections: list[socket.socket] = []

    def talk(connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as stream, suppress(OSError):
            while (line := stream.readline()).startswith(b"GET "):
                while stream.readline() not in (b"\r\n", b""):
                    continue
                asked.append(line.split()[1].decode())
                if not serve(asked[-1], connection):
                    return

    def accept() -> None:
        with suppress(OSError):
            while True:
                connections.append(listener.accept()[0])
                threads.append(threading.Thread(target=talk, args=(connections[-1],)))
                threads[-1].start()

    listener.listen()
    threads = [threading.Thread(target=accept)]
    threads[0].start()
    try:
        yield asked
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        threads[0].join()
        for connection in connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in threads:
            thread.join()


@contextmanager
def on_unix(folder: Path, serve: Serve) -> Iterator[tuple[str, list[str]]]:
    """Serve on a unix socket in a folder: its URL, and the paths asked for."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(str(folder / "engine.sock"))
        with serving(listener, serve) as asked:
            yield f"unix://{folder / 'engine.sock'}", asked
