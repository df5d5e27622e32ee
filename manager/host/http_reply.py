"""The head of an HTTP/1 answer: status line and the headers that say who answers (RFC 9112)."""

from __future__ import annotations

import re

from manager.model.ports import IPAddress, format_host
from manager.model.probing import HttpReply

_STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})(?: ([^\r\n]*))?\r?(?:\n|$)")
HEAD_END = (b"\r\n\r\n", b"\n\n")


def request(address: IPAddress, port: int, name: str = "") -> bytes:
    """A GET of `/` that asks the server to close afterwards. `name` is the Host, if not the
    address."""
    host = f"{name or format_host(address)}:{port}"
    head = f"GET / HTTP/1.1\r\nHost: {host}\r\nUser-Agent: pmap\r\nAccept: */*\r\n"
    return f"{head}Connection: close\r\n\r\n".encode("ascii", "ignore")


def parse_reply(data: bytes) -> HttpReply | None:
    """The head of the answer, None when it is no HTTP/1. The body, and a cut head, do no harm."""
    match = _STATUS.match(data)
    if match is None:
        return None
    head = re.split(rb"\r?\n\r?\n", data, maxsplit=1)[0]
    headers: dict[str, str] = {}
    for line in head.split(b"\n")[1:]:
        key, colon, value = line.partition(b":")
        if colon:
            headers.setdefault(_text(key).lower(), _text(value))
    return HttpReply(
        int(match[1]),
        _text(match[2] or b""),
        headers.get("server", ""),
        headers.get("location", ""),
    )


def _text(raw: bytes) -> str:
    return raw.strip()[:200].decode("latin-1")
