"""Examinations of made-up hosts: every fact is given, nothing is read from this machine."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from manager.doctor.check import Check
from manager.doctor.examination import Examination
from manager.doctor.result import CheckResult
from manager.engine.memory import MemoryEngine
from manager.engine.memory_scene import Scene
from manager.errors import EngineUnavailable
from manager.host.memory import MemoryHost, MemoryJournal
from manager.host.memory_truth import MemoryProber, MemorySurroundings
from manager.model.listener import Listener
from manager.model.localhost import Resolution
from manager.model.network import Network
from manager.model.snapshot import EngineInfo
from manager.survey import take_snapshot

DOCKER = EngineInfo("unix:///run/docker.sock", "28.5.2", (1, 51))


class GivenEngine(MemoryEngine):
    """An engine in memory that says of itself what it is told to."""

    def __init__(self, info: EngineInfo, networks: Sequence[Network] | None) -> None:
        super().__init__()
        self._given = info
        self._networks = networks

    def info(self) -> EngineInfo:
        return self._given

    def networks(self) -> tuple[Network, ...]:
        return super().networks() if self._networks is None else tuple(self._networks)


class GivenProber(MemoryProber):
    """A prober whose resolver is told what localhost is."""

    def __init__(self, host: MemoryHost, localhost: Resolution | None) -> None:
        super().__init__(host)
        self._localhost = localhost

    def resolve(self, name: str) -> Resolution:
        return self._localhost or super().resolve(name)


def _examination(
    furnish: Callable[[Scene], object] | None = None,
    *,
    info: EngineInfo | None = DOCKER,
    networks: Sequence[Network] | None = None,
    listeners: Sequence[Listener] = (),
    inside: Callable[[MemoryEngine], Mapping[int, Any]] | None = None,
    localhost: Resolution | None = None,
    entries: Sequence[Mapping[str, Any]] = (),
    environ: Mapping[str, str] | None = None,
    host: Mapping[str, Any] | None = None,
    **surroundings: Any,
) -> Examination:
    engine = GivenEngine(info, networks) if info is not None else None
    if engine is not None and furnish is not None:
        scene = Scene(engine)
        scene.image("nginx", "80")
        furnish(scene)
    journal = MemoryJournal()
    for entry in entries:
        journal.save(str(entry["tx"]), entry)
    own = engine.listeners if engine is not None else tuple
    made = MemoryHost(
        lambda: (*own(), *listeners),
        inside=inside(engine) if inside and engine else None,
        **(host or {}),
    )
    return Examination(
        engine,
        None if engine else EngineUnavailable("no engine answers at /x", hint="start it"),
        host=made,
        prober=GivenProber(made, localhost),
        surroundings=MemorySurroundings(**surroundings),
        journal=journal,
        take_snapshot=lambda: take_snapshot(engine, made),
        environ={"HOME": "/nonexistent", **(environ or {})},
    )


Examine = Callable[..., Examination]
Look = Callable[..., list[str]]


@pytest.fixture
def examination() -> Examine:
    """Make an Examination: `furnish` puts containers into its engine, the rest are facts."""
    return _examination


@pytest.fixture
def look() -> Look:
    """Run one check on made-up facts: `status: fact | fix`, a line for each remark."""

    def run(check: Check, *furnish: Callable[[Scene], object], **facts: Any) -> list[str]:
        return [line(result) for result in check.results(_examination(*furnish, **facts))]

    return run


def line(result: CheckResult) -> str:
    """A result in one line."""
    return f"{result.status}: {result.fact}{f' | {result.fix}' if result.fix else ''}"
