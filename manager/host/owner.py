"""The container behind a process: by its control group, its parents or its mount namespace.

docker-proxy and its like belong to no container; which one they serve, the engine's own list of
published ports tells.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from manager.host.processes import PROC, ancestors
from manager.model.listener import Listener

# One path component: <id>, docker-<id>.scope, libpod-<id>.scope, cri-containerd-<id>.scope,
# cri-containerd:<id>; the id alone in cgroupfs. Monitors (libpod-conmon-<id>) run outside.
_COMPONENT = re.compile(r"(?:([A-Za-z0-9_.:-]+)[-:])?([0-9a-f]{64})(?:\.scope)?")


def container_ids(cgroup: str) -> tuple[str, ...]:
    """The container ids in the text of /proc/PID/cgroup (v1 and v2), outermost first."""
    best: tuple[str, ...] = ()
    for line in cgroup.splitlines():
        # hierarchy:controllers:path, and the path may hold colons.
        path = line.split(":", 2)[-1]
        ids = tuple(
            match[2]
            for component in path.split("/")
            if (match := _COMPONENT.fullmatch(component)) and "conmon" not in (match[1] or "")
        )
        # With v1, only some hierarchies may be in use.
        if len(ids) > len(best):
            best = ids
    return best


def container_id_of(pid: int, proc: Path = PROC) -> str | None:
    """The full id of the container that a process runs in, by its control group alone.

    Of containers in containers it is the outermost that pmap is not itself in: the one that the
    engine of this host knows. None for processes of the host, and where it cannot be read.
    """
    return next(iter(groups_of(pid, proc)), None)


def groups_of(pid: int, proc: Path = PROC) -> tuple[str, ...]:
    """The ids in a process's control group but for those that pmap is in, outermost first.

    One of them is its container's: a pod's id stands before it.
    """
    own = set(_own_ids(proc))
    return tuple(name for name in container_ids(_cgroup(proc, str(pid))) if name not in own)


@lru_cache(maxsize=8)
def _own_ids(proc: Path) -> tuple[str, ...]:
    return container_ids(_cgroup(proc, "self"))


def _cgroup(proc: Path, pid: str) -> str:
    try:
        return (proc / pid / "cgroup").read_bytes().decode("utf-8", "replace")
    except OSError:
        return ""


def owner_of(listener: Listener, init_pids: Mapping[int, str], proc: Path = PROC) -> str | None:
    """The container id behind a listener, given container ids by the pid of their init.

    By control group; else the nearest parent that is an init process; else an init process in
    the same mount namespace (where control groups are hidden, and for `docker exec`).
    """
    process = listener.process
    if process is None or listener.for_engine:
        return listener.container_id
    known = set(init_pids.values())
    by_group = container_ids(_cgroup(proc, str(process.pid)))
    for container_id in (*by_group, listener.container_id):
        if container_id in known:
            return container_id
    for pid in (process.pid, *ancestors(process.pid, proc)):
        if pid in init_pids:
            return init_pids[pid]
    return _by_mounts(process.pid, init_pids, proc) or listener.container_id


def _by_mounts(pid: int, init_pids: Mapping[int, str], proc: Path) -> str | None:
    mounts = _mounts(proc, pid)
    if mounts is None or mounts == _mounts(proc, os.getpid()):
        return None
    return next((name for init, name in init_pids.items() if _mounts(proc, init) == mounts), None)


def _mounts(proc: Path, pid: int) -> str | None:
    try:
        return os.readlink(proc / str(pid) / "ns" / "mnt")
    except OSError:
        return None
