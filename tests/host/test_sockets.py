"""Real sockets on loopback, found again with their owner."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path

import pytest

from manager.host import procnet, sockdiag
from manager.host.kernel_socket import KernelSocket
from manager.host.live import LiveHost
from manager.host.psutil_sockets import psutil_listeners, psutil_process
from manager.host.socket_owners import owners_of
from manager.host.sockets import live_listeners
from manager.interfaces import Host
from manager.model.listener import HostSocket, Listener, Process
from manager.model.ports import IPProtocol

TCP, UDP = socket.SOCK_STREAM, socket.SOCK_DGRAM


def bound(address: str, kind: int = TCP, *, port: int = 0, v6only: bool = True) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    made = socket.socket(family, kind)
    if family == socket.AF_INET6:
        made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, int(v6only))
    made.bind((address, port))
    if kind == TCP:
        made.listen()
    return made


def port_of(one: socket.socket) -> int:
    return int(one.getsockname()[1])


@pytest.fixture
def sockets() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def on_port(found: tuple[Listener, ...], port: int) -> list[Listener]:
    return [one for one in found if one.socket.host_port == port]


@pytest.mark.parametrize(
    ("address", "kind", "v6only", "dual"),
    [
        ("127.0.0.1", TCP, True, False),
        ("0.0.0.0", TCP, True, False),
        ("127.0.0.2", UDP, True, False),
        ("::1", TCP, True, False),
        ("::", TCP, True, False),
        ("::", TCP, False, True),
        ("::1", UDP, True, False),
    ],
)
def test_each_kind_of_socket_is_told_with_its_process(
    sockets: ExitStack, address: str, kind: int, v6only: bool, dual: bool
) -> None:
    port = port_of(sockets.enter_context(bound(address, kind, v6only=v6only)))
    protocol = IPProtocol.TCP if kind == TCP else IPProtocol.UDP
    for found in (live_listeners(), live_listeners(port)):
        (one,) = on_port(found, port)
        assert one.socket == HostSocket(ip_address(address), port, protocol, dual)
        assert one.process is not None
        assert one.process.pid == os.getpid()
        assert one.process.cwd == str(Path.cwd())
        assert "python" in one.process.command
        assert not one.for_engine


def test_both_sources_tell_the_same(sockets: ExitStack) -> None:
    ports = {
        port_of(sockets.enter_context(bound(address, kind)))
        for address in ("127.0.0.1", "::1", "0.0.0.0", "::")
        for kind in (TCP, UDP)
    }

    def facts(found: list[KernelSocket]) -> set[tuple[object, ...]]:
        return {
            (s.host_ip, s.host_port, s.protocol, s.inode, s.uid)
            for s in found
            if s.host_port in ports
        }

    by_text = facts(procnet.read_table(Path("/proc/thread-self/net")))
    assert by_text == facts(sockdiag.read_sockets())
    assert len(by_text) == 8


def test_what_is_bound_without_listening_is_told_for_its_port_alone(sockets: ExitStack) -> None:
    silent = sockets.enter_context(socket.socket())
    silent.bind(("127.0.0.1", 0))
    port = port_of(silent)
    assert on_port(live_listeners(), port) == []
    (one,) = live_listeners(port)
    assert one.process is not None
    assert one.process.pid == os.getpid()


def test_a_udp_client_is_told_for_its_port_alone(sockets: ExitStack) -> None:
    client = sockets.enter_context(socket.socket(socket.AF_INET, UDP))
    client.sendto(b"", ("127.0.0.1", 9))
    port = port_of(client)
    assert on_port(live_listeners(), port) == []
    assert len(live_listeners(port)) == 1
    connected = sockets.enter_context(socket.socket(socket.AF_INET, UDP))
    connected.connect(("127.0.0.1", 9))
    assert live_listeners(port_of(connected)) == ()


def test_sockets_that_share_a_port_in_one_process_are_one_listener(sockets: ExitStack) -> None:
    port = 0
    for _ in range(3):
        one = sockets.enter_context(socket.socket())
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        one.bind(("127.0.0.1", port))
        one.listen()
        port = port_of(one)
    assert len(live_listeners(port)) == 1


def test_a_socket_that_was_passed_on_is_the_parents(sockets: ExitStack) -> None:
    """A server that forks: the lowest pid that holds it, as long as it holds it."""
    listening = sockets.enter_context(bound("127.0.0.1"))
    port, fd = port_of(listening), listening.fileno()
    child = subprocess.Popen(
        [sys.executable, "-c", "import sys; print(flush=True); sys.stdin.read()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        pass_fds=[fd],
    )
    with child:
        assert child.stdout is not None
        child.stdout.readline()
        (before,) = live_listeners(port)
        listening.close()
        (after,) = live_listeners(port)
        assert child.stdin is not None
        child.stdin.close()
    pids = [one.process.pid for one in (before, after) if one.process]
    assert pids == [os.getpid() if os.getpid() < child.pid else child.pid, child.pid]


def test_inodes_that_nobody_has_are_left_out(tmp_path: Path) -> None:
    assert owners_of([0, 2**31 - 5]) == {}
    assert owners_of([5], proc=str(tmp_path / "none")) == {}


def test_an_init_that_keeps_passed_sockets_is_not_their_owner(tmp_path: Path) -> None:
    for pid, inodes in {"1": (70, 71), "30": (70,), "9": (72,), "200": (70,)}.items():
        folder = tmp_path / pid / "fd"
        folder.mkdir(parents=True)
        for number, inode in enumerate(inodes):
            (folder / str(number)).symlink_to(f"socket:[{inode}]")
    assert owners_of([70, 71, 72], proc=str(tmp_path)) == {70: 30, 71: 1, 72: 9}


HIDDEN = """
import ctypes, socket, sys
PR_SET_DUMPABLE = 4  # not dumpable: others of the same user may not look into it either
ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0)
one = socket.create_server(("127.0.0.1", 0))
print(one.getsockname()[1], flush=True)
sys.stdin.read()
"""

LOOK = """
import json, os, sys
from manager.host.sockets import live_listeners
if os.geteuid() == 0:
    os.setuid(65534)
