"""The journal on disk: open changes in full, closed ones as history, one lock an engine.

<state>/txn/<tx>.json      an open change: whole inspects, environments included (0600)
<state>/history.jsonl      closed ones: names, ids, ports and times
<state>/logs/NAME-<tx>.log   what a replaced container had written, where that is wanted (0600)
<state>/lock/<engine>.lock
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from manager.errors import InvalidInput
from manager.host import change_lock
from manager.host.history_file import append_line, read_lines
from manager.host.state_dir import (
    default_state_dir,
    ensure_private_dir,
    remove_durably,
    storage_error,
    stream_durably,
    write_durably,
)

_TX = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*", re.ASCII)
"""What engines take for a container's name (Engine API, POST /containers/create)."""
_LONGEST_NAME = 200
_LEFTOVER_SECONDS = 3600.0


class JournalFile:
    """The Journal of manager.interfaces on disk, below `folder`.

    now tells the time for the sweeping of leftovers, in seconds since the epoch.
    """

    def __init__(self, folder: Path | None = None, *, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._folder = folder if folder is not None else default_state_dir()
        self._open = self._folder / "txn"
        self._history = self._folder / "history.jsonl"

    @property
    def folder(self) -> Path:
        """The folder that everything is in; it need not exist yet."""
        return self._folder

    def save(self, tx: str, entry: Mapping[str, Any]) -> None:
        """Write the open entry, on disk when this returns.

        Raises PmapError when it cannot be, and then the entry is as it was saved last.
        """
        path = self._path(tx)
        content = json.dumps(dict(entry), separators=(",", ":")).encode()
        ensure_private_dir(self._folder)
        ensure_private_dir(self._open)
        write_durably(path, content)

    def close(self, tx: str, summary: Mapping[str, Any]) -> None:
        """Append {**summary, "tx": tx} to the history, then delete the open entry.

        A crash between the two leaves the entry open; closing it again adds a second line, and
        `history` tells the later one only.
        """
        path = self._path(tx)
        ensure_private_dir(self._folder)
        append_line(self._history, {**summary, "tx": tx})
        remove_durably(path)

    def discard(self, tx: str) -> None:
        """Delete an open entry; no error when there is none."""
        remove_durably(self._path(tx))

    def keep_log(self, tx: str, name: str, chunks: Iterable[bytes]) -> str:
        """Write a container's output to a file of its own, on disk when this returns; its path.

        Raises PmapError when it cannot be written, and what reading `chunks` raises.
        """
        if not _TX.fullmatch(tx) or not _NAME.fullmatch(name):
            raise InvalidInput(f"{name!r} of {tx!r} cannot be the name of a file")
        folder = self._folder / "logs"
        ensure_private_dir(self._folder)
        ensure_private_dir(folder)
        path = folder / f"{name[:_LONGEST_NAME]}-{tx}.log"
        stream_durably(path, chunks)
        return str(path)

    def open_entries(self) -> tuple[Mapping[str, Any], ...]:
        """The open entries, by the time of their first save.

        One that cannot be read is told as {"tx": ..., "corrupt": why}: it is never passed over.
        Only looks, and makes nothing.
        """
        try:
            found = [p for p in self._open.iterdir() if not p.name.startswith(".")]
            found.sort(key=lambda p: (p.lstat().st_mtime_ns, p.name))
        except FileNotFoundError:
            return ()
        except OSError as error:
            return ({"tx": "", "corrupt": storage_error(error, self._open, done="read").message},)
        entries = (_read_entry(path) for path in found if path.suffix == ".json")
        return tuple(entry for entry in entries if entry is not None)

    def history(self) -> tuple[Mapping[str, Any], ...]:
        """The summaries of closed changes, oldest first, one a change."""
        by_tx: dict[str, dict[str, Any]] = {}
        for record in read_lines(self._history):
            tx = str(record.get("tx", ""))
            by_tx.pop(tx, None)
            by_tx[tx] = record
        return tuple(by_tx.values())

    def lock(self, engine_key: str) -> AbstractContextManager[int]:
        """Hold the change lock of an engine; yields the locked, inheritable descriptor.

        Raises ChangeInProgress at once, naming the holder, when another process has it.
        """
        self._sweep()
        ensure_private_dir(self._folder)
        return change_lock.hold(change_lock.lock_path(self._folder / "lock", engine_key))

    def _path(self, tx: str) -> Path:
        if not _TX.fullmatch(tx):
            raise InvalidInput(f"{tx!r} is not the id of a change", hint="pmap history lists them")
        return self._open / f"{tx}.json"

    def _sweep(self) -> None:
        """Delete temporary files that a crash left long ago: they hold secrets too."""
        try:
            for path in self._open.glob(".*.tmp"):
                if self._now() - path.lstat().st_ctime > _LEFTOVER_SECONDS:
                    path.unlink()
        except FileNotFoundError:
            return
        except OSError as error:
            raise storage_error(error, self._open) from error


def _read_entry(path: Path) -> dict[str, Any] | None:
    """The entry; None when it was closed meanwhile; a mark when it cannot be read."""
    try:
        entry = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except OSError as error:
        return {"tx": path.stem, "corrupt": storage_error(error, path, done="read").message}
    except (ValueError, RecursionError) as error:
        return {"tx": path.stem, "corrupt": f"{path}: not the JSON that pmap wrote ({error})"}
    if not isinstance(entry, dict):
        return {"tx": path.stem, "corrupt": f"{path}: not a JSON object"}
    return entry
