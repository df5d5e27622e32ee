"""The private folder where pmap keeps its state, and durable writes into it.

$XDG_STATE_HOME/pmap, by default ~/.local/state/pmap (XDG Base Directory Specification). Open
journal entries hold environments, so folders are 0700 and files 0600: checked, not assumed,
because makedirs(mode=...) leaves a folder that exists as it is.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

from manager.errors import PmapError

PRIVATE_DIR = 0o700
PRIVATE_FILE = 0o600

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def default_state_dir() -> Path:
    """Where state belongs for this user."""
    return state_dir(os.environ, os.path.expanduser("~"), os.geteuid())


def state_dir(environ: Mapping[str, str], home: str, uid: int) -> Path:
    """Where state belongs. A relative XDG_STATE_HOME is ignored, as its specification asks.

    A user without a home (an id that only a container knows) has it in /var/tmp, which outlives
    a reboot as a journal must; that it is theirs alone is checked before it is used.
    """
    configured = environ.get("XDG_STATE_HOME", "")
    if os.path.isabs(configured):
        return Path(configured) / "pmap"
    if os.path.isabs(home):
        return Path(home) / ".local" / "state" / "pmap"
    return Path(f"/var/tmp/pmap-{uid}")  # noqa: S108 -- see above


def storage_error(error: OSError, path: Path, *, done: str = "written") -> PmapError:
    """The PmapError for a file of ours that cannot be written (or what else is to be `done`)."""
    reason = os.strerror(error.errno).lower() if error.errno else str(error)
    message = f"{path}: cannot be {done}, {reason}"
    if error.errno in _FULL:
        return PmapError(
            f"{message}; what it held before is kept",
            hint=f"free some space: df -h {path.parent}",
        )
    return PmapError(
        message, hint=f"ls -ld {path.parent}, or set XDG_STATE_HOME to a folder of yours"
    )


def ensure_private_dir(path: Path) -> None:
    """Make the folder with its parents, and see that nobody else can look into it.

    Raises PmapError when it cannot be made, is no folder, or belongs to somebody else.
    """
    try:
        path.mkdir(mode=PRIVATE_DIR, parents=True, exist_ok=True)
        facts = path.lstat()
        if stat.S_ISDIR(facts.st_mode) and facts.st_uid == os.geteuid():
            if stat.S_IMODE(facts.st_mode) != PRIVATE_DIR:
                path.chmod(PRIVATE_DIR)
                facts = path.lstat()
            if not facts.st_mode & 0o077:
                return
    except OSError as error:
        raise storage_error(error, path) from error
    raise PmapError(
        f"{path} is not a private folder of this user (uid {os.geteuid()}), and what goes in "
        "there is secret",
        hint=f"ls -ld {path}, then chown it, or set XDG_STATE_HOME to a folder of yours",
    )


def sync_dir(path: Path) -> None:
    """Write a folder's entries to disk. Raises OSError."""
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def write_all(fd: int, content: bytes) -> None:
    """Write every byte. Raises OSError."""
    view = memoryview(content)
    while view:
        view = view[os.write(fd, view) :]


def write_durably(path: Path, content: bytes) -> None:
    """Replace `path` by a private file of that content, on disk when this returns.

    Atomic: whenever it is interrupted, `path` holds the old content or the new one. A file that
    is replaced keeps its modification time, which so is the time of its first write. Raises
    PmapError, and then `path` is as it was.
    """
    stream_durably(path, (content,))


def stream_durably(path: Path, chunks: Iterable[bytes]) -> None:
    """As `write_durably`, of content that need not fit into memory; raises what `chunks` does."""
    temporary = path.with_name(f".{path.name}.tmp")
    try:
        with contextlib.suppress(FileNotFoundError):
            temporary.unlink()
        fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, PRIVATE_FILE)
        try:
            os.fchmod(fd, PRIVATE_FILE)
            for chunk in chunks:
                write_all(fd, chunk)
            first = _first_written(path)
            os.utime(fd, ns=(first, first))
            os.fsync(fd)
        finally:
            os.close(fd)
        temporary.replace(path)
        sync_dir(path.parent)
    except OSError as error:
        raise storage_error(error, path) from error
    finally:
        # It is gone when all went well; else no half-made file stays.
        with contextlib.suppress(OSError):
            temporary.unlink()


def _first_written(path: Path) -> int:
    """Nanoseconds since the epoch; now, and not the kernel's coarse tick, for a new file."""
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return time.time_ns()


def remove_durably(path: Path) -> None:
    """Delete a file and its temporary one, on disk when this returns. No error when gone."""
    try:
        for name in (path, path.with_name(f".{path.name}.tmp")):
            with contextlib.suppress(FileNotFoundError):
                name.unlink()
        if path.parent.is_dir():
            sync_dir(path.parent)
    except OSError as error:
        raise storage_error(error, path) from error
