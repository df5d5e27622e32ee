"""Undo: a plan like any other, made from the history, with the file set back to the byte."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fault_injection import Faults
from fault_worlds import COMPOSE, WORLDS, MemoryWorld
from hypothesis import given
from hypothesis import strategies as st

from manager.change.deps import Deps
from manager.change.executor import apply
from manager.change.facts import Preferences, gather
from manager.change.fileedit import FileEdit, FileReturn
from manager.change.plan import Outcome, Plan, Status
from manager.change.planner import plan_change
from manager.change.undo import find_change, undo_request
from manager.errors import InvalidInput, Refused
from manager.model.container import HASH_LABEL
from manager.model.snapshot import Snapshot


def undoing(world: MemoryWorld) -> Deps:
    deps = world.deps()
    return replace(deps, preferences=Preferences(files=world.files))


def undo_plan(world: MemoryWorld, change: str | None = None) -> Plan:
    deps = undoing(world)
    snapshot = deps.snapshot()
    request = undo_request(find_change(world.journal.history(), change), snapshot)
    facts = gather(deps.engine, deps.host, snapshot, request, deps.preferences)
    return plan_change(snapshot, request, facts)


def undo(world: MemoryWorld, change: str | None = None) -> Outcome:
    return apply(undo_plan(world, change), undoing(world))


def published(name: str = "running") -> MemoryWorld:
    world = WORLDS[name]()
    assert world.apply(world.plan(), Faults()).status is Status.APPLIED
    return world


def test_undo_sets_the_ports_back() -> None:
    world = published()
    plan = undo_plan(world)
    assert [str(m) for m in plan.removed] == ["127.0.0.1:62893 -> 80/tcp"]
    assert undo(world).status is Status.APPLIED
    assert not world.is_new
    assert list(world.violations()) == ["the old one has another id"]


def last_change(world: MemoryWorld) -> str:
    return str(world.journal.history()[-1]["id"])


def test_undo_of_an_undo_does_it_again() -> None:
    world = published()
    undo(world)
    assert undo(world, last_change(world)).status is Status.APPLIED
    assert world.is_new


def test_each_undo_goes_one_step_further_back() -> None:
    world = published()
    undo(world)
    with pytest.raises(InvalidInput, match="no change to undo"):
        undo_plan(world)


def test_the_file_is_set_back_with_its_hash() -> None:
    world = published("saved to its file")
    old_hash = world.before["web"]["Config"]["Labels"][HASH_LABEL]
    assert world.files.files[COMPOSE] == b"new"
    assert undo(world).status is Status.APPLIED
    assert world.files.files[COMPOSE] == b"old"
    assert world.records()["web"]["Config"]["Labels"][HASH_LABEL] == old_hash
    undo(world, last_change(world))
    assert world.files.files[COMPOSE] == b"new"


def test_a_file_that_was_changed_since_stays_and_it_is_said() -> None:
    world = published("saved to its file")
    world.files.files[COMPOSE] = b"newer"
    assert f"{COMPOSE} has been changed since: it stays as it is" in undo_plan(world).warnings
    assert undo(world).status is Status.APPLIED
    assert world.files.files[COMPOSE] == b"newer"


def test_ports_that_were_changed_since_are_not_overwritten() -> None:
    world = published()
    first = str(world.journal.history()[0]["id"])
    undo(world)
    with pytest.raises(Refused, match=f"the ports of web have changed since {first}"):
        undo_plan(world, first)


def test_what_cannot_be_undone_is_said() -> None:
    world = MemoryWorld()
    with pytest.raises(InvalidInput, match="no change to undo"):
        find_change(world.journal.history())
    world = published()
    with pytest.raises(InvalidInput, match="no change has the id 'zz'"):
        find_change(world.journal.history(), "zz")
    entry = dict(world.journal.history()[0])
    assert find_change((entry,), str(entry["id"])[:4]) == entry
    snapshot = undoing(world).snapshot()
    with pytest.raises(Refused, match="made on another engine"):
        undo_request(entry | {"engine_key": "other"}, snapshot)
    with pytest.raises(Refused, match="is not there any more"):
        undo_request(entry, Snapshot(snapshot.engine, ()))
    with pytest.raises(InvalidInput, match="lacks 'before'"):
        undo_request({"container": "web", "id": "x"}, snapshot)
    with pytest.raises(InvalidInput, match="was rolled-back: there is nothing to undo"):
        find_change((entry | {"status": "rolled-back"},), str(entry["id"]))


def test_the_history_holds_no_secret() -> None:
    world = published("saved to its file")
    assert "SECRET=1" in str(world.records()["web"])
    assert "SECRET" not in str(world.journal.history())


contents = st.binary(max_size=40) | st.none()


@given(before=contents, after=contents)
def test_any_edit_can_be_taken_back(before: bytes | None, after: bytes | None) -> None:
    edit = FileEdit(path="f", before=before, after=after, line=3)
    kept = FileReturn.model_validate_json(FileReturn.of(edit, "hash").model_dump_json())
    back = kept.edit(after)
    assert back == FileEdit(path="f", before=after, after=before, line=3, config_hash="hash")
    again = FileReturn.of(back, None).edit(before)
    assert again is not None
    assert again.after == after


@given(before=st.binary(max_size=40), after=st.binary(max_size=40), now=st.binary(max_size=40))
def test_what_was_changed_since_is_left_alone(before: bytes, after: bytes, now: bytes) -> None:
    kept = FileReturn.of(FileEdit(path="f", before=before, after=after), None)
    assert (kept.edit(now) is None) == (now != after)
