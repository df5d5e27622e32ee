"""GET over a bare socket: many requests sent ahead on one connection (RFC 9112, 9.3.2).

Reading a thousand containers one by one costs the SDK over a second; sent ahead they cost a
tenth of it. Only what an engine answers is understood: a length, chunks, or until the end.
"""

from __future__ import annotations

import socket
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BufferedReader

from manager.engine.failures import BrokenAnswer

_AHEAD = 128
_LONGEST_LINE = 65536


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def last(self) -> bool:
        """Whether the server closes the connection after it."""
        return self.headers.get("connection", "").lower() == "close"


def get_all(
    connection: socket.socket, paths: Sequence[str], headers: Iterable[tuple[str, str]] = ()
) -> Generator[Answer, None, None]:
    """The answers to GETs of all paths, in order. Fewer when the server closes in between.

    Raises OSError (BrokenAnswer is one). The caller closes this, then the connection.
    """
    tail = "".join(f"{name}: {value}\r\n" for name, value in headers)
    with connection.makefile("rb") as stream:
        sent = 0
        for received in range(len(paths)):
            # Half a window at a time keeps the server busy without a call for each.
            if sent - received <= _AHEAD // 2 and sent < len(paths):
                batch = paths[sent : received + _AHEAD]
                connection.sendall(b"".join(_request(path, tail) for path in batch))
                sent += len(batch)
            answer = _read_answer(stream)
            if answer is None:
                return
            yield answer
            if answer.last:
                return


def follow_lines(
    connection: socket.socket, path: str, headers: Iterable[tuple[str, str]] = ()
) -> Generator[bytes, None, None]:
    """The lines of an answer that goes on, as they come; an empty one once it has begun.

    Ends when the server ends it, or when somebody shuts the connection down. Raises OSError, and
    BrokenAnswer for an answer that is not a success.
    """
    tail = "".join(f"{name}: {value}\r\n" for name, value in headers)
    connection.sendall(_request(path, tail))
    with connection.makefile("rb") as stream:
        status = _status(stream)
        fields = dict(_headers(stream))
        if status != 200:
            raise BrokenAnswer(f"it answers with status {status}")
        connection.settimeout(None)
        yield b""
        rest = b""
        for piece in _pieces(stream, fields):
            *lines, rest = (rest + piece).split(b"\n")
            yield from lines


def _pieces(stream: BufferedReader, headers: Mapping[str, str]) -> Iterator[bytes]:
    if headers.get("transfer-encoding", "").lower() == "chunked":
        return _chunks(stream)
    return iter(stream.read1, b"")


def _request(path: str, tail: str) -> bytes:
    lines = f"GET {path} HTTP/1.1\r\nHost: docker\r\nUser-Agent: pmap\r\n{tail}\r\n"
    return lines.encode("latin-1", errors="replace")


def _read_answer(stream: BufferedReader) -> Answer | None:
    """The next answer; None when the server closed before its first byte."""
    if not stream.peek(1):
        return None
    status = _status(stream)
    headers = dict(_headers(stream))
    return Answer(status, headers, _body(stream, headers, status))


def _status(stream: BufferedReader) -> int:
    version, _, rest = _line(stream).decode("latin-1").partition(" ")
    status = rest[:3]
    if not version.startswith("HTTP/1.") or not (status.isascii() and status.isdigit()):
        raise BrokenAnswer("it does not speak HTTP")
    return int(status)


def _headers(stream: BufferedReader) -> Iterator[tuple[str, str]]:
    while (line := _line(stream)) != b"":
        name, colon, value = line.decode("latin-1").partition(":")
        if not colon:
            raise BrokenAnswer("a header of its answer has no colon")
        yield name.strip().lower(), value.strip()


def _body(stream: BufferedReader, headers: Mapping[str, str], status: int) -> bytes:
    if status in {204, 304}:
        return b""
    if headers.get("transfer-encoding", "").lower() == "chunked":
        return b"".join(_chunks(stream))
    if "content-length" in headers:
        return _exactly(stream, _number(headers["content-length"], 10))
    return stream.read()


def _chunks(stream: BufferedReader) -> Iterator[bytes]:
    while size := _number(_line(stream).partition(b";")[0].decode("latin-1"), 16):
        yield _exactly(stream, size)
        if _line(stream):
            raise BrokenAnswer("a chunk of its answer is longer than it said")
    while _line(stream):
        continue


def _number(text: str, base: int) -> int:
    digits = text.strip()
    if not digits.isascii() or not digits.isalnum() or len(digits) > 12:
        raise BrokenAnswer(f"its answer has the length {text[:20]!r}")
    try:
        return int(digits, base)
    except ValueError:
        raise BrokenAnswer(f"its answer has the length {text[:20]!r}") from None


def _line(stream: BufferedReader) -> bytes:
    line = stream.readline(_LONGEST_LINE)
    if not line.endswith(b"\n"):
        raise BrokenAnswer("its answer was cut off")
    return line.rstrip(b"\r\n")


def _exactly(stream: BufferedReader, size: int) -> bytes:
    content = stream.read(size)
    if len(content) != size:
        raise BrokenAnswer("its answer was cut off")
    return content
