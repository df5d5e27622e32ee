"""The logs of what is replaced: kept where that is wanted, never half, never lost by a failure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from fault_injection import Faults, Kind
from fault_worlds import MemoryWorld

from manager.change.plan import OperationKind, Status
from manager.change.recover import recover

LOGS = OperationKind.LOGS


def kinds(world: MemoryWorld) -> list[OperationKind]:
    return [operation.kind for operation in world.plan().operations]


@pytest.mark.parametrize(
    ("options", "after"),
    [({}, OperationKind.COMMIT), ({"rm": True}, OperationKind.COMPARE)],
    ids=["once it is stopped", "while a --rm one is still there"],
)
def test_they_are_written_before_the_container_goes(
    options: Mapping[str, Any], after: OperationKind
) -> None:
    world = MemoryWorld({**options, "logs": True})
    order = kinds(world)
    assert order[order.index(LOGS) - 1] is after
    outcome = world.apply(world.plan(), Faults())
    (place,) = outcome.logs
    assert world.journal.logs[place].endswith(b" mine\n")
    assert "its logs" not in " ".join(outcome.plan.cost.lost)
    assert not outcome.plan.cost.logs_lost


def test_they_go_where_nobody_wants_them() -> None:
    world = MemoryWorld()
    plan = world.plan()
    assert LOGS not in kinds(world)
    assert plan.cost.logs_lost
    assert "its logs so far" in plan.cost.lost[0]
    assert world.apply(plan, Faults()).logs == ()
    assert world.journal.logs == {}


def test_those_of_what_follows_are_kept_too() -> None:
    world = MemoryWorld({"dependents": True, "logs": True})
    outcome = world.apply(world.plan(), Faults())
    names = [place.partition("-")[0] for place in outcome.logs]
    assert sorted(names) == ["processes", "side", "web"]


def test_a_driver_that_keeps_none_is_said_and_nothing_written() -> None:
    world = MemoryWorld({"logs": True})
    world.engine.store.get("web")["HostConfig"]["LogConfig"] = {"Type": "none", "Config": {}}
    plan = world.plan()
    assert LOGS not in kinds(world)
    assert "the engine keeps no logs of web: its log driver passes them on" in plan.warnings


def test_a_full_disk_keeps_the_old_one_until_they_are_written() -> None:
    world = MemoryWorld({"logs": True})
    outcome = world.apply(world.plan(), Faults("journal.keep_log 1", Kind.ERROR_BEFORE))
    assert outcome.status is Status.APPLIED
    assert outcome.hint == "pmap recover"
    assert any("no space left" in warning for warning in outcome.warnings)
    old = [name for name in world.records() if name.startswith("web.pmap-old-")]
    assert len(old) == 2, "the stranger's and ours"
    deps = world.deps(Faults("journal.keep_log 1", Kind.ERROR_BEFORE))
    (failed,) = recover(deps.journal, deps.engine, world.files, world.clock)
    assert failed.status is Status.ROLLBACK_FAILED
    assert len([name for name in world.records() if name.startswith("web.pmap-old-")]) == 2
    deps = world.deps()
    (done,) = recover(deps.journal, deps.engine, world.files, world.clock)
    assert done.status is Status.APPLIED
    assert list(world.violations()) == []
    assert [log.split()[1] for log in world.journal.logs.values()] == [b"mine"]
