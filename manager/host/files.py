"""The user's text files: read whole, replaced atomically, everything else about them kept."""

from __future__ import annotations

import contextlib
import os
import secrets
import shlex
import stat
import sys
from collections.abc import Callable
from pathlib import Path

from manager.errors import InvalidInput
from manager.host.state_dir import sync_dir, write_all

_Ready = Callable[[], None]


class LocalFiles:
    """The Files of manager.interfaces on disk."""

    def read(self, path: str) -> bytes:
        """The content. Raises InvalidInput when it cannot be read."""
        try:
            return Path(path).read_bytes()
        except (OSError, ValueError) as error:
            raise _refusal(path, "read", error) from error

    def write(self, path: str, content: bytes, *, expected: bytes | None = None) -> None:
        """Replace the file atomically, on disk when this returns; make it when there is none.

        A symbolic link stays one: what it leads to is replaced. Mode is kept, and owner, group,
        ACL and extended attributes where this user may set them. Raises InvalidInput, with the
        file untouched, when it is read-only, no regular file, has other hard links (they would
        go on holding the old content), or when it holds something else than `expected`.
        """
        try:
            target = Path(os.path.realpath(path))
            facts = _facts(path, target)
            _replace(target, content, facts, lambda: _check_expected(path, target, expected))
        except (OSError, ValueError) as error:
            raise _refusal(path, "written", error) from error

    def check_writable(self, path: str) -> None:
        """Raise the InvalidInput of `write` for what can be seen without writing anything."""
        try:
            target = Path(os.path.realpath(path))
            _facts(path, target)
        except (OSError, ValueError) as error:
            raise _refusal(path, "written", error) from error
        # It is replaced, not written into, so that its folder matters.
        folder = target.parent
        if not os.access(folder, os.W_OK | os.X_OK):
            raise InvalidInput(
                f"{path}: nothing can be written in {folder}",
                hint=f"ls -ld {shlex.quote(str(folder))}",
            )

    def remove(self, path: str, *, expected: bytes) -> None:
        """Delete a file that holds `expected`, gone for good when this returns.

        No error when there is none. Raises InvalidInput, with the file untouched, otherwise.
        """
        target = Path(path)
        try:
            if target.read_bytes() != expected:
                raise InvalidInput(
                    f"{path}: changed by someone else meanwhile, so it stays",
                    hint=f"look at it, then: rm {shlex.quote(path)}",
                )
            target.unlink()
            sync_dir(target.parent)
        except FileNotFoundError:
            return
        except (OSError, ValueError) as error:
            raise _refusal(path, "removed", error) from error


def _facts(path: str, target: Path) -> os.stat_result | None:
    """What the file is now, None when it is to be made. Raises InvalidInput, OSError."""
    try:
        facts = target.stat()
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(facts.st_mode):
        raise InvalidInput(f"{path}: not a regular file", hint=f"ls -l {shlex.quote(path)}")
    # Root may write anything, but a file without any write bit was meant to stay as it is.
    if not facts.st_mode & 0o222 or not os.access(target, os.W_OK):
        raise InvalidInput(f"{path}: read-only", hint=f"chmod u+w {shlex.quote(path)}")
    if facts.st_nlink > 1:
        raise InvalidInput(
            f"{path}: {facts.st_nlink} hard links lead to this file, and the others would keep "
            "the old content",
            hint=f"find them: find / -xdev -samefile {shlex.quote(path)}",
        )
    return facts


def _check_expected(path: str, target: Path, expected: bytes | None) -> None:
    if expected is None:
        return
    try:
        holds: bytes | None = target.read_bytes()
    except FileNotFoundError:
        holds = None
    if holds != expected:
        raise InvalidInput(
            f"{path}: changed by someone else meanwhile, so nothing was written",
            hint="run the command again",
        )


def _replace(target: Path, content: bytes, facts: os.stat_result | None, ready: _Ready) -> None:
    """Write beside the target, make it alike, call `ready`, then put it in the target's place."""
    beside = target.with_name(f".{target.name[:50]}.pmap-{secrets.token_hex(4)}")
    # A new file gets the mode that the umask leaves, as an editor would give it.
    mode = 0o666 if facts is None else 0o600
    fd = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
    try:
        try:
            write_all(fd, content)
            if facts is not None:
                _make_alike(fd, target, facts)
            os.fsync(fd)
        finally:
            os.close(fd)
        ready()
        beside.replace(target)
    finally:
        # It is gone when all went well; else no half-made file stays in the user's folder.
        with contextlib.suppress(OSError):
            beside.unlink()
    sync_dir(target.parent)


def _make_alike(fd: int, target: Path, facts: os.stat_result) -> None:
    if (facts.st_uid, facts.st_gid) != (os.geteuid(), os.getegid()):
        # Another owner's file in a folder of ours: the group can be kept at least.
        for owner in (facts.st_uid, -1):
            with contextlib.suppress(OSError):
                os.fchown(fd, owner, facts.st_gid)
                break
    os.fchmod(fd, stat.S_IMODE(facts.st_mode))
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            for attribute in os.listxattr(target):
                with contextlib.suppress(OSError):
                    os.setxattr(fd, attribute, os.getxattr(target, attribute))


def _refusal(path: str, done: str, error: OSError | ValueError) -> InvalidInput:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return InvalidInput(
        f"{path}: cannot be {done}, {reason.lower()}", hint=f"ls -ld {shlex.quote(path)}"
    )
