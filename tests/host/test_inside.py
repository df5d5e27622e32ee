"""What listens in another network namespace, seen without entering it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from pathlib import Path

from manager.host.inside import listening_inside
from manager.host.sockets import live_listeners
from manager.model.listener import HostSocket
from manager.model.ports import IPProtocol

APP = """
import socket, sys
def bound(address, port, kind=socket.SOCK_STREAM):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    one = socket.socket(family, kind)
    if family == socket.AF_INET6:
        one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, address == "::1")
    one.bind((address, port))
    if kind == socket.SOCK_STREAM:
        one.listen()
    return one
held = [
    bound("127.0.0.1", 8080),
    bound("::", 80),
    bound("127.0.0.11", 41000),  # where Docker's own name server sits
    bound("0.0.0.0", 53, socket.SOCK_DGRAM),
    bound("::1", 9000),
]
print("ready", flush=True)
sys.stdin.read()
"""

SEEN = (
    HostSocket(ip_address("0.0.0.0"), 53, IPProtocol.UDP),
    HostSocket(ip_address("::"), 80, IPProtocol.TCP, True),
    HostSocket(ip_address("127.0.0.1"), 8080),
    HostSocket(ip_address("::1"), 9000),
)


@contextmanager
def app_in_a_namespace() -> Iterator[int]:
    """The pid of a process that listens in a network namespace of its own."""
    inside = ["unshare", "--map-root-user", "--net", "sh", "-c", 'ip link set lo up; exec "$@"']
    with subprocess.Popen(
        [*inside, "sh", sys.executable, "-c", APP], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        yield child.pid
        child.kill()


def test_another_namespace_is_seen_and_not_mixed_with_ours() -> None:
    with app_in_a_namespace() as pid:
        assert listening_inside(pid) == SEEN
        ours = [one.process.pid for one in live_listeners() if one.process]
        assert pid not in ours
    assert listening_inside(pid) is None


def test_no_privilege_is_needed() -> None:
    script = """
import os, sys
from manager.host.inside import listening_inside
if os.geteuid() == 0:
    os.setuid(65534)
print(len(listening_inside(int(sys.argv[1])) or ()))
"""
    with app_in_a_namespace() as pid:
        done = subprocess.run(
            [sys.executable, "-c", script, str(pid)], capture_output=True, text=True, check=True
        )
    assert done.stdout == f"{len(SEEN)}\n"


def test_what_cannot_be_read_is_unknown(tmp_path: Path) -> None:
    assert listening_inside(2**30) is None
    (tmp_path / "7" / "net").mkdir(parents=True)
    assert listening_inside(7, proc=tmp_path) is None
    (tmp_path / "7" / "net" / "tcp").write_text("  sl  local_address\n")
    assert listening_inside(7, proc=tmp_path) == ()
    assert listening_inside(os.getpid()) is not None
