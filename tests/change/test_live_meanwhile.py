"""What happens on a real host in the middle of a change, and pmap has to make do with it.

`make faults` does each at every step; here at those that leave the most behind.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from live_world import LiveWorld, wait_until_answers
from pytest_engines import LiveEngine
from small_disk import small_disk

from manager.change.plan import Status
from manager.change.recover import recover
from manager.engine.connection import connect, resolve_endpoint
from manager.host.clock import SystemClock
from manager.host.files import LocalFiles
from manager.host.journal_file import JournalFile


@pytest.fixture
def world(live_engine: LiveEngine, prefix: str, tmp_path: Path) -> LiveWorld:
    made = LiveWorld(live_engine.api, live_engine.host, prefix, tmp_path / "state")
    made.make()
    return made


@pytest.fixture
def moody(live_engine: LiveEngine, prefix: str, tmp_path: Path) -> LiveWorld:
    made = LiveWorld(live_engine.api, live_engine.host, prefix, tmp_path / "state", moody=True)
    made.make()
    return made


@pytest.fixture
def thief() -> Iterator[socket.socket]:
    with closing(socket.socket()) as made:
        yield made


def test_the_engine_is_killed_and_comes_back(world: LiveWorld, live_engine: LiveEngine) -> None:
    def killed() -> None:
        live_engine.kill()
        live_engine.start()

    said = world.driven({"rename 2": killed}, kill=False, guard=True)
    assert said["status"] in {Status.APPLIED, Status.ROLLED_BACK}, said
    world.wait_for_watchdog()
    wait_until_answers(world.old_port, 30)
    assert world.violations() == []


def test_a_port_that_is_taken_between_check_and_start(
    world: LiveWorld, thief: socket.socket
) -> None:
    def steal() -> None:
        thief.bind(("127.0.0.1", world.new_port))
        thief.listen()

    said = world.driven({"start 1": steal}, kill=False)
    assert said["status"] == Status.ROLLED_BACK, said
    assert re.search(rf"{world.new_port}/tcp is held by process \d+ \(", said["reason"]), said
    thief.close()
    assert not world.is_new
    assert world.violations() == []


@pytest.mark.parametrize(
    ("mood", "reason"), [("up", "did not stay up"), ("well", "health check says unhealthy")]
)
def test_a_new_one_that_does_not_do_as_the_old_one(
    moody: LiveWorld, mood: str, reason: str
) -> None:
    file = moody.mood / mood
    said = moody.driven({"start 1": file.unlink, "start 2": file.touch}, kill=False)
    assert said["status"] == Status.ROLLED_BACK, said
    assert reason in said["reason"]
    wait_until_answers(moody.old_port, 10)
    assert not moody.is_new
    assert moody.violations() == []


def test_the_journals_disk_is_full(world: LiveWorld) -> None:
    with small_disk(world.journal) as disk:
        said = world.driven({"journal.save 5": disk.fill}, kill=False, guard=True)
        assert said["status"] == Status.ROLLED_BACK, said
        assert "no space left" in said["reason"]
        world.wait_for_watchdog()
        assert not world.is_new
        assert any("could not be closed" in warning for warning in said["warnings"])
        disk.empty()
        # Another change is refused until that one is closed.
        assert "left unfinished" in world.driven()["reason"]
        engine = connect(resolve_endpoint(None, world.host, {}))
        with closing(engine):
            (done,) = recover(JournalFile(world.journal), engine, LocalFiles(), SystemClock())
        assert done.status is Status.ROLLED_BACK
        assert world.violations() == []
