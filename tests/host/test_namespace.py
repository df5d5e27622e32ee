"""A visit to another network namespace: seen exactly, and this process stays where it is."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path

import pytest

from manager.host.inside import listening_inside
from manager.host.namespace import in_network_of
from manager.host.sockdiag import read_sockets
from manager.model.listener import HostSocket

APP = """
import socket, sys
held = []
for port, alone in ((80, 1), (81, 0)):
    one = socket.socket(socket.AF_INET6)
    one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, alone)
    one.bind(("::", port))
    one.listen()
    held.append(one)
print("ready", flush=True)
sys.stdin.read()
"""
SIX = ip_address("::")


@pytest.fixture
def elsewhere() -> Iterator[int]:
    """The pid of an app in a namespace of its own: 80 for IPv6 alone, 81 for both."""
    inside = ["unshare", "--map-root-user", "--net", sys.executable, "-c", APP]
    with subprocess.Popen(inside, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        yield child.pid
        child.kill()


def here() -> int:
    return os.stat("/proc/thread-self/ns/net").st_ino


def test_what_takes_ipv6_alone_is_told_from_what_takes_both(elsewhere: int) -> None:
    exact = os.geteuid() == 0
    assert listening_inside(elsewhere) == (
        HostSocket(SIX, 80, dual_stack=not exact),
        HostSocket(SIX, 81, dual_stack=True),
    )


def test_this_process_stays_where_it_is(elsewhere: int) -> None:
    before = here()
    if os.geteuid() == 0:
        assert in_network_of(elsewhere, here) == os.stat(f"/proc/{elsewhere}/ns/net").st_ino
        assert {s.host_port for s in in_network_of(elsewhere, read_sockets)} == {80, 81}
    assert here() == before
    assert not [t for t in threading.enumerate() if t.name == "pmap-namespace"]


def test_a_process_that_is_gone_and_a_call_that_fails(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        in_network_of(2**30, here)
    folder = tmp_path / "7" / "ns"
    folder.mkdir(parents=True)
    (folder / "net").write_text("no namespace")
    before = len(os.listdir("/proc/self/fd"))
    with pytest.raises(OSError, match=f"Errno ({errno.EINVAL}|{errno.EPERM})"):
        in_network_of(7, here, tmp_path)
    assert len(os.listdir("/proc/self/fd")) == before
