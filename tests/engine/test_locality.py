"""Whether an engine's ports are this host's."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import pytest

from manager.engine.endpoint import Endpoint
from manager.engine.locality import is_local, same_network

HERE: Mapping[str, Any] = {
    "Name": socket.gethostname(),
    "KernelVersion": os.uname().release,
    "OperatingSystem": "Debian GNU/Linux 12 (bookworm)",
}
UNIX = Endpoint("unix:///var/run/docker.sock")
TCP = Endpoint("tcp://127.0.0.1:2375")


def local(
    endpoint: Endpoint, pid: int | None = None, same_address: bool = False, **more: Any
) -> bool:
    return is_local(endpoint, {**HERE, **more}, peer_pid=pid, same_address=same_address)


def test_a_socket_of_this_network_is_local() -> None:
    assert local(UNIX, os.getpid())


@pytest.mark.parametrize(
    "more",
    [
        {"Name": "elsewhere"},
        {"KernelVersion": "6.0.0-linuxkit"},
        {"OperatingSystem": "Docker Desktop"},
        {"Name": None},
    ],
)
def test_a_socket_that_leads_elsewhere_is_not(more: dict[str, Any]) -> None:
    assert not local(UNIX, os.getpid(), **more)


def test_a_listener_that_cannot_be_seen_is_not() -> None:
    assert not local(UNIX, None)
    assert not local(UNIX, 2**22 + 1)


def test_a_listener_in_another_network_is_not() -> None:
    child = subprocess.Popen(
        ["unshare", "--net", sys.executable, "-c", "print(1, flush=True); input()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with child:
        assert child.stdout is not None
        allowed = child.stdout.readline() == b"1\n"
        assert same_network(child.pid) is (not allowed)
        assert local(UNIX, child.pid) is (not allowed)
        # A rootless engine is meant to be in a network of its own.
        assert local(UNIX, child.pid, SecurityOptions=["name=rootless"]) or not allowed
        child.communicate(b"\n")


def test_ssh_is_never_local_and_tcp_only_to_an_own_address() -> None:
    assert not local(Endpoint("ssh://me@host"), os.getpid())
    assert local(TCP, same_address=True)
    assert not local(TCP, same_address=False)
    assert not local(TCP, same_address=True, Name="elsewhere")
