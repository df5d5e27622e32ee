"""Compare two inspects leaf by leaf: what a recreate lost, beyond what engines give anew.

Not compared: ids, times, state, names, paths of the engine's own files, sandbox and endpoint
ids, dynamic addresses, generated MAC addresses, DNS names, and the port bindings, which are what
the change is about. Null, an empty list and a missing key are one (engines mix them).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from manager.engine.decode import asked_of, network_mode
from manager.engine.endpoints import endpoints_of
from manager.engine.tolerant import items, mapping, text
from manager.engine.volumes import bind_target, identity

_LONGEST = 80
_SET_LIKE = ("Volumes", "ExposedPorts")
_ELSEWHERE = ("PortBindings", "PublishAllPorts", "Binds", "Mounts", "VolumesFrom")
"""HostConfig keys that are compared by what comes of them, or not at all."""

_SHARING = ("NetworkMode", "PidMode", "IpcMode")
_MISSING = object()


def compare_records(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[str, ...]:
    """The leaf fields that differ, as `HostConfig.Memory: 1024 -> 0`, in order of their names.

    old is the container that is, new the one created from its blueprint. Values of environment
    variables are not told.
    """
    before, after = dict(_leaves(old)), dict(_leaves(new))
    for port in _changed_ports(old, new):
        for leaves in (before, after):
            leaves.pop(f"Config.ExposedPorts[{port}]", None)
    if text(mapping(new.get("Config")).get("Image")) == text(new.get("Image")):
        # Created by id, because the name means another image by now; the ids are compared.
        before.pop("Config.Image", None)
        after.pop("Config.Image", None)
    if endpoints_of(old, many=True).mac_idle and "Config.MacAddress" not in after:
        # Asked for a network that it has left: the engine has no use for it, nor takes it again.
        before.pop("Config.MacAddress", None)
    if "HostConfig.Runtime" not in before:
        # Created with no HostConfig at all: the default, which engines name in what they make now.
        after.pop("HostConfig.Runtime", None)
    name = "Config.Env[HOSTNAME]"
    if name not in before and after.get(name) == after.get("Config.Hostname"):
        # Podman's own doing, where a host name is given: every process has it there anyway.
        after.pop(name, None)
    found = [
        _line(name, before.get(name, _MISSING), after.get(name, _MISSING))
        for name in sorted({*before, *after})
        if before.get(name, _MISSING) != after.get(name, _MISSING)
    ]
    return (*found, *_binds(old, new))


def _line(name: str, before: object, after: object) -> str:
    if name.startswith("Config.Env["):
        kind = "lost" if after is _MISSING else "new" if before is _MISSING else "changed"
        return f"{name}: {kind}"
    return f"{name}: {_short(before)} -> {_short(after)}"


def _short(value: object) -> str:
    if value is _MISSING:
        return "missing"
    shown = json.dumps(value)
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}..."


def _changed_ports(old: Mapping[str, Any], new: Mapping[str, Any]) -> set[str]:
    before, after = set(asked_of(old).mappings), set(asked_of(new).mappings)
    return {str(entry.container_port) for entry in before ^ after}


def _leaves(record: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    """Every compared leaf of an inspect by its path."""
    for key in ("Path", "Args", "Image", "Driver", "Platform"):
        yield from _flat(key, record.get(key))
    config, host = dict(mapping(record.get("Config"))), dict(mapping(record.get("HostConfig")))
    if network_mode(record).startswith("container:") or host.get("UTSMode") == "host":
        # Not its own: engines show something made up, and refuse to take it.
        config = {k: v for k, v in config.items() if k not in {"Hostname", "Domainname"}}
    for variable in map(text, items(config.pop("Env", None))):
        name, _, value = variable.partition("=")
        yield f"Config.Env[{name}]", value
    for key in _SET_LIKE:
        for name in mapping(config.pop(key, None)):
            yield f"Config.{key}[{name}]", "set"
    yield from _flat("Config", config)
    for key in _ELSEWHERE:
        host.pop(key, None)
    for key in _SHARING:
        # By id in the old one; the new one names who has the name by now.
        if text(host.get(key)).startswith("container:"):
            host[key] = "container"
    # `/target:/own-name/alias`: the own name is another while both exist.
    host["Links"] = sorted(map(_link, map(text, items(host.get("Links")))))
    yield from _flat("HostConfig", host)
    yield from _mount_leaves(record)
    yield from _network_leaves(record)


def _link(link: str) -> str:
    target, _, alias = link.partition(":")
    return f"{target.removeprefix('/')}:{alias.rpartition('/')[2]}"


def _flat(path: str, value: object) -> Iterator[tuple[str, object]]:
    """The leaves below a value; what is null or empty has none."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _flat(f"{path}.{key}", inner)
    elif isinstance(value, list | tuple):
        for number, inner in enumerate(value):
            yield from _flat(f"{path}[{number}]", inner)
    elif value is not None and value != "":
        yield path, value


def _mount_leaves(record: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    """What is mounted, and the options of HostConfig.Mounts, each by its target."""
    for mount in map(mapping, items(record.get("Mounts"))):
        left_out = {"Destination", "Mode"}
        if mount.get("Type") == "image":
            # The folder that the engine unpacks it to, another one for each container.
            left_out.add("Source")
        facts = {k: v for k, v in mount.items() if k not in left_out}
        yield from _flat(f"Mounts[{text(mount.get('Destination'))}]", facts)
    for mount in map(mapping, items(mapping(record.get("HostConfig")).get("Mounts"))):
        # A pinned volume gets a source and NoCopy; that it is the same volume is told above.
        facts = {k: v for k, v in mount.items() if k not in {"Source", "Target"}}
        if mount.get("Type") == "volume":
            options = mapping(facts.pop("VolumeOptions", None))
            facts["VolumeOptions"] = {k: v for k, v in options.items() if k != "NoCopy"}
        yield from _flat(f"HostConfig.Mounts[{text(mount.get('Target'))}]", facts)


def _network_leaves(record: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    """What was asked of each network; the endpoint of a shared network has nothing of its own."""
    hostname = text(mapping(record.get("Config")).get("Hostname"))
    for name, config in endpoints_of(record, many=True).at_create.items():
        path = f"NetworkSettings.Networks[{name}]"
        yield path, "connected"
        facts = {k: v for k, v in config.items() if k not in {"MacAddress", "Aliases"}}
        yield from _flat(path, facts)
        for alias in map(text, items(config.get("Aliases"))):
            # Engines before 26 make the host name an alias themselves when a network is joined.
            if alias != hostname:
                yield f"{path}.Aliases[{alias}]", "set"


def _binds(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    """HostConfig.Binds: lost ones, and new ones that pin nothing the old container had."""
    before, after = (
        [text(bind) for bind in items(mapping(record.get("HostConfig")).get("Binds"))]
        for record in (old, new)
    )
    had = {identity(mapping(mount)) for mount in items(old.get("Mounts"))}
    for bind in before:
        if bind not in after and bind_target(bind) is not None:
            yield f"HostConfig.Binds[{bind}]: lost"
    for bind in after:
        pinned = bind.partition(":")[0], bind_target(bind)
        if bind not in before and pinned not in had:
            yield f"HostConfig.Binds[{bind}]: new"
