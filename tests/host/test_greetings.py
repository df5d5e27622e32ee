"""First words of servers, HTTP heads and certificates, read as pure functions."""

from __future__ import annotations

from datetime import UTC, datetime
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manager.host.certificate import parse_certificate
from manager.host.greetings import (
    identify_greeting,
    identify_postgres,
    identify_redis,
)
from manager.host.http_reply import parse_reply, request
from manager.model.probing import Certificate, HttpReply


def mysql(body: bytes) -> bytes:
    return len(body).to_bytes(3, "little") + b"\0" + body


@pytest.mark.parametrize(
    ("greeting", "protocol", "detail"),
    [
        (b"SSH-2.0-OpenSSH_9.2p1 Debian\r\n", "ssh", "SSH-2.0-OpenSSH_9.2p1 Debian"),
        (b"220 mx.example ESMTP Postfix\r\n", "smtp", "220 mx.example ESMTP Postfix"),
        (b"220 (vsFTPd 3.0.3)\r\n", "ftp", "220 (vsFTPd 3.0.3)"),
        (b"220 ready\r\n", "smtp", "220 ready"),
        (mysql(b"\x0a8.0.36\0\x08\0\0\0abcdefgh\0"), "mysql", "8.0.36"),
        (mysql(b"\x0a5.5.5-10.11.6-MariaDB-1\0rest"), "mysql", "10.11.6-MariaDB-1"),
        (mysql(b"\xff\x6a\x04Host 'x' is not allowed"), "mysql", "Host 'x' is not allowed"),
        (b"+OK POP3 ready\r\n", "pop3", "+OK POP3 ready"),
        (b"* OK IMAP4rev1\r\n", "imap", "* OK IMAP4rev1"),
        (b"RFB 003.008\n", "vnc", "RFB 003.008"),
        (b"-DENIED Redis is running in protected mode", "redis", None),
        (b"\0\0\6\4\0\0\0\0\0\0\4\0\0\xff\xff", "http2", ""),
        (b"HTTP/1.1 408 Request Timeout\r\n\r\n", "http", "HTTP/1.1 408 Request Timeout"),
        (b"\xff\xfd\x18\xff\xfd\x20", "telnet", None),
    ],
)
def test_known_greetings(greeting: bytes, protocol: str, detail: str | None) -> None:
    spoken = identify_greeting(greeting)
    assert spoken is not None
    assert spoken.protocol == protocol
    assert detail is None or spoken.detail == detail


@pytest.mark.parametrize(
    "greeting", [b"", b"hello", b"pmap/db: ready\n", b"\0" * 8, mysql(b"\x0a")]
)
def test_unknown_greetings(greeting: bytes) -> None:
    assert identify_greeting(greeting) is None


@given(st.binary(max_size=300))
def test_any_bytes_are_read_without_a_complaint(data: bytes) -> None:
    for identify in (identify_greeting, identify_redis, identify_postgres):
        spoken = identify(data)
        assert spoken is None or (spoken.protocol and "\n" not in spoken.detail[:200])
    reply = parse_reply(data)
    assert reply is None or 0 <= reply.status <= 999


def test_answers_of_databases() -> None:
    pong, refused = identify_redis(b"+PONG\r\n"), identify_redis(b"-NOAUTH Authentication\r\n")
    assert pong is not None
    assert (pong.protocol, pong.detail) == ("redis", "PONG")
    assert refused is not None
    assert refused.detail == "NOAUTH Authentication"
    assert identify_redis(b"HTTP/1.1 400 Bad Request\r\n") is None
    tls = identify_postgres(b"S")
    assert tls is not None
    assert tls.detail == "takes TLS"
    assert identify_postgres(b"SSH-2.0-x") is None


