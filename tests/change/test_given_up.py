"""What a crash left, and somebody has dealt with meanwhile: nothing of theirs is touched again."""

from __future__ import annotations

from contextlib import suppress

import pytest
from fault_injection import Crash, Faults, Kind
from fault_runs import recovered_in
from fault_worlds import MemoryWorld

from manager.change.executor import apply
from manager.change.facts import gather
from manager.change.plan import Plan, Status
from manager.change.planner import plan_change
from manager.change.recover import forget
from manager.change.request import Publish
from manager.engine.memory_admin import remove_network
from manager.engine.memory_scene import Scene
from manager.errors import InvalidInput
from manager.model.portspec import PortSpec
from manager.model.snapshot import Snapshot


def crashed(world: MemoryWorld, point: str) -> None:
    """Publish, and die after the call of that name."""
    with suppress(Crash):
        world.apply(world.plan(), Faults(point, Kind.CRASH_AFTER))


def new_id(world: MemoryWorld) -> str:
    """The id of the new container, which has its temporary name."""
    return next(
        str(record["Id"])
        for name, record in world.records().items()
        if name.startswith("web.pmap-new-")
    )


def plan_for(world: MemoryWorld, name: str, spec: str) -> Plan:
    """The plan to publish a port of any container."""
    request = Publish(container=name, specs=(PortSpec.parse(spec),))
    snapshot = Snapshot(world.engine.info(), world.engine.containers(), world.host.listeners())
    return plan_change(snapshot, request, gather(world.engine, world.host, snapshot, request))


@pytest.mark.parametrize("point", ["create 1", "journal.save 3"])
def test_a_new_one_that_somebody_lets_run_stays(point: str) -> None:
    """As `docker compose up` does where the file was saved already: the old one is removed."""
    world = MemoryWorld()
    crashed(world, point)
    made = new_id(world)
    world.engine.remove(world.before["web"]["Id"], force=True)
    world.engine.start(made)
    (recovery,) = recovered_in(world)
    assert recovery.status in {Status.APPLIED, Status.ROLLED_BACK}
    record = world.engine.record(made)
    assert record["State"]["Running"]
    if point != "create 1":
        assert (recovery.status, recovery.new_container_id) == (Status.APPLIED, made)
        assert record["Name"] == "/web"
    assert list(world.journal.open_entries()) == []


def test_one_that_was_replaced_is_not_made_beside_the_other() -> None:
    world = MemoryWorld()
    crashed(world, "rename 2")
    for container_id in (world.before["web"]["Id"], world.records()["web"]["Id"]):
        world.engine.remove(container_id, force=True)
    own = Scene(world.engine).run("web", "nginx")
    (recovery,) = recovered_in(world)
    assert recovery.status is Status.ROLLED_BACK
    assert "another container has its name" in recovery.notes[0]
    assert world.records()["web"]["Id"] == own
    assert sorted(world.records()) == sorted(world.before)


def test_one_whose_network_is_gone_leaves_nothing_half_made() -> None:
    world = MemoryWorld()
    crashed(world, "stop 1")
    world.engine.remove(new_id(world))
    world.engine.remove(world.before["web"]["Id"])
    remove_network(world.engine.store, "back")
    (recovery,) = recovered_in(world)
    assert recovery.status is Status.ROLLBACK_FAILED
    assert "its network back with it (docker network create back" in recovery.notes[0]
    assert "web" not in world.records()
    Scene(world.engine).network("back")
    assert recovered_in(world)[0].status is Status.ROLLED_BACK
    assert world.records()["web"]["State"]["Running"]


def test_an_open_change_stands_in_the_way_of_its_containers_alone() -> None:
    world = MemoryWorld()
    crashed(world, "stop 1")
    outcome = world.apply(plan_for(world, "stranger", "7998:80"), Faults())
    assert outcome.status is Status.APPLIED


def test_an_open_change_can_be_given_up() -> None:
    world = MemoryWorld()
    crashed(world, "stop 1")
    (entry,) = world.journal.open_entries()
    with pytest.raises(InvalidInput, match="no open change has the id nope"):
        forget(world.journal, world.engine, world.clock, "nope")
    gone = forget(world.journal, world.engine, world.clock, entry["tx"])
    assert gone.container == "web"
    assert gone.notes == (
        f"web.pmap-new-{entry['tx']} is left: docker rm "
        f"web.pmap-new-{entry['tx']}, unless you need it",
    )
    assert world.journal.open_entries() == ()
    assert world.journal.history()[-1]["reason"] == "given up by hand"
    assert "web" in world.records()


def test_one_that_came_back_and_was_removed_then_stays_removed() -> None:
    """Its way back had a trouble, so that the entry is open; but it was there again."""
    world = MemoryWorld()
    scene = Scene(world.engine)

    def take_its_name() -> None:
        scene.create("web", "nginx")

    outcome = world.apply(world.plan(), Faults(hooks={"rename 2": take_its_name}))
    assert outcome.status is Status.ROLLBACK_FAILED
    world.engine.remove(world.before["web"]["Id"], force=True)
    world.engine.remove(world.records()["web"]["Id"])
    (recovery,) = recovered_in(world)
    assert recovery.status is Status.ROLLED_BACK
    assert recovery.notes == ("web was removed by somebody else meanwhile",)
    assert "web" not in world.records()


def test_a_listener_who_has_gone_changes_nothing() -> None:
    world = MemoryWorld()

    def gone(*_: object) -> None:
        raise BrokenPipeError

    outcome = apply(world.plan(), world.deps(), gone)
    assert outcome.status is Status.APPLIED
    assert list(world.violations()) == []
