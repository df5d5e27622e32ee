"""Binds, volumes, unnamed volumes and volumes-from of the in-memory engine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from manager.engine.memory_store import Record, Store
from manager.engine.tolerant import items, mapping, text
from manager.engine.volumes import bind_target
from manager.errors import EngineError

_ANONYMOUS = "com.docker.volume.anonymous"


def mounts_of(store: Store, config: Mapping[str, Any], host: Mapping[str, Any]) -> list[Record]:
    """The Mounts of a new container; volumes that do not exist yet are made.

    Later ones win over earlier ones at the same place. Raises EngineError (400) when a source
    of VolumesFrom is not there.
    """
    found: dict[str, Record] = {}
    for mount in (*_from_others(store, host), *_binds(store, host), *_mounts(store, host)):
        found[mount["Destination"]] = mount
    for target in mapping(config.get("Volumes")):
        if target.rstrip("/") not in found:
            found[target.rstrip("/")] = _volume(store, "", target)
    return list(found.values())


def remove_anonymous(store: Store, record: Record) -> None:
    """What `--rm` does to volumes that were made for a container and not named by anybody."""
    host = mapping(record["HostConfig"])
    named = {text(bind).partition(":")[0] for bind in items(host.get("Binds"))}
    named |= {text(mapping(mount).get("Source")) for mount in items(host.get("Mounts"))}
    others = [r for r in store.containers.values() if r["Id"] != record["Id"]]
    used = {text(m.get("Name")) for other in others for m in other["Mounts"]}
    for mount in record["Mounts"]:
        name = text(mount.get("Name"))
        if name not in named | used and _ANONYMOUS in store.volumes.get(name, {}):
            del store.volumes[name]


def _from_others(store: Store, host: Mapping[str, Any]) -> Iterator[Record]:
    for entry in map(text, items(host.get("VolumesFrom"))):
        name, _, mode = entry.partition(":")
        source = store.find(name)
        if source is None:
            raise EngineError(f"No such container: {name}", status=400)
        for mount in source["Mounts"]:
            yield {**mount, "RW": mount["RW"] and mode != "ro", "Mode": mode}


def _binds(store: Store, host: Mapping[str, Any]) -> Iterator[Record]:
    for bind in map(text, items(host.get("Binds"))):
        target = bind_target(bind)
        if target is None:
            yield _volume(store, "", bind)
            continue
        source, options = bind.partition(":")[0], "".join(bind.split(":")[2:3])
        words = options.split(",")
        if source.startswith("/"):
            yield _bind(source, target, options, writable="ro" not in words)
        else:
            yield _volume(store, source, target, options, writable="ro" not in words)


def _mounts(store: Store, host: Mapping[str, Any]) -> Iterator[Record]:
    for mount in map(mapping, items(host.get("Mounts"))):
        source, target = text(mount.get("Source")), text(mount.get("Target"))
        writable = not mount.get("ReadOnly")
        if mount.get("Type") == "bind":
            yield _bind(source, target, "", writable=writable)
        elif mount.get("Type") == "volume":
            yield _volume(store, source, target, "z", writable=writable)
        else:
            kind = text(mount.get("Type"))
            yield {"Type": kind, "Source": "", "Destination": target, "Mode": "", "RW": writable}


def _bind(source: str, target: str, mode: str, *, writable: bool) -> Record:
    return {
        "Type": "bind",
        "Source": source,
        "Destination": target.rstrip("/"),
        "Mode": mode,
        "RW": writable,
        "Propagation": "rprivate",
    }


def _volume(
    store: Store, name: str, target: str, mode: str = "", *, writable: bool = True
) -> Record:
    if not name:
        name = store.new_id()
        store.volumes[name] = {_ANONYMOUS: ""}
    store.volumes.setdefault(name, {})
    return {
        "Type": "volume",
        "Name": name,
        "Source": f"/var/lib/docker/volumes/{name}/_data",
        "Destination": target.rstrip("/"),
        "Driver": "local",
        "Mode": mode,
        "RW": writable,
        "Propagation": "",
    }
