"""HTTP over a bare socket: every way of framing an answer, and every way of breaking one."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manager.engine.failures import BrokenAnswer
from manager.engine.wire import Answer, follow_lines, get_all


def answers(sent: bytes, count: int = 1) -> list[Answer]:
    """What is made of these bytes, sent by a server that then closes."""
    here, there = socket.socketpair()
    with here, there:
        here.settimeout(5)

        def serve() -> None:
            # A reader that has seen enough closes while we still write.
            with suppress(OSError):
                there.sendall(sent)
                there.shutdown(socket.SHUT_WR)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            return list(get_all(here, [f"/{number}" for number in range(count)]))
        finally:
            here.shutdown(socket.SHUT_RDWR)
            thread.join()


def chunked(pieces: list[bytes]) -> bytes:
    body = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces if piece)
    return b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body + b"0\r\n\r\n"


def measured(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body


@given(st.lists(st.one_of(st.binary(max_size=300), st.lists(st.binary(max_size=50))), min_size=1))
def test_bodies_come_out_as_they_went_in(bodies: list[bytes | list[bytes]]) -> None:
    sent = b"".join(measured(b) if isinstance(b, bytes) else chunked(b) for b in bodies)
    expected = [b if isinstance(b, bytes) else b"".join(b) for b in bodies]
    assert [answer.body for answer in answers(sent, len(bodies))] == expected


@given(st.binary(min_size=1, max_size=200), st.integers(min_value=0))
def test_an_answer_that_is_cut_off_is_no_answer(body: bytes, cut: int) -> None:
    whole = chunked([body])
    sent = whole[: cut % len(whole)]
    if not sent:
        assert answers(sent) == []
        return
    with pytest.raises(BrokenAnswer):
        answers(sent)


@given(st.binary(max_size=200))
def test_any_bytes_are_an_answer_or_an_error(sent: bytes) -> None:
    with suppress(OSError):
        answers(b"HTTP/1.1 200 OK\r\n" + sent, 2)


@pytest.mark.parametrize(
    "sent",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"f" * 70000 + b"\r\n",
    ],
)
def test_what_is_no_http_is_said_to_be_none(sent: bytes) -> None:
    with pytest.raises(BrokenAnswer):
        answers(sent)


def test_an_answer_without_a_length_goes_to_the_end() -> None:
    assert answers(b"HTTP/1.0 200 OK\r\n\r\nall of it")[0].body == b"all of it"


def test_no_body_belongs_to_a_204() -> None:
    found = answers(b"HTTP/1.1 204 No Content\r\n\r\n" + measured(b"next"), 2)
    assert [answer.body for answer in found] == [b"", b"next"]


def test_a_server_that_closes_in_between_gives_what_it_gave() -> None:
    assert len(answers(measured(b"one") + measured(b"two"), 5)) == 2
    closing = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx"
    assert [answer.last for answer in answers(closing + measured(b"not read"), 5)] == [True]


def test_requests_are_sent_ahead_and_name_what_is_wanted() -> None:
    here, there = socket.socketpair()
    with here, there:
        there.sendall(measured(b"a") * 300)
        paths = [f"/v1.51/{number}" for number in range(300)]
        assert len(list(get_all(here, paths, [("X-Auth", "token")]))) == 300
        here.shutdown(socket.SHUT_WR)
        with there.makefile("rb") as stream:
            sent = stream.read().decode()
    assert [line.split()[1] for line in sent.splitlines() if line.startswith("GET")] == paths
    assert sent.count("X-Auth: token\r\n") == 300


def test_lines_come_as_they_are_complete_however_they_are_cut() -> None:
    here, there = socket.socketpair()
    with here, there:
        there.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        lines = follow_lines(here, "/events")
        assert next(lines) == b""
        for piece in (b'{"a"', b':1}\n{"b":2}\n{"c"', b":3}\n"):
            there.sendall(b"%x\r\n%s\r\n" % (len(piece), piece))
        assert [next(lines) for _ in range(3)] == [b'{"a":1}', b'{"b":2}', b'{"c":3}']
        there.shutdown(socket.SHUT_WR)
        with pytest.raises(BrokenAnswer):
            next(lines)


def test_lines_of_an_error_are_not_followed() -> None:
    here, there = socket.socketpair()
    with here, there:
        there.sendall(b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n")
        with pytest.raises(BrokenAnswer, match="500"):
            next(follow_lines(here, "/events"))
