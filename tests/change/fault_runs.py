"""Run a change in memory with one fault, recover, and say what is wrong afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from fault_injection import Crash, Faults, Kind
from fault_worlds import WORLDS, MemoryWorld

from manager.change.plan import Outcome, Status
from manager.change.recover import Recovery, recover
from manager.errors import PmapError


def points_of(world_name: str) -> list[str]:
    """The calls that a change makes when nothing is wrong."""
    world = WORLDS[world_name]()
    faults = Faults()
    outcome = world.apply(world.plan(), faults)
    assert outcome.status is Status.APPLIED, outcome.reason
    assert list(world.violations()) == []
    assert world.is_new
    return faults.points


def survive(world_name: str, at: int, kind: Kind) -> list[str]:
    """Break one point; what is wrong afterwards."""
    world = WORLDS[world_name]()
    outcome: Outcome | None = None
    with suppress(Crash, PmapError, KeyboardInterrupt):
        outcome = world.apply(world.plan(), Faults(at, kind))
    recovered = recovered_in(world)
    return [*world.violations(), *_contradictions(world, outcome, recovered)]


def recovered_in(world: MemoryWorld, faults: Faults | None = None) -> tuple[Recovery, ...]:
    """Recover what is open, broken as `faults` says."""
    if not world.journal.open_entries():
        return ()
    deps = world.deps(faults)
    return recover(deps.journal, deps.engine, world.files, world.clock)


def crash_twice(world_name: str, at: int) -> Iterator[str]:
    """Crash at a point, then at points of the recovery in turn; what is wrong afterwards.

    At each of the first ten: where it waits for a stop, the same look comes again and again.
    """
    number = 0
    while True:
        world = WORLDS[world_name]()
        with suppress(Crash, PmapError):
            world.apply(world.plan(), Faults(at, Kind.CRASH_AFTER))
        faults = Faults(number, Kind.CRASH_AFTER)
        crashed = True
        with suppress(Crash):
            recovered_in(world, faults)
            crashed = False
        recovered_in(world)
        for wrong in world.violations():
            yield f"crash at {at}, then at {number} ({faults.points[-1:]}): {wrong}"
        if not crashed:
            return
        number += 1 if number < 10 else 9


def _contradictions(
    world: MemoryWorld, outcome: Outcome | None, recovered: tuple[Recovery, ...]
) -> Iterator[str]:
    """Where the words do not fit what is."""
    for one in recovered:
        if one.status is Status.ROLLBACK_FAILED:
            yield f"recovery failed: {one.notes}"
        if (one.status is Status.APPLIED) != world.is_new:
            yield f"the recovery says {one.status}"
    if outcome is None or recovered:
        return
    if (outcome.status is Status.APPLIED) != world.is_new:
        yield f"the outcome says {outcome.status}"
    if outcome.status is not Status.APPLIED and not outcome.reason:
        yield "no reason is given"
