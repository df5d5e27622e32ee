"""Which files in a container's writable layer a person would miss.

The engine's room leaves out what the engine itself made: mount points, /tmp, /run, caches, and
folders that merely hold a change. Here the small change of everyday use is taken out too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

from manager.interfaces import LayerChange

_PASSING_SUFFIXES = (".pid", ".sock", ".pyc")
_PASSING_NAMES = {".bash_history", ".ash_history", ".sh_history", ".viminfo", ".lesshst"}
_PASSING_FOLDERS = {"__pycache__", ".cache"}


def worth_keeping(changes: Iterable[LayerChange]) -> tuple[LayerChange, ...]:
    """The changes that are somebody's data."""
    return tuple(change for change in changes if not _is_passing(PurePosixPath(change.path)))


def paths_to_copy(changes: Iterable[LayerChange]) -> tuple[str, ...]:
    """What can be copied over: everything that was not deleted."""
    return tuple(change.path for change in changes if change.kind != "deleted")


def listed(changes: Sequence[LayerChange], most: int = 5) -> str:
    """A few of the paths, and how many more there are."""
    shown = [change.path + (" (deleted)" if change.kind == "deleted" else "") for change in changes]
    more = f" and {len(shown) - most} more" if len(shown) > most else ""
    return ", ".join(shown[:most]) + more


def _is_passing(path: PurePosixPath) -> bool:
    if path.name.endswith(_PASSING_SUFFIXES) or path.name in _PASSING_NAMES:
        return True
    return not _PASSING_FOLDERS.isdisjoint(path.parts)
