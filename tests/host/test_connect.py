"""What a connect gets, by servers that behave in every way a container's port does."""

from __future__ import annotations

import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import ip_address

import pytest

from manager.host.connect import QUIET_SECONDS, connect

HERE = ip_address("127.0.0.1")
Serve = Callable[[socket.socket], None]


@contextmanager
def server(serve: Serve, address: str = "127.0.0.1") -> Iterator[int]:
    """A server on a port of its own that does `serve` with one connection."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.create_server((address, 0), family=family) as listening:

        def run() -> None:
            peer, _ = listening.accept()
            with peer:
                serve(peer)

        thread = threading.Thread(target=run)
        thread.start()
        yield listening.getsockname()[1]
        thread.join(10)
        assert not thread.is_alive()


def reset(peer: socket.socket) -> None:
    """Close with RST, as a proxy does whose backend refused."""
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def silent(peer: socket.socket) -> None:
    """Wait for the client to leave."""
    assert peer.recv(10) == b""


def greets(peer: socket.socket) -> None:
    peer.sendall(b"SSH-2.0-x\r\n")


def echoes(peer: socket.socket) -> None:
    peer.sendall(peer.recv(100).upper())


@pytest.mark.parametrize(
    ("serve", "payload", "answer", "greeting"),
    [
        (silent, b"", "open", b""),
        (greets, b"", "open", b"SSH-2.0-x\r\n"),
        (echoes, b"ping", "open", b"PING"),
        (lambda peer: None, b"", "closed-at-once", b""),
        (lambda peer: None, b"GET / HTTP/1.0\r\n\r\n", "closed-at-once", b""),
        (reset, b"", "closed-at-once", b""),
    ],
)
def test_what_comes_first(serve: Serve, payload: bytes, answer: str, greeting: bytes) -> None:
    with server(serve) as port:
        result = connect(HERE, port, timeout=3, payload=payload)
    assert (result.answer, result.greeting) == (answer, greeting)
    assert result.answering == (answer == "open")
    assert result.seconds < 2


def test_a_proxy_that_takes_its_time_to_close_is_still_found_out() -> None:
    leave = threading.Event()

    def late(peer: socket.socket) -> None:
        leave.wait(0.08)  # docker-proxy was seen to need 11 ms

    with server(late) as port:
        result = connect(HERE, port, timeout=10, quiet=5)
    assert result.answer == "closed-at-once"
    assert 0.05 < result.seconds < 5
    assert QUIET_SECONDS > 10 * 0.011


def test_ipv6() -> None:
    with server(greets, "::1") as port:
        assert connect(ip_address("::1"), port, timeout=3).greeting.startswith(b"SSH")
        assert connect(HERE, port, timeout=3).answer == "refused"


def test_nobody_listens() -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        result = connect(HERE, bound.getsockname()[1], timeout=3)
    assert result.answer == "refused"
    assert result.seconds < 2


def test_a_full_queue_is_a_time_out() -> None:
    """A server that never accepts, its queue full: further connects get no answer."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listening:
        port = listening.getsockname()[1]
        waiting = []
        for _ in range(4):
            one = socket.socket()
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", port))
            waiting.append(one)
        begun = time.monotonic()
        result = connect(HERE, port, timeout=0.3)
        assert time.monotonic() - begun < 5
        for one in waiting:
            one.close()
    assert result.answer == "timeout"
    assert 0.29 < result.seconds < 5


def test_what_cannot_be_reached_says_why() -> None:
    result = connect(ip_address("255.255.255.255"), 80, timeout=1)
    assert result.answer == "error"
    assert result.detail


TALKS_TO_ITSELF = """
import pathlib, socket
from ipaddress import ip_address
from manager.host.connect import QUIET_SECONDS, connect
# Two ports for clients: the one of them that we connect to is soon given to ourselves.
pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range").write_text("40000 40001")
port, seen = 40000, set()
plain = 0
for _ in range(20):
    with socket.socket() as client:
        plain += client.connect_ex(("127.0.0.1", port)) == 0
    seen.add(connect(ip_address("127.0.0.1"), port, timeout=1).answer)
print(plain > 0, seen)
"""


def test_a_client_that_meets_itself_is_no_server() -> None:
    inside = ["unshare", "--map-root-user", "--net", "sh", "-c", 'ip link set lo up; exec "$@"']
    done = subprocess.run(
        [*inside, "sh", sys.executable, "-c", TALKS_TO_ITSELF],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "True {'refused'}\n", done.stderr
