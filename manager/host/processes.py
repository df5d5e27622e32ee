"""Processes: who they are, which are the engine's own, and which are never to be signalled."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from manager.model.listener import Process

PROC = Path("/proc")

_COMMAND_BYTES = 4096
_PARENT, _STARTED = 4, 22  # fields of /proc/PID/stat (proc(5))
_COMM_LENGTH = 15  # the kernel cuts names there (TASK_COMM_LEN)

_ENGINE_NAMES = frozenset(
    {
        "docker-proxy",
        "docker-init",
        "dockerd",
        "containerd",
        "rootlesskit",
        "rootlesskit-docker-proxy",
        "rootlessport",
        "rootlessport-child",
        "slirp4netns",
        "vpnkit",
        "conmon",
        "aardvark-dns",
        "gvproxy",
        "limactl",
        "podman",
        "OrbStack Helper",
    }
)
_ENGINE_PREFIXES = ("containerd-shim", "com.docker.", "vpnkit-", "pasta", "passt")


def is_engine_helper(name: str) -> bool:
    """Whether a process of that name serves an engine: it holds ports for containers.

    dockerd, containerd and shims; docker-proxy; rootless port drivers (rootlesskit, slirp4netns,
    pasta, podman's rootlessport); Docker Desktop (com.docker.backend, vpnkit), podman machine
    (gvproxy), lima and OrbStack. Names that the kernel cut to 15 characters are known too.
    """
    if name in _ENGINE_NAMES or name.startswith(_ENGINE_PREFIXES):
        return True
    return len(name) == _COMM_LENGTH and any(known.startswith(name) for known in _ENGINE_NAMES)


def read_process(pid: int, proc: Path = PROC) -> Process | None:
    """The process, as far as this user may see it; None when it is gone."""
    folder = proc / str(pid)
    try:
        comm = _text(folder / "comm").strip()
        uid = (folder).stat().st_uid
    except OSError:
        return None
    arguments = _arguments(folder)
    return Process(
        pid,
        _name(folder, comm, arguments),
        " ".join(arguments) or f"[{comm}]",
        _link(folder / "cwd"),
        user_name(uid),
        started_at(pid, proc),
    )


def _name(folder: Path, comm: str, arguments: list[str]) -> str:
    """The process's name, whole where the kernel cut it."""
    if comm == "exe":
        # A program that started itself anew through /proc/self/exe, as rootlesskit does.
        return os.path.basename(_link(folder / "exe")) or comm
    if len(comm) == _COMM_LENGTH and arguments:
        program = os.path.basename(arguments[0])
        if program.startswith(comm):
            return program
    return comm


def _arguments(folder: Path) -> list[str]:
    """The command line, cut after some thousand bytes; empty for kernel threads."""
    try:
        with open(folder / "cmdline", "rb") as file:
            raw = file.read(_COMMAND_BYTES)
    except OSError:
        return []
    return [os.fsdecode(part) for part in raw.rstrip(b"\0 ").split(b"\0")] if raw else []


def _text(path: Path) -> str:
    return os.fsdecode(path.read_bytes())


def _link(path: Path) -> str:
    try:
        return os.readlink(path)
    except OSError:
        return ""


@lru_cache(maxsize=256)
def user_name(uid: int) -> str:
    """The name of a user id, the number itself when it has none."""
    import pwd  # noqa: PLC0415 -- not there on every system

    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def parent_of(pid: int, proc: Path = PROC) -> int | None:
    """The pid of the parent, 0 for the first process, None when `pid` is gone."""
    return _number(pid, _PARENT, proc)


def started_at(pid: int, proc: Path = PROC) -> int:
    """When a process began, in clock ticks since boot; 0 when it is gone."""
    return _number(pid, _STARTED, proc) or 0


def _number(pid: int, field: int, proc: Path) -> int | None:
    """A field of /proc/PID/stat by its number in proc(5)."""
    try:
        text = _text(proc / str(pid) / "stat")
    except OSError:
        return None
    # The name in brackets may hold spaces and brackets: the last one ends it. The next is field 3.
    fields = text.rpartition(")")[2].split()
    word = fields[field - 3] if len(fields) > field - 3 else ""
    return int(word) if word.isdigit() else None


def ancestors(pid: int, proc: Path = PROC) -> Iterator[int]:
    """The parents of a process, nearest first, the first process (1) included."""
    seen = {pid}
    parent = parent_of(pid, proc)
    # A table that changes while it is walked may lead in a circle.
    while parent and parent not in seen:
        yield parent
        seen.add(parent)
        parent = parent_of(parent, proc)


def never_signal(process: Process, proc: Path = PROC) -> str:
    """Why this process must never be signalled to free a port; empty when it may be."""
    me = os.getpid()
    if process.pid <= 1:
        return "it is the first process of this system"
    if process.pid == me:
        return "it is pmap itself"
    if process.pid in ancestors(me, proc):
        return "pmap runs under it"
    if process.pid == 2 or 2 in ancestors(process.pid, proc):
        return "it belongs to the kernel"
    if is_engine_helper(process.name):
        return f"{process.name} holds ports for containers: change the container instead"
    return ""