print(json.dumps([[str(one.socket), one.process] for one in live_listeners(int(sys.argv[1]))]))
"""


def test_a_process_that_may_not_be_seen_is_unknown() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HIDDEN], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        port = child.stdout.readline().strip()
        done = subprocess.run(
            [sys.executable, "-c", LOOK, port], capture_output=True, text=True, check=True
        )
        child.kill()
    assert json.loads(done.stdout) == [[f"127.0.0.1:{port}/tcp", None]]


def unstarted(listener: Listener) -> Process | None:
    return replace(listener.process, started=0) if listener.process else None


def test_psutil_tells_the_same_of_our_own_sockets(sockets: ExitStack) -> None:
    listening = [bound("127.0.0.1"), bound("::1"), bound("127.0.0.1", UDP)]
    for one in listening:
        sockets.enter_context(one)
        port = port_of(one)
        native, other = live_listeners(port), psutil_listeners(port)
        assert [n.socket for n in native] == [o.socket for o in other]
        # Each tells the start of a process in a unit of its own.
        assert [unstarted(n) for n in native] == [unstarted(o) for o in other]
    assert {port_of(one) for one in listening[:2]} <= {
        one.socket.host_port for one in psutil_listeners()
    }
    assert psutil_process(2**30) is None


def test_live_host_is_what_the_core_asks_for(sockets: ExitStack) -> None:
    host: Host = LiveHost()
    one = sockets.enter_context(bound("127.0.0.1"))
    (found,) = host.listeners(port_of(one))
    assert host.owner_of(found, {}) is None
    assert host.owner_of(found, {os.getppid(): "c1"}) == "c1"
    process = host.process(os.getpid())
    assert process is not None
    assert process == found.process
    assert host.process(2**30) is None
    assert ip_address("127.0.0.1") in host.addresses()
    inside = host.listening_inside(os.getpid())
    assert inside is not None
    assert found.socket in inside
    assert host.connect(ip_address("127.0.0.1"), port_of(one), timeout=1).answering


def test_listeners_come_quickly(sockets: ExitStack) -> None:
    """No ratio here, only that nothing waits: hundreds of sockets in well under a second."""
    for _ in range(200):
        sockets.enter_context(bound("127.0.0.1"))
    begun = time.monotonic()
    assert len(live_listeners()) >= 200
    assert time.monotonic() - begun < 2
