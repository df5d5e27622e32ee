"""kill -9 of a real pmap at its calls, on real engines: the service comes back, nothing is lost.

`make faults` kills at every call; here at those that leave the most behind.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from fault_injection import Kind
from live_world import LiveWorld, wait_until_answers
from pytest_engines import LiveEngine

from manager.change.plan import Status
from manager.change.recover import Recovery, recover
from manager.engine.connection import connect, resolve_endpoint
from manager.host.clock import SystemClock
from manager.host.files import LocalFiles
from manager.host.journal_file import JournalFile


@pytest.fixture
def world(live_engine: LiveEngine, prefix: str, tmp_path: Path) -> LiveWorld:
    made = LiveWorld(live_engine.api, live_engine.host, prefix, tmp_path / "state")
    made.make()
    return made


def recovered(world: LiveWorld) -> tuple[Recovery, ...]:
    """What `pmap recover` does."""
    engine = connect(resolve_endpoint(None, world.host, {}))
    try:
        return recover(JournalFile(world.journal), engine, LocalFiles(), SystemClock())
    finally:
        engine.close()


def test_a_publish_keeps_everything(world: LiveWorld) -> None:
    said = world.driven(guard=True)
    assert said["status"] == Status.APPLIED, said
    assert world.is_new
    assert world.violations() == []
    assert 0 < said["downtime_ms"] < 5000
    assert said["points"].count("journal.close 1") == 1


BACK = ["create 1", "stop 1", "set_restart_policy 1", "rename 1", "rename 2", "start 1"]
FORWARD = ["journal.save 9", "remove 1", "journal.close 1"]


def test_killed_before_the_commit(world: LiveWorld) -> None:
    for point in BACK:
        assert world.driven(at=point, kind=Kind.CRASH_AFTER) == {}, point
        assert [one.status for one in recovered(world)] == [Status.ROLLED_BACK], point
        assert not world.is_new, point
        assert world.violations() == [], point


@pytest.mark.parametrize("point", FORWARD)
def test_killed_after_the_commit(world: LiveWorld, point: str) -> None:
    assert world.driven(at=point, kind=Kind.CRASH_AFTER) == {}
    recovered(world)
    assert world.is_new
    assert world.violations() == []


def test_the_watchdog_brings_it_back(world: LiveWorld) -> None:
    for point in ("stop 1", "rename 2", "start 1"):
        assert world.driven(at=point, kind=Kind.CRASH_AFTER, guard=True) == {}, point
        took = wait_until_answers(world.old_port, 10)
        world.wait_for_watchdog()
        assert not world.is_new, point
        assert world.violations() == [], point
        # The figures are in `make faults`; this only says that nobody had to come.
        assert took < 5, point


def test_a_call_that_fails_is_rolled_back(world: LiveWorld) -> None:
    for point, kind in (
        ("create 1", Kind.ERROR_AFTER),
        ("stop 1", Kind.CUT_AFTER),
        ("rename 2", Kind.ERROR_BEFORE),
        ("start 1", Kind.CUT_AFTER),
    ):
        said = world.driven(at=point, kind=kind, kill=False)
        assert said["status"] == Status.ROLLED_BACK, said
        assert point in said["reason"]
        assert not world.is_new, point
        assert world.violations() == [], point
