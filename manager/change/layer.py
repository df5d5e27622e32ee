"""Which files in a container's writable layer a person would miss."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

from manager.interfaces import LayerChange

_PASSING = tuple(
    PurePosixPath("/", path)
    for path in (
        "tmp", "run", "var/run", "var/tmp", "var/lock", "dev", "proc", "sys", "var/cache",
        "root/.cache", "var/lib/apt/lists", "etc/hosts", "etc/hostname", "etc/resolv.conf",
        "etc/mtab", ".dockerenv", ".dockerinit",
    )
)  # fmt: skip
_PASSING_NAMES = (".pid", ".sock", ".pyc")
_PASSING_FOLDERS = {"__pycache__", ".cache"}
_SHELL_HISTORY = {".bash_history", ".ash_history", ".sh_history", ".viminfo", ".lesshst"}


def worth_keeping(
    changes: Iterable[LayerChange], mounts: Iterable[str] = ()
) -> tuple[LayerChange, ...]:
    """The changes that are somebody's data: no scratch files, nothing that the engine made.

    A folder counts as modified whenever something in it changed, also the engine's making of a
    mount point (`mounts`), and says nothing by itself.
    """
    changes = tuple(changes)
    holding = {
        str(parent)
        for path in (*(change.path for change in changes), *mounts)
        for parent in PurePosixPath(path).parents
    }
    mounted = {str(PurePosixPath(path)) for path in mounts}
    return tuple(
        change
        for change in changes
        if not _is_passing(PurePosixPath(change.path))
        and change.path not in mounted
        and (change.kind == "deleted" or change.path not in holding)
    )


def topmost(
    kept: Sequence[LayerChange], changes: Iterable[LayerChange], mounts: Iterable[str] = ()
) -> tuple[str, ...]:
    """The paths to copy for what is worth keeping: a new folder goes as a whole.

    But not a folder that holds a mount point: what is mounted stays where it is.
    """
    above_mounts = {str(parent) for path in mounts for parent in PurePosixPath(path).parents}
    added = {change.path for change in changes if change.kind == "added"} - above_mounts
    paths: set[str] = set()
    for change in kept:
        if change.kind != "deleted":
            path = PurePosixPath(change.path)
            whole = [str(parent) for parent in path.parents if str(parent) in added]
            paths.add(whole[-1] if whole else change.path)
    return tuple(sorted(paths))


def listed(changes: Sequence[LayerChange], most: int = 5) -> str:
    """A few of the paths, and how many more there are."""
    shown = [change.path + (" (deleted)" if change.kind == "deleted" else "") for change in changes]
    more = f" and {len(shown) - most} more" if len(shown) > most else ""
    return ", ".join(shown[:most]) + more


def _is_passing(path: PurePosixPath) -> bool:
    if any(path == passing or passing in path.parents for passing in _PASSING):
        return True
    if path.name.endswith(_PASSING_NAMES) or path.name in _SHELL_HISTORY:
        return True
    return not _PASSING_FOLDERS.isdisjoint(path.parts)
