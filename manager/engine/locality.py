"""Whether the engine's host ports are this host's: only then do local sockets mean anything."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from typing import Any

from manager.engine.endpoint import Endpoint

_VIRTUAL = ("docker desktop", "orbstack", "rancher desktop")
_PLACES = ("/.docker/desktop/", "/.orbstack/", "/.rd/", "/.colima/", "/.lima/", "/podman-machine")
"""Where the sockets of engines in a virtual machine of this host are: what runs there is not told
by the machine's own system."""


def is_local(
    endpoint: Endpoint, info: Mapping[str, Any], *, peer_pid: int | None, same_address: bool
) -> bool:
    """Decide from GET /info and from who is at the other end of the connection.

    peer_pid is the listener of a unix socket (None: not of this pid namespace); same_address
    says that a TCP connection begins and ends at one address.
    """
    system = str(info.get("OperatingSystem") or "").lower()
    if endpoint.scheme == "ssh" or any(name in system for name in _VIRTUAL):
        return False
    # A forwarded socket leads to another host; a machine's name and kernel tell it apart.
    if info.get("Name") != socket.gethostname():
        return False
    if info.get("KernelVersion") != os.uname().release:
        return False
    if endpoint.scheme == "tcp":
        return same_address
    if peer_pid is None:
        return False
    # Rootless engines live in a namespace of their own and publish through a helper outside it.
    return is_rootless(info) or same_network(peer_pid)


def forwards(endpoint: Endpoint, info: Mapping[str, Any]) -> bool:
    """Whether the engine is in a virtual machine whose ports a program forwards to this host.

    So do Docker Desktop, OrbStack, Rancher Desktop, colima, lima and podman machine. Below WSL they
    go to Windows, of which its Linux sees nothing.
    """
    if endpoint.scheme != "unix" or "microsoft" in os.uname().release.lower():
        return False
    system = str(info.get("OperatingSystem") or "").lower()
    socket_path = os.path.realpath(endpoint.socket_path)
    return any(name in system for name in _VIRTUAL) or any(at in socket_path for at in _PLACES)


def is_rootless(info: Mapping[str, Any]) -> bool:
    """Whether GET /info tells of an engine without root."""
    options = info.get("SecurityOptions")
    return isinstance(options, list) and any("name=rootless" in str(o) for o in options)


def same_network(pid: int) -> bool:
    """Whether a process shares this process's network namespace; False when that is hidden.

    The inode of /proc/PID/net/dev is one for each namespace, and needs no rights to be seen,
    which /proc/PID/ns/net does (proc(5)).
    """
    try:
        return os.stat(f"/proc/{pid}/net/dev").st_ino == os.stat("/proc/self/net/dev").st_ino
    except OSError:
        return False