@pytest.mark.parametrize(
    ("data", "reply"),
    [
        (
            b"HTTP/1.1 200 OK\r\nServer: nginx/1.25\r\nX: y\r\n\r\nServer: no",
            HttpReply(200, "OK", "nginx/1.25"),
        ),
        (b"HTTP/1.0 404\r\n\r\n", HttpReply(404)),
        (
            b"HTTP/1.1 302 Found\nlocation: /login\nserver:a\nServer: b\n\n",
            HttpReply(302, "Found", "a", "/login"),
        ),
        (b"HTTP/1.1 200 OK\r\nServ", HttpReply(200, "OK")),
        (b"HTTP/1.1 200", HttpReply(200)),
        (b"HTTP/2 200\r\n", None),
        (b"HTTP/1.1 20", None),
        (b"", None),
    ],
)
def test_heads_of_answers(data: bytes, reply: HttpReply | None) -> None:
    assert parse_reply(data) == reply


def test_a_request_names_the_host() -> None:
    assert b"\r\nHost: [::1]:8080\r\n" in request(ip_address("::1"), 8080)
    assert b"\r\nHost: localhost:80\r\n" in request(ip_address("127.0.0.1"), 80, "localhost")
    assert request(ip_address("::1"), 1).endswith(b"\r\n\r\n")
    assert str(HttpReply(200, "OK", "nginx")) == "200 OK (nginx)"


def der(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


def name(common: str | None, organization: str | None = None) -> bytes:
    given_ = ((b"\x55\x04\x0a", organization), (b"\x55\x04\x03", common))
    pairs = [der(0x30, der(6, oid), der(0x0C, t.encode())) for oid, t in given_ if t is not None]
    return der(0x30, *(der(0x31, pair) for pair in pairs))


def certificate(subject: bytes, issuer: bytes, *, times: bytes, names: bytes = b"") -> bytes:
    extension = der(0x30, der(6, b"\x55\x1d\x11"), der(1, b"\xff"), der(4, der(0x30, names)))
    body = der(
        0x30,
        der(0xA0, der(2, b"\2")),
        der(2, b"\1"),
        der(0x30, b""),
        issuer,
        der(0x30, times),
        subject,
        der(0x30, b"key"),
        der(0xA3, der(0x30, extension)) if names else b"",
    )
    return der(0x30, body, der(0x30, b""), der(3, b"\0"))


TIMES = der(0x17, b"990102030405Z") + der(0x18, b"20501231235959Z")
SUBJECTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=200)


@given(SUBJECTS, SUBJECTS, st.lists(st.from_regex(r"[a-z*.]{1,30}", fullmatch=True), max_size=20))
def test_names_and_ends_come_back(subject: str, issuer: str, names: list[str]) -> None:
    alternatives = b"".join(der(0x82, each.encode()) for each in names)
    read = parse_certificate(
        certificate(name(subject), name(None, issuer), times=TIMES, names=alternatives)
    )
    assert read == Certificate(
        subject,
        issuer,
        tuple(names),
        datetime(1999, 1, 2, 3, 4, 5, tzinfo=UTC),
        datetime(2050, 12, 31, 23, 59, 59, tzinfo=UTC),
    )
    assert read.self_signed == (subject == issuer)
    assert read.expired(read.end.timestamp() + 1)
    assert not read.expired(read.end.timestamp() - 1)


def test_addresses_among_the_names() -> None:
    alternatives = der(0x87, b"\x7f\0\0\1") + der(0x87, bytes(15) + b"\1") + der(0x81, b"a@b")
    read = parse_certificate(certificate(name("x"), name("x"), times=TIMES, names=alternatives))
    assert read.names == ("127.0.0.1", "::1")


@given(st.binary(max_size=200), st.integers(0, 250), st.integers(0, 255))
def test_what_is_no_certificate_is_refused_in_one_way(data: bytes, at: int, value: int) -> None:
    whole = certificate(name("x"), name("y"), times=TIMES, names=der(0x82, b"z"))
    spoiled = bytearray(whole)
    spoiled[at % len(whole)] = value
    for each in (data, bytes(spoiled), whole[: at % len(whole)]):
        try:
            read = parse_certificate(each)
        except ValueError:
            continue
        assert read.end.tzinfo is UTC
