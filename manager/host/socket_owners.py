"""Which process holds a socket: inodes looked up through /proc/PID/fd.

Only the inodes that are asked for are looked for, and the search ends when all are found.
Processes of other users are told to root alone.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable

_INIT = 1


def owners_of(inodes: Iterable[int], *, proc: str = "/proc") -> dict[int, int]:
    """The pid that holds each socket inode; inodes whose holder cannot be seen are left out.

    Of several holders (a server that forked) it is the one with the lowest pid, most often the
    parent. pid 1 counts only when nobody else has it: an init that passes sockets on keeps them.
    """
    wanted = {f"socket:[{inode}]": inode for inode in inodes if inode > 0}
    found: dict[int, int] = {}
    if not wanted:
        return found
    try:
        root = os.open(proc, os.O_RDONLY | os.O_DIRECTORY)
    except OSError:
        return found
    try:
        for pid in sorted(int(name) for name in os.listdir(root) if name.isdigit()):
            for inode in _held(root, pid, wanted):
                if found.setdefault(inode, pid) == _INIT:
                    found[inode] = pid
            if len(found) == len(wanted) and _INIT not in found.values():
                break
    finally:
        os.close(root)
    return found


def _held(root: int, pid: int, wanted: dict[str, int]) -> Collection[int]:
    """The wanted inodes among a process's descriptors; none when they may not be seen."""
    held: set[int] = set()
    try:
        folder = os.open(f"{pid}/fd", os.O_RDONLY | os.O_DIRECTORY, dir_fd=root)
    except OSError:
        return held
    try:
        for fd in os.listdir(folder):
            try:
                link = os.readlink(fd, dir_fd=folder)
            except OSError:
                continue  # closed while we looked
            if link in wanted:
                held.add(wanted[link])
    except OSError:
        return held  # the process ended while we looked
    finally:
        os.close(folder)
    return held
