"""The history: one JSON object a line, only ever appended to.

Holds names, ids, ports and times, never secrets. A line that was torn by a crash or a full disk
is skipped when read; the next append starts on a line of its own.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from manager.host.state_dir import PRIVATE_FILE, storage_error, sync_dir, write_all


def append_line(path: Path, record: Mapping[str, Any]) -> None:
    """Append one record, on disk when this returns.

    Raises PmapError, and then the file holds what it held before.
    """
    line = json.dumps(record, separators=(",", ":")).encode() + b"\n"
    try:
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, PRIVATE_FILE)
        try:
            os.fchmod(fd, PRIVATE_FILE)
            # Changes of two engines may end at the same time.
            fcntl.flock(fd, fcntl.LOCK_EX)
            _append(fd, line)
        finally:
            os.close(fd)
        sync_dir(path.parent)
    except OSError as error:
        raise storage_error(error, path) from error


def _append(fd: int, line: bytes) -> None:
    size = os.fstat(fd).st_size
    torn = size > 0 and os.pread(fd, 1, size - 1) != b"\n"
    os.lseek(fd, size, os.SEEK_SET)
    try:
        write_all(fd, b"\n" + line if torn else line)
        os.fsync(fd)
    except OSError:
        os.ftruncate(fd, size)
        raise


def read_lines(path: Path) -> list[dict[str, Any]]:
    """Every whole record, oldest first; none when there is no file yet. Raises PmapError."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return []
    except OSError as error:
        raise storage_error(error, path, done="read") from error
    return [record for line in content.split(b"\n") if (record := _record(line)) is not None]


def _record(line: bytes) -> dict[str, Any] | None:
    """The object on a line; None for an empty or torn one."""
    try:
        # RecursionError: bytes of chance may be very many brackets.
        record = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return record if isinstance(record, dict) else None
