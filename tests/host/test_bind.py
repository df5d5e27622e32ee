"""Binding for real, and the conflict algebra held against what the kernel does."""

from __future__ import annotations

import errno
import itertools
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from ipaddress import ip_address

import pytest

from manager.host.bind import bind_reason, try_bind
from manager.host.live import LiveHost
from manager.model.listener import HostSocket
from manager.model.ports import IPProtocol

ADDRESSES = [
    (None, False),
    ("127.0.0.1", False),
    ("127.0.0.2", False),
    ("0.0.0.0", False),
    ("::1", False),
    ("::", False),
    ("::", True),
]


def wanted(address: str | None, port: int, protocol: IPProtocol, dual: bool) -> HostSocket:
    return HostSocket(None if address is None else ip_address(address), port, protocol, dual)


def free_port() -> int:
    """A port that nobody has on any address, outside the range that clients are given."""
    for port in range(20000 + os.getpid() % 5000, 32000):
        sockets = [HostSocket(None, port, p) for p in (IPProtocol.TCP, IPProtocol.UDP)]
        if all(try_bind(one) is None for one in sockets):
            return port
    raise AssertionError("no port is free")


@contextmanager
def taken(one: HostSocket) -> Iterator[None]:
    """Hold that socket, as a server does."""
    with ExitStack() as stack:
        addresses = ["0.0.0.0", "::"] if one.host_ip is None else [str(one.host_ip)]
        for address in addresses:
            kind = socket.SOCK_STREAM if one.protocol == IPProtocol.TCP else socket.SOCK_DGRAM
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            held = stack.enter_context(socket.socket(family, kind))
            if family == socket.AF_INET6:
                held.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, int(not one.dual_stack))
            held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            held.bind((address, one.host_port))
            if kind == socket.SOCK_STREAM:
                held.listen()
        yield


def test_overlap_is_what_the_kernel_says() -> None:
    """Every pair of addresses and protocols: one is held, the other bound for real."""
    port = free_port()
    sockets = [
        wanted(address, port, protocol, dual)
        for address, dual in ADDRESSES
        for protocol in (IPProtocol.TCP, IPProtocol.UDP)
    ]
    disagree = []
    for held, asked in itertools.product(sockets, sockets):
        with taken(held):
            error = try_bind(asked)
        assert error is None or error.errno == errno.EADDRINUSE
        if (error is not None) != held.overlaps(asked):
            disagree.append((held, asked))
    assert disagree == []


def test_nothing_stays_bound() -> None:
    port = free_port()
    for _ in range(3):
        assert try_bind(HostSocket(None, port)) is None
    with taken(HostSocket(ip_address("0.0.0.0"), port)):
        assert try_bind(HostSocket(None, port)) is not None
    assert try_bind(HostSocket(ip_address("::"), port, IPProtocol.TCP, True)) is None


def test_closed_connections_are_not_in_the_way() -> None:
    """A server that closes first leaves its port in TIME_WAIT; an engine binds it all the same."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        client = socket.create_connection(("127.0.0.1", port))
        peer, _ = server.accept()
        peer.close()
        assert client.recv(1) == b""
        client.close()
    with socket.socket() as plain, pytest.raises(OSError, match="in use"):
        plain.bind(("127.0.0.1", port))
    assert try_bind(HostSocket(ip_address("127.0.0.1"), port)) is None


def test_reasons_are_words() -> None:
    host = LiveHost()
    port = free_port()
    with taken(HostSocket(ip_address("127.0.0.1"), port)):
        assert host.bind_error(HostSocket(None, port)) == "address already in use"
        assert host.bind_error(HostSocket(ip_address("127.0.0.2"), port)) is None
    stranger = HostSocket(ip_address("198.51.100.7"), port)
    assert host.bind_error(stranger) == "198.51.100.7 is not an address of this host"
    six = HostSocket(ip_address("2001:db8::7"), port, IPProtocol.UDP)
    assert host.bind_error(six) == "[2001:db8::7] is not an address of this host"


@pytest.mark.parametrize(
    ("number", "port", "reason"),
    [
        (errno.EACCES, 80, "permission denied: ports below 1024 are for root alone"),
        (errno.EACCES, 8080, "permission denied"),
        (errno.EPROTONOSUPPORT, 80, "this host does not support sctp on *"),
        (errno.ENOBUFS, 80, "no buffer space available"),
    ],
)
def test_every_error_has_a_reason(number: int, port: int, reason: str) -> None:
    asked = HostSocket(None, port, IPProtocol.SCTP)
    assert bind_reason(OSError(number, "x"), asked, 1024) == reason


UNPRIVILEGED = """
import os, sys
from ipaddress import ip_address
from manager.host.live import LiveHost
from manager.host.ranges import unprivileged_start
from manager.model.listener import HostSocket
if os.geteuid() == 0:
    os.setuid(65534)
low = HostSocket(ip_address("127.0.0.1"), 1)
for root_engine in (True, False):
    print(LiveHost(root_engine=root_engine).bind_error(low), unprivileged_start() > 1)
"""


def test_who_may_bind_a_low_port_depends_on_the_engine() -> None:
    done = subprocess.run(
        [sys.executable, "-c", UNPRIVILEGED], capture_output=True, text=True, check=True
    )
    as_root, rootless = done.stdout.splitlines()
    assert as_root == "None True"
    assert rootless == "permission denied: ports below 1024 are for root alone True"
