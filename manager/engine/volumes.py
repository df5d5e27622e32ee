"""Keep the volumes that nobody named: a recreate loses them unless they are pinned by name.

A container's Binds and Mounts say what was asked, its inspect's Mounts what it has. What it has
and did not ask for by name is asked for by name in the new one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from manager.engine.tolerant import items, mapping, text

FindContainer = Callable[[str], Mapping[str, Any] | None]


def pin_volumes(
    record: Mapping[str, Any], host: dict[str, Any], find: FindContainer
) -> tuple[str, ...]:
    """Change `host` (the new HostConfig) so that every mount of `record` is asked for by name.

    `find` inspects the sources of VolumesFrom; one that is gone is replaced by what it gave.
    Returns what a person should know.
    """
    kept: list[str] = []
    gone: list[str] = []
    given: set[tuple[str, str]] = set()
    for entry in map(text, items(host.get("VolumesFrom"))):
        source = find(entry.partition(":")[0])
        (gone if source is None else kept).append(entry)
        given.update(map(identity, _mounts(source or {})))
    if gone:
        host["VolumesFrom"] = kept
    binds = [b for b in map(text, items(host.get("Binds"))) if bind_target(b) is not None]
    asked = {bind_target(bind) for bind in binds}
    unnamed = {}
    for mount in items(host.get("Mounts")):
        target = text(mapping(mount).get("Target")).rstrip("/")
        if mount.get("Type") == "volume" and not mount.get("Source"):
            unnamed[target] = mount
        else:
            asked.add(target)
    for mount in _mounts(record):
        target = text(mount.get("Destination")).rstrip("/")
        if target in asked or identity(mount) in given:
            continue
        if target in unnamed:
            unnamed[target]["Source"] = text(mount.get("Name"))
            # The options may be missing or null.
            options = {**mapping(unnamed[target].get("VolumeOptions")), "NoCopy": True}
            unnamed[target]["VolumeOptions"] = options
        else:
            binds.append(_bind(mount))
    host["Binds"] = binds
    return tuple(f"volumes of container {e}, which is gone, are now named one by one" for e in gone)


def bind_target(bind: str) -> str | None:
    """Where a Binds entry mounts; None for one that names no source and so makes a volume."""
    parts = bind.split(":")
    return parts[1].rstrip("/") if len(parts) > 1 else None


def identity(mount: Mapping[str, Any]) -> tuple[str, str]:
    """What is mounted where: two mounts with the same identity hold the same data."""
    what = text(mount.get("Name")) or text(mount.get("Source"))
    return what, text(mount.get("Destination")).rstrip("/")


def _mounts(record: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The volumes and binds of an inspect; others hold nothing that could be lost."""
    for mount in map(mapping, items(record.get("Mounts"))):
        if mount.get("Type") in {"volume", "bind"}:
            yield mount


def _bind(mount: Mapping[str, Any]) -> str:
    options = [] if mount.get("RW", True) else ["ro"]
    if mount.get("Type") == "volume":
        # An emptied volume would be filled from the image again.
        options.append("nocopy")
    elif mount.get("Propagation") not in {None, "", "rprivate"}:
        options.append(text(mount.get("Propagation")))
    what, target = identity(mount)
    return ":".join(filter(None, (what, target, ",".join(options))))
