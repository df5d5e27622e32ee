"""What a change costs: read from the record, said before anybody agrees to it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from manager.change.facts import Facts
from manager.change.layer import (
    counted,
    deletions,
    left_behind,
    listed,
    passing,
    paths_to_copy,
    worth_keeping,
)
from manager.change.plan import Cost
from manager.change.request import ChangeRequest, LayerChoice
from manager.interfaces import LayerChange, Record
from manager.model.container import Container

DEFAULT_STOP_TIMEOUT = 10
"""Seconds (Engine API, POST /containers/X/stop)."""

_NANOSECONDS = 1e9
_BYTES_A_SECOND, _FILES_A_SECOND, _CALLS_A_SECOND = 60e6, 1500.0, 100.0
"""How fast a layer is copied through the Engine API: measured with 300 MB in one file, with 5000
small files in a folder, and with 100 of them one by one (28.5)."""

_WORTH_SAYING = 1.5
"""Seconds from which on an outage is no longer `about a second`."""

_DEFAULT_PROBE_SECONDS = 30.0
"""Interval and time-out of a health check that names none (Engine API, HealthConfig)."""


def stop_timeout(record: Record, preferred: int | None = None) -> int:
    """Seconds that the container gets to stop: a setting's, its own, or the engine's default.

    A negative one is no limit (Engine API, Config.StopTimeout).
    """
    if preferred is not None:
        return preferred
    own = (record.get("Config") or {}).get("StopTimeout")
    return DEFAULT_STOP_TIMEOUT if own is None else int(own)


def health_seconds(record: Record) -> float | None:
    """How long the health check may take to its first verdict, in seconds; None without one."""
    check: Mapping[str, Any] = (record.get("Config") or {}).get("Healthcheck") or {}
    test = check.get("Test") or ()
    if not test or test[0] == "NONE":
        return None

    def seconds(key: str, default: float) -> float:
        return (check.get(key) or 0) / _NANOSECONDS or default

    interval = seconds("Interval", _DEFAULT_PROBE_SECONDS)
    every = seconds("StartInterval", interval) if check.get("StartPeriod") else interval
    return seconds("StartPeriod", 0.0) + every + seconds("Timeout", _DEFAULT_PROBE_SECONDS)


def cost_of(request: ChangeRequest, facts: Facts) -> Cost:
    """The cost of recreating the target and what hangs on it."""
    target = facts.target
    timeout = stop_timeout(facts.record, facts.stop_timeout)
    downtime = "none, it is not running"
    if target.running:
        most = "for as long as that takes" if timeout < 0 else f"at most {timeout} s more"
        downtime = f"{_outage(facts)}, {most} if it does not stop by itself"
    return Cost(
        restart=target.running,
        stop_timeout=timeout,
        health_seconds=health_seconds(facts.record) if target.running else None,
        lost=(
            *_always_lost(facts.record, target, logged=target.name in facts.logged),
            *_layers_lost(request.layer, facts.layers),
        ),
        logs_lost=target.name not in facts.logged,
        dependents=tuple(dependent.words for dependent in facts.following),
        expected_downtime=downtime,
    )


def _outage(facts: Facts) -> str:
    """How long it is away, in words: what is copied is copied while it is stopped."""
    copied = [
        (facts.extents[container.name], len(paths_to_copy(facts.layers[container.name])))
        for container, record in facts.replaced
        # What is gone once it stops is copied before.
        if container.name in facts.extents
        and not (record.get("HostConfig") or {}).get("AutoRemove")
    ]
    size, changed = (sum(getattr(e, part) for e, _ in copied) for part in ("size", "paths"))
    calls = sum(paths for _, paths in copied)
    seconds = 1.0 + size / _BYTES_A_SECOND + changed / _FILES_A_SECOND + calls / _CALLS_A_SECOND
    if seconds < _WORTH_SAYING:
        return "about a second"
    return (
        f"about {seconds:.0f} s, as {counted(changed)} copied ({_words(size)}) while it is stopped"
    )


def _words(size: int) -> str:
    """Bytes as a person reads them: `300 MB`."""
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= factor:
            return f"{size / factor:.3g} {unit}"
    return f"{size} bytes"


def _always_lost(record: Record, target: Container, *, logged: bool) -> tuple[str, ...]:
    logs = "" if logged else ", its logs so far (docker logs),"
    lost = [f"its id{logs} and docker exec sessions"]
    host_config: Mapping[str, Any] = record.get("HostConfig") or {}
    tmpfs = [str(path) for path in host_config.get("Tmpfs") or ()]
    tmpfs += [
        str(mount.get("Destination", ""))
        for mount in record.get("Mounts") or ()
        if mount.get("Type") == "tmpfs"
    ]
    if target.running and tmpfs:
        lost.append(f"what is in memory file systems (tmpfs): {', '.join(sorted(set(tmpfs)))}")
    return tuple(lost)


def _layers_lost(
    choice: LayerChoice, layers: Mapping[str, tuple[LayerChange, ...]]
) -> Iterator[str]:
    for name, layer in layers.items():
        if choice is not LayerChoice.KEEP:
            if kept := worth_keeping(layer):
                yield f"files written in {name}, outside volumes: {listed(kept)}"
            if small := passing(layer):
                yield f"temporary files and caches of {name}: {listed(small)}"
            continue
        if deleted := deletions(layer):
            yield f"that these were deleted in {name}: {listed(deleted)}"
        if temporary := left_behind(layer):
            yield f"temporary files of {name}: {listed(temporary)}"
        if sockets := tuple(
            change for change in layer if change.path.endswith(".sock") and change not in temporary
        ):
            yield f"what is a socket in {name}, which no copy can hold: {listed(sockets)}"
