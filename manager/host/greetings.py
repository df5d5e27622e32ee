"""Known protocols by their first words, and what to say to those that wait. Pure parsing."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from dataclasses import dataclass

HTTP, TLS, SSH, SMTP, FTP, MYSQL, REDIS, POSTGRES = (
    "http",
    "tls",
    "ssh",
    "smtp",
    "ftp",
    "mysql",
    "redis",
    "postgres",
)

REDIS_PING = b"PING\r\n"
# SSLRequest: length 8, code 80877103 (PostgreSQL protocol 3.0, message formats).
POSTGRES_SSL_REQUEST = struct.pack(">II", 8, 80877103)

_FIRST_LINE = 200


@dataclass(frozen=True, slots=True)
class Spoken:
    """A protocol that was recognised, and what it said of itself (as it came, unescaped)."""

    protocol: str
    detail: str = ""


UNKNOWN = Spoken("")


def first_line(data: bytes) -> str:
    """The first line, as text, not longer than can be shown."""
    return re.split(rb"[\r\n]", data, maxsplit=1)[0][:_FIRST_LINE].decode("utf-8", "replace")


def identify_greeting(data: bytes) -> Spoken | None:
    """The protocol whose server says `data` first, before any client; None when it is unknown."""
    if (mysql := _mysql(data)) is not None:
        return mysql
    if data.startswith(b"220"):
        # RFC 5321 and RFC 959 begin alike; almost all servers name themselves.
        mail = re.search(rb"smtp|mail|postfix|exim|lmtp", data, re.IGNORECASE)
        transfer = re.search(rb"ftp", data, re.IGNORECASE)
        return Spoken(FTP if transfer and not mail else SMTP, first_line(data))
    for start, protocol in _STARTS:
        if data.startswith(start):
            return Spoken(protocol, first_line(data))
    if is_http2_settings(data):
        return Spoken("http2")
    return None


_STARTS = (
    (b"SSH-", SSH),
    (b"HTTP/1.", HTTP),
    (b"+OK", "pop3"),
    (b"* OK", "imap"),
    (b"RFB 0", "vnc"),
    (b"AMQP", "amqp"),
    (b"-DENIED Redis", REDIS),
    (b"\xff\xfb", "telnet"),
    (b"\xff\xfd", "telnet"),
    (b"\x15\x03", TLS),
)


def is_http2_settings(data: bytes) -> bool:
    """Whether this begins with a SETTINGS frame of stream 0 (RFC 9113 4.1), as gRPC servers do."""
    length = int.from_bytes(data[:3], "big")
    return len(data) >= 9 and length % 6 == 0 and length < 0x1000 and data[3:9] == b"\4\0\0\0\0\0"


def _mysql(data: bytes) -> Spoken | None:
    """MySQL's initial handshake, or its refusal: 3 bytes of length, sequence 0, then 10 or 255."""
    if len(data) < 7 or data[3] != 0:
        return None
    length = int.from_bytes(data[:3], "little")
    body = data[4:]
    if not 3 <= length <= 0xFFFF:
        return None
    if body[0] == 10:
        version, end, _ = body[1:].partition(b"\0")
        # MariaDB hides behind an old version, for the sake of old replicas.
        text = version.decode("ascii", "replace").removeprefix("5.5.5-")
        return Spoken(MYSQL, text) if end and re.match(r"\d+\.\d+", text) else None
    if body[0] == 255 and len(body) >= 3:
        return Spoken(MYSQL, body[3:length].decode("utf-8", "replace")[:_FIRST_LINE])
    return None


def identify_redis(reply: bytes) -> Spoken | None:
    """Redis by its answer to PING, or its like (Valkey, KeyDB); None when it is another."""
    if reply.startswith((b"+PONG", b"-NOAUTH", b"-DENIED", b"-LOADING", b"-MASTERDOWN")):
        return Spoken(REDIS, first_line(reply)[1:])
    return None


def identify_postgres(reply: bytes) -> Spoken | None:
    """PostgreSQL by its answer to SSLRequest, which is one byte; None when it is another."""
    if reply == b"S":
        return Spoken(POSTGRES, "takes TLS")
    if reply == b"N":
        return Spoken(POSTGRES, "without TLS")
    return None


@dataclass(frozen=True, slots=True)
class Question:
    """What to say to a server that waits, and how to know its answer."""

    protocol: str
    ask: bytes
    identify: Callable[[bytes], Spoken | None]


QUESTIONS = (
    Question(REDIS, REDIS_PING, identify_redis),
    Question(POSTGRES, POSTGRES_SSL_REQUEST, identify_postgres),
)

USUAL = {
    5432: POSTGRES,
    6379: REDIS,
    80: HTTP,
    3000: HTTP,
    5000: HTTP,
    8000: HTTP,
    8080: HTTP,
    443: TLS,
    8443: TLS,
    6443: TLS,
}
"""What usually listens on a port: asked for first, so that most are known by one question."""
