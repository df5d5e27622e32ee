"""Replace a file of the user: whole or not at all, and never one that changed meanwhile."""

from __future__ import annotations

import os
import stat
from contextlib import suppress

from manager.errors import InvalidInput


def replace_file(path: str, content: bytes, *, expected: bytes) -> None:
    """Write `content` to `path` atomically; mode, owner and extended attributes are kept.

    Symbolic links are followed, so that the link stays a link. Raises InvalidInput, with the
    file as it was, when it is read-only or not a regular file, when it no longer holds
    `expected`, when its owner could not be kept, or when the disk says no.
    """
    target = os.path.realpath(path)
    try:
        _refuse_unless_writable(path, target)
        _write_beside(path, target, content, expected)
    except OSError as error:
        raise InvalidInput(
            f"{path} cannot be written: {error.strerror or error}",
            hint="nothing was changed in it; --diff shows the change",
        ) from error


def _refuse_unless_writable(path: str, target: str) -> None:
    status = os.stat(target)
    if not stat.S_ISREG(status.st_mode):
        raise InvalidInput(f"{path} is not a regular file, so it is not rewritten")
    # The mode is looked at as well: root may write everything, and still should not.
    if not status.st_mode & 0o222 or not os.access(target, os.W_OK):
        raise InvalidInput(
            f"{path} is read-only, so it is not rewritten",
            hint=f"allow it first: chmod u+w {path}",
        )


def _write_beside(path: str, target: str, content: bytes, expected: bytes) -> None:
    import tempfile  # noqa: PLC0415 -- slow to load, and seldom anything is written

    folder, name = os.path.split(target)
    descriptor, draft = tempfile.mkstemp(prefix=f".{name[:100]}.pmap-", dir=folder)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            _keep_identity(path, target, descriptor)
            os.fsync(descriptor)
        with open(target, "rb") as current:
            if current.read() != expected:
                raise InvalidInput(
                    f"{path} was changed by somebody else meanwhile, so it is not rewritten",
                    hint="run pmap check again",
                )
        os.replace(draft, target)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(draft)
        raise
    _sync_folder(folder)


def _keep_identity(path: str, target: str, descriptor: int) -> None:
    """Give the draft owner, group, attributes (ACLs, SELinux labels) and mode of the target."""
    status = os.stat(target)
    own = os.fstat(descriptor)
    if (own.st_uid, own.st_gid) != (status.st_uid, status.st_gid):
        try:
            os.fchown(descriptor, status.st_uid, status.st_gid)
        except PermissionError:
            raise InvalidInput(
                f"{path} belongs to another user or group, and a rewrite could not keep that",
                hint="run it as the owner, or take the change from --diff",
            ) from None
    for attribute in getattr(os, "listxattr", _no_attributes)(target):
        # A label that only root may set is also given by the folder's own default.
        with suppress(OSError):
            os.setxattr(descriptor, attribute, os.getxattr(target, attribute))
    os.fchmod(descriptor, stat.S_IMODE(status.st_mode))


def _no_attributes(_path: str) -> list[str]:
    """Where the platform has no extended attributes."""
    return []


def _sync_folder(folder: str) -> None:
    """Make the rename durable."""
    descriptor = os.open(folder, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
