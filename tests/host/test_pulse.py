"""Whether a listener came or went, told without decoding a socket."""

from __future__ import annotations

import socket
from dataclasses import replace

import pytest

from manager.bootstrap import build
from manager.host import sockdiag
from manager.host.live import LiveHost
from manager.host.memory import MemoryHost
from manager.host.pulse import mark_of
from manager.inquiries import Pulse
from manager.model.listener import HostSocket, Listener, Process
from manager.model.ports import PortRange, parse_ip
from manager.survey import host_again


def mark(port: int, ephemeral: PortRange) -> int:
    """The mark of the sockets on that port alone: others of this machine come and go."""
    own = port.to_bytes(2, "big")
    return mark_of([one for one in sockdiag.bodies() if one[1][4:6] == own], ephemeral)


@pytest.mark.parametrize("kind", [socket.SOCK_STREAM, socket.SOCK_DGRAM])
@pytest.mark.parametrize(("family", "address"), [(socket.AF_INET, "127.0.0.1"),
                                                 (socket.AF_INET6, "::1")])  # fmt: skip
def test_a_listener_that_comes_and_goes_changes_the_mark(
    family: socket.AddressFamily, address: str, kind: socket.SocketKind
) -> None:
    nowhere = PortRange.of(1)
    with socket.socket(family, kind) as one:
        one.bind((address, 0))
        port = one.getsockname()[1]
        if kind is socket.SOCK_STREAM:
            one.listen()
        there = mark(port, nowhere)
        assert mark(port, nowhere) == there
    gone = mark(port, nowhere)
    assert gone != there
    with socket.socket(family, kind) as another:
        another.bind((address, port))
        if kind is socket.SOCK_STREAM:
            another.listen()
        assert mark(port, nowhere) not in {there, gone}, "another socket on the same port"


def test_udp_clients_do_not_count() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.bind(("127.0.0.1", 0))
        port = client.getsockname()[1]
        there = mark(port, PortRange.of(port))
    assert mark(port, PortRange.of(port)) == there


def test_the_live_host_has_a_pulse_and_one_in_memory_has_none() -> None:
    host = LiveHost()
    assert isinstance(host, Pulse)
    assert isinstance(host.mark(), int)
    assert not isinstance(MemoryHost(), Pulse)
    assert build(demo=True).host_mark() is None


def test_the_hosts_listeners_are_read_anew_without_the_engine() -> None:
    manager = build(demo=True)
    before = manager.snapshot()
    python = Listener(HostSocket(parse_ip("127.0.0.1"), 9999), Process(99, "python3"))
    after = host_again(before, MemoryHost([python]))
    assert after.listeners == (python,)
    assert (after.containers, after.engine) == (before.containers, before.engine)
    far = replace(before, listeners=None)
    assert host_again(far, manager.host) is far, "another host's sockets are not ours to read"
