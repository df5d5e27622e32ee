"""What others do in the middle of a change: it is noticed, and nothing of anybody's is lost."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest
from fault_injection import Crash, Faults, Kind
from fault_runs import recovered_in
from fault_worlds import COMPOSE, WORLDS, MemoryWorld

from manager.change.plan import Outcome, Status
from manager.engine.memory_admin import remove_network, start_daemon, stop_daemon
from manager.engine.memory_scene import Scene
from manager.errors import ChangeInProgress, Refused, StalePlan
from manager.model.listener import HostSocket, Listener, Process
from manager.model.ports import parse_ip

THIEF = Listener(HostSocket(parse_ip("127.0.0.1"), 62893), Process(77, "python3"))


def changed(world: MemoryWorld, point: str, meanwhile: Callable[[], None]) -> Outcome:
    """Publish, while somebody else does something before the call of that name."""
    return world.apply(world.plan(), Faults(hooks={point: meanwhile}))


def steal(world: MemoryWorld) -> None:
    world.engine.store.neighbours = (THIEF,)


def prune(world: MemoryWorld) -> None:
    """`docker container prune`: everything that does not run goes."""
    for record in world.records().values():
        if record["State"]["Status"] != "running":
            world.engine.remove(record["Id"])


@pytest.mark.parametrize("point", ["create 1", "stop 1", "start 1"])
def test_the_port_is_taken_in_the_middle(point: str) -> None:
    world = MemoryWorld()
    outcome = changed(world, point, lambda: steal(world))
    assert outcome.status is Status.ROLLED_BACK
    assert outcome.reason == (
        "127.0.0.1:62893/tcp is held by process 77 (python3), which was free when it was checked"
    )
    assert outcome.hint == "62894 is free: pmap publish web 127.0.0.1:62894:80"
    assert list(world.violations()) == []


def test_the_port_is_taken_before_the_plan_is_applied() -> None:
    world = MemoryWorld()
    plan = world.plan()
    steal(world)
    with pytest.raises(Refused, match=r"held by process 77 \(python3\)"):
        world.apply(plan, Faults())
    assert list(world.violations()) == []


def test_a_plan_that_is_not_true_any_more_is_refused() -> None:
    world = MemoryWorld()
    plan = world.plan()
    world.engine.stop(plan.container_id, timeout=1)
    with pytest.raises(StalePlan):
        world.apply(plan, Faults())


@pytest.mark.parametrize("point", ["rename 1", "rename 2", "start 1"])
def test_everything_that_is_stopped_is_pruned(point: str) -> None:
    world = MemoryWorld()
    outcome = changed(world, point, lambda: prune(world))
    assert outcome.status is Status.ROLLED_BACK, outcome
    assert any("made anew" in warning for warning in outcome.warnings)
    web = world.records()["web"]
    assert web["State"]["Status"] == "running"
    assert {m["Name"] for m in web["Mounts"]} == {m["Name"] for m in world.before["web"]["Mounts"]}
    assert sorted(world.records()) == ["stranger", "web"]


def test_pruned_while_nobody_looks_then_recovered() -> None:
    world = MemoryWorld()
    with suppress(Crash):
        world.apply(world.plan(), Faults("rename 2", Kind.CRASH_AFTER))
    prune(world)
    (recovery,) = recovered_in(world)
    assert recovery.status is Status.ROLLED_BACK
    assert sorted(world.records()) == ["stranger", "web"]
    assert world.records()["web"]["State"]["Status"] == "running"
    assert not world.is_new


def test_pruned_while_the_new_one_runs_then_recovered() -> None:
    world = MemoryWorld()
    with suppress(Crash):
        world.apply(world.plan(), Faults("start 1", Kind.CRASH_AFTER))
    prune(world)
    (recovery,) = recovered_in(world)
    assert recovery.status is Status.APPLIED
    assert world.is_new
    assert sorted(world.records()) == ["stranger", "web"]


def test_somebody_removes_the_new_one() -> None:
    world = MemoryWorld()

    def remove_new() -> None:
        for name, record in world.records().items():
            if name.startswith("web.pmap-new-"):
                world.engine.remove(record["Id"], force=True)

    assert changed(world, "rename 1", remove_new).status is Status.ROLLED_BACK
    assert list(world.violations()) == []


def test_somebody_starts_the_old_one() -> None:
    world = MemoryWorld()
    old_id = world.before["web"]["Id"]
    outcome = changed(world, "journal.save 7", lambda: world.engine.start(old_id))
    assert outcome.status is Status.ROLLED_BACK
    assert outcome.reason == "somebody started the old web meanwhile"
    assert list(world.violations()) == []


def test_somebody_takes_the_name() -> None:
    """The old one runs again all the same, and gets its name when that is free."""
    world = MemoryWorld()
    scene = Scene(world.engine)

    def take() -> None:
        scene.create("web", "nginx")

    outcome = changed(world, "rename 2", take)
    assert outcome.status is Status.ROLLBACK_FAILED
    assert "another container has taken its name" in outcome.reason
    assert outcome.hint == "pmap recover"
    old = world.engine.record(world.before["web"]["Id"])
    assert old["State"]["Running"]
    assert recovered_in(world)[0].status is Status.ROLLBACK_FAILED
    world.engine.remove(world.records()["web"]["Id"])
    assert recovered_in(world)[0].status is Status.ROLLED_BACK
    assert list(world.violations()) == []


def test_a_stranger_with_our_temporary_name_is_not_touched() -> None:
    """The journal does not know an id yet, and a container of that name is older or has run."""
    world = MemoryWorld()
    plan = world.plan()
    name = f"web.pmap-new-{plan.id}"
    with suppress(Crash):
        world.apply(plan, Faults("create 1", Kind.CRASH_BEFORE))
    theirs = Scene(world.engine).run(name, "nginx")
    recovered_in(world)
    assert world.engine.record(theirs)["State"]["Running"]


def test_another_host_is_changing_it() -> None:
    """Locks do not reach across hosts: who created first wins, and the other touches nothing."""
    world = MemoryWorld()
    scene = Scene(world.engine)

    def create() -> None:
        scene.create("web.pmap-new-theirs", "nginx")

    outcome = changed(world, "create 1", create)
    assert outcome.status is Status.REFUSED
    assert "another pmap is changing web, or left web.pmap-new-theirs behind" in outcome.reason
    assert sorted(set(world.records()) - set(world.before)) == ["web.pmap-new-theirs"]
    assert world.journal.history() == ()


def test_a_later_rival_gives_way() -> None:
    world = MemoryWorld()
    scene = Scene(world.engine)

    def rival() -> None:
        world.clock.wait(1)
        scene.create("web.pmap-new-theirs", "nginx")

    outcome = changed(world, "record 9", rival)
    assert outcome.status is Status.APPLIED


def test_one_change_at_a_time() -> None:
    world = MemoryWorld()
    plan = world.plan()
    with world.journal.lock(world.engine.info().key), pytest.raises(ChangeInProgress):
        world.apply(plan, Faults())


def test_what_a_crash_left_comes_first() -> None:
    world = MemoryWorld()
    plan = world.plan()
    with suppress(Crash):
        world.apply(plan, Faults("create 1", Kind.CRASH_AFTER))
    with pytest.raises(ChangeInProgress, match="was left unfinished") as caught:
        world.apply(plan, Faults())
    assert caught.value.hint == "pmap recover"


@pytest.mark.parametrize("point", ["create 1", "stop 1", "rename 1", "rename 2", "start 1"])
@pytest.mark.parametrize("killed", [False, True])
def test_the_engine_goes_and_comes_back(point: str, *, killed: bool) -> None:
    """Also with pmap killed at the same moment: then the watchdog, or `pmap recover`."""
    world = MemoryWorld()
    store = world.engine.store

    def restart() -> None:
        stop_daemon(store)
        start_daemon(store)

    kind = Kind.CRASH_BEFORE if killed else Kind.CUT_BEFORE
    faults = Faults(point, kind, hooks={point: restart})
    with suppress(Crash):
        assert world.apply(world.plan(), faults).status is Status.ROLLED_BACK
    recovered_in(world)
    assert "web" in world.records()
    world.before["stranger"] = world.records()["stranger"]
    assert list(world.violations()) == []


def test_a_commit_that_was_not_written_down_is_none() -> None:
    """Also where the way back fails too, and writes down how far it has come."""
    world = WORLDS["with dependents"]()
    faults = Faults()
    world.apply(world.plan(), faults)
    saves = [point for point in faults.points if point.startswith("journal.save")]
    world = WORLDS["with dependents"]()
    outcome = world.apply(world.plan(), Faults(saves[-1], Kind.ERRORS))
    assert outcome.status is Status.ROLLBACK_FAILED
    assert [entry["committed"] for entry in world.journal.open_entries()] == [False]
    assert [one.status for one in recovered_in(world)] == [Status.ROLLED_BACK]
    assert list(world.violations()) == []


def test_the_engine_stays_away_too_long() -> None:
    world = MemoryWorld()
    store = world.engine.store
    outcome = changed(world, "rename 1", lambda: stop_daemon(store))
    assert outcome.status is Status.ROLLBACK_FAILED
    assert outcome.hint == "pmap recover"
    start_daemon(store)
    world.before["stranger"] = world.records()["stranger"]
    assert [r.status for r in recovered_in(world)] == [Status.ROLLED_BACK]
    assert list(world.violations()) == []


def test_a_network_that_was_made_anew_is_refused_before_anything_is_touched() -> None:
    world = MemoryWorld()
    remove_network(world.engine.store, "back")
    Scene(world.engine).network("back")
    with pytest.raises(Refused, match="the network back"):
        world.plan()


def test_the_file_was_changed_by_somebody() -> None:
    world = WORLDS["saved to its file"]()
    plan = world.plan()
    world.files.files[COMPOSE] = b"somebody's"
    outcome = world.apply(plan, Faults())
    assert outcome.status is Status.ROLLED_BACK
    assert "changed by someone else" in outcome.reason
    assert world.files.files[COMPOSE] == b"somebody's"
    world.files.files[COMPOSE] = b"old"
    assert list(world.violations()) == []


def test_the_file_is_changed_while_the_change_fails() -> None:
    """What somebody wrote meanwhile is not overwritten on the way back; it is said."""
    world = WORLDS["saved to its file"]()

    def edit() -> None:
        steal(world)
        world.files.files[COMPOSE] = b"newer"

    outcome = changed(world, "start 1", edit)
    assert outcome.status is Status.ROLLED_BACK
    assert f"{COMPOSE} was changed meanwhile: it stays as it is" in outcome.warnings
    assert world.files.files[COMPOSE] == b"newer"
