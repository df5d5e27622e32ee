"""Which files in a container's writable layer a person would miss, and which can be kept.

The engine's room leaves out what the engine itself made, and mount points. Of the rest all is
copied where that is asked for, but what is temporary; whether a person must be asked at all is
decided by what is more than the small change of everyday use.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

from manager.interfaces import LayerChange

TEMPORARY = ("/tmp", "/run", "/var/run")  # noqa: S108
"""Folders whose content an app must do without after each start. Never copied."""

CACHES = ("/var/cache", "/var/tmp", "/root/.cache", "/var/lib/apt/lists")  # noqa: S108

_PASSING_SUFFIXES = (".pid", ".sock", ".pyc")
_PASSING_NAMES = {".bash_history", ".ash_history", ".sh_history", ".viminfo", ".lesshst"}
_PASSING_FOLDERS = {"__pycache__", ".cache"}


def worth_keeping(changes: Iterable[LayerChange]) -> tuple[LayerChange, ...]:
    """The changes that are somebody's data, and are not let go without asking."""
    return tuple(change for change in changes if not _is_passing(change.path))


def passing(changes: Iterable[LayerChange]) -> tuple[LayerChange, ...]:
    """The other ones: temporary files, caches, and what an app writes anew at each start."""
    return tuple(change for change in changes if _is_passing(change.path))


def left_behind(changes: Iterable[LayerChange]) -> tuple[LayerChange, ...]:
    """What is temporary, and not copied even where all is to be kept."""
    return tuple(change for change in changes if is_below(change.path, TEMPORARY))


def deletions(changes: Iterable[LayerChange]) -> tuple[LayerChange, ...]:
    """What was deleted from the image, which no copy can repeat."""
    return tuple(
        change
        for change in changes
        if change.kind == "deleted" and not is_below(change.path, TEMPORARY)
    )


def paths_to_copy(changes: Iterable[LayerChange]) -> tuple[str, ...]:
    """What can be copied over: everything that was not deleted, and is not temporary."""
    return tuple(
        change.path
        for change in changes
        if change.kind != "deleted" and not is_below(change.path, TEMPORARY)
    )


def counted(files: int) -> str:
    """`3 changed files are`, for the beginning of a clause."""
    return "a changed file is" if files == 1 else f"{files} changed files are"


def listed(changes: Sequence[LayerChange], most: int = 5) -> str:
    """A few of the paths, and how many more there are."""
    shown = [change.path + (" (deleted)" if change.kind == "deleted" else "") for change in changes]
    more = f" and {len(shown) - most} more" if len(shown) > most else ""
    return ", ".join(shown[:most]) + more


def is_below(path: str, folders: Iterable[str]) -> bool:
    """Whether a path is one of the folders, or in one of them."""
    return any(path == folder or path.startswith(f"{folder}/") for folder in folders)


def _is_passing(text: str) -> bool:
    path = PurePosixPath(text)
    if path.name.endswith(_PASSING_SUFFIXES) or path.name in _PASSING_NAMES:
        return True
    return is_below(text, (*TEMPORARY, *CACHES)) or not _PASSING_FOLDERS.isdisjoint(path.parts)
