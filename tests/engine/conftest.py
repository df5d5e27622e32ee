"""The engines that the contract is held against."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from engine_packages import locked
from engine_rig import LiveRig, MemoryRig, Rig
from pytest_engines import LiveEngine, network_of

LIVE = [pytest.param(version, marks=pytest.mark.live) for version in ("28.5", "20.10")]


@pytest.fixture(params=["memory", *LIVE])
def rig(request: pytest.FixtureRequest, engine_host: Callable[[str], LiveEngine]) -> Iterator[Rig]:
    """Each engine in turn: the one in memory, and the real ones, each in its own network."""
    if request.param == "memory":
        yield MemoryRig()
        return
    live = engine_host(request.param)
    with locked(live.dir / f"{live.version}.turn"), network_of(live.netns):
        rig = LiveRig(live)
        try:
            yield rig
        finally:
            rig.clean()
