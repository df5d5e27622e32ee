"""The one change lock of an engine: flock(2) on a file of its own.

flock goes away with the last descriptor of it, so a lock cannot be left behind by a crash, and a
watchdog child that inherits the descriptor goes on holding it when its parent is killed. It does
not reach across hosts or users.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from manager.errors import ChangeInProgress
from manager.host.state_dir import PRIVATE_FILE, ensure_private_dir, storage_error

_SAFE_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,80}")


def lock_path(folder: Path, engine_key: str) -> Path:
    """The lock file of an engine; keys that are no file names are hashed."""
    key = engine_key
    if not _SAFE_KEY.fullmatch(key):
        key = hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest()[:32]
    return folder / f"{key}.lock"


@contextmanager
def hold(path: Path) -> Iterator[int]:
    """Hold the lock; yields the descriptor, which child processes may inherit.

    Leaving closes it here and does not unlock: a child that has it too keeps the lock until it
    ends. Raises ChangeInProgress at once when somebody holds it, PmapError when it cannot be.
    """
    ensure_private_dir(path.parent)
    try:
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, PRIVATE_FILE)
    except OSError as error:
        raise storage_error(error, path) from error
    try:
        _take(fd, path)
        os.set_inheritable(fd, True)
        yield fd
    finally:
        os.close(fd)


def _take(fd: int, path: Path) -> None:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise _in_progress(os.pread(fd, 4096, 0)) from None
    except OSError as error:
        raise storage_error(error, path) from error
    me = json.dumps({"pid": os.getpid(), "command": " ".join(sys.argv)[:500]})
    try:
        os.ftruncate(fd, 0)
        os.pwrite(fd, me.encode(), 0)
    except OSError as error:
        raise storage_error(error, path) from error


def _in_progress(note: bytes) -> ChangeInProgress:
    """The refusal, naming who wrote the note in the lock file, where it can be read."""
    try:
        holder = json.loads(note)
        pid, command = int(holder["pid"]), str(holder["command"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return ChangeInProgress(
            "another pmap is changing this engine", hint="wait for it to end, then try again"
        )
    if _alive(pid):
        return ChangeInProgress(
            f"another pmap is changing this engine: process {pid} ({command})",
            hint="wait for it to end, then try again",
        )
    return ChangeInProgress(
        f"process {pid} ({command}) was ended in the middle of a change, and its watchdog is "
        "bringing the old state back",
        hint="wait a moment, then run pmap recover",
    )


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True
