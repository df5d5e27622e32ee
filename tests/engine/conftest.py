"""The engines that the contract is held against."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from engine_packages import locked
from engine_rig import LiveRig, MemoryRig, Rig
from pytest_engines import LiveEngine, network_of

LIVE = [pytest.param(version, marks=pytest.mark.live) for version in ("28.5", "20.10")]


@contextmanager
def live_rig_of(live: LiveEngine) -> Iterator[LiveRig]:
    """A real engine; the test runs in its network, and no other test on it meanwhile."""
    with locked(live.dir / f"{live.version}.turn"), network_of(live.netns):
        rig = LiveRig(live)
        try:
            yield rig
        finally:
            rig.clean()


@pytest.fixture(params=["memory", *LIVE])
def rig(request: pytest.FixtureRequest, engine_host: Callable[[str], LiveEngine]) -> Iterator[Rig]:
    """Each engine in turn: the one in memory, and the real ones."""
    if request.param == "memory":
        yield MemoryRig()
        return
    with live_rig_of(engine_host(request.param)) as rig:
        yield rig


@pytest.fixture(params=LIVE)
def live_rig(
    request: pytest.FixtureRequest, engine_host: Callable[[str], LiveEngine]
) -> Iterator[LiveRig]:
    """Each real engine, for what has no like in memory."""
    with live_rig_of(engine_host(request.param)) as rig:
        yield rig
