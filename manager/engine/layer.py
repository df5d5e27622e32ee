"""A container's writable layer: which of its changes are not the engine's own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import Any

from manager.change.layer import CACHES, TEMPORARY, is_below
from manager.engine.tolerant import items, mapping, text, whole
from manager.interfaces import LayerChange

MODIFIED, ADDED, DELETED = "modified", "added", "deleted"
_KINDS = {0: MODIFIED, 1: ADDED, 2: DELETED}
_ENGINE_MADE = (
    "/dev",
    "/proc",
    "/sys",
    "/etc/hosts",
    "/etc/hostname",
    "/etc/resolv.conf",
    "/etc/mtab",
    "/.dockerenv",
    "/sbin/docker-init",
)
"""What the engine puts there itself, the last one for `--init`."""


def raw_changes(answer: object) -> tuple[LayerChange, ...]:
    """GET /containers/X/changes (null where there are none), by path."""
    found = (
        LayerChange(
            text(mapping(c).get("Path")), _KINDS.get(whole(mapping(c).get("Kind")), MODIFIED)
        )
        for c in items(answer)
    )
    return tuple(sorted(found, key=lambda change: change.path))


def changes_that_matter(
    changes: Iterable[LayerChange], record: Mapping[str, Any]
) -> tuple[LayerChange, ...]:
    """The changes without what the engine has made, by path. record is the inspect.

    Left out: mount points and what is below them, folders that are there only because something
    below them changed, and what is below a folder that is new as a whole; none that may hold
    temporary files and caches beside other things is told as a whole.
    """
    left_out = (*mount_points(record), *_ENGINE_MADE)
    apart = (*left_out, *TEMPORARY, *CACHES)
    found = sorted(changes, key=lambda change: change.path)
    changed_below = {parent for change in found for parent in parents(change.path)}
    kept: list[LayerChange] = []
    whole_folders: set[str] = set()
    for change in found:
        on_the_way = change.path in changed_below and change.kind == MODIFIED
        # An image without /etc or /sbin gets them from the engine, for its own files; Podman tells
        # of /etc alone that it is modified, for files that it mounts there.
        to_the_engines = change.kind != DELETED and any(
            path.startswith(f"{change.path}/") for path in apart
        )
        if on_the_way or to_the_engines or is_below(change.path, left_out):
            continue
        if whole_folders.isdisjoint(parents(change.path)):
            kept.append(change)
            if change.kind == ADDED:
                whole_folders.add(change.path)
    return tuple(kept)


def mount_points(record: Mapping[str, Any]) -> tuple[str, ...]:
    """Where volumes, binds and tmpfs are mounted, without a slash at the end."""
    found = [text(mapping(mount).get("Destination")) for mount in items(record.get("Mounts"))]
    found += mapping(mapping(record.get("HostConfig")).get("Tmpfs"))
    return tuple(sorted({mount.rstrip("/") for mount in found if mount.rstrip("/")}))


def parents(path: str) -> tuple[str, ...]:
    """The folders above a path, nearest first, without the root."""
    return tuple(str(parent) for parent in PurePosixPath(path).parents)[:-1]
