"""The checks together: their order, their ids, and that one never stops the others."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from manager.doctor import checks
from manager.doctor.check import Check
from manager.doctor.examination import Examination
from manager.doctor.registry import CHECKS
from manager.doctor.result import Remark, Status, failed, passed
from manager.doctor.run import examine
from manager.errors import EngineError

Examine = Callable[..., Examination]


def test_every_file_of_the_checks_is_registered_once() -> None:
    files = {path.stem for path in Path(checks.__file__).parent.glob("*.py")} - {"__init__"}
    assert {check.look.__module__.rpartition(".")[2] for check in CHECKS} == files
    assert len({check.id for check in CHECKS}) == len(CHECKS) == len(files)
    assert len({check.title for check in CHECKS}) == len(CHECKS)


def test_all_checks_of_a_plain_host_pass_or_warn(examination: Examine) -> None:
    results = list(examine(examination()))
    assert {result.check for result in results} == {check.id for check in CHECKS}
    assert [r.fact for r in results if r.status is Status.FAIL] == []
    order = [check.id for check in CHECKS]
    assert [r.check for r in results] == sorted((r.check for r in results), key=order.index)


def test_without_an_engine_only_the_machine_is_looked_at(examination: Examine) -> None:
    results = list(examine(examination(info=None)))
    assert results[0].status is Status.FAIL
    assert {result.check for result in results} == {
        "engine", "localhost", "commands", "interrupted",
    }  # fmt: skip


def test_what_cannot_be_read_is_one_warning(examination: Examine) -> None:
    def breaks(facts: Examination) -> Iterator[Remark]:
        yield passed("so far")
        raise EngineError("the engine went away", hint="pmap doctor")

    def well(facts: Examination) -> Iterator[Remark]:
        yield failed("fact", "fix")

    both = (Check("a", "A", breaks), Check("b", "B", well))
    told = [(r.check, r.status.value, r.fact, r.fix) for r in examine(examination(), both)]
    assert told == [
        ("a", "warn", "not known: the engine went away", "pmap doctor"),
        ("b", "fail", "fact", "fix"),
    ]


def test_results_come_as_they_are_found(examination: Examine) -> None:
    """The second check waits for the first to be handed on; nobody waits for the last."""
    seen = threading.Event()

    def first(facts: Examination) -> Iterator[Remark]:
        yield passed("first")

    def second(facts: Examination) -> Iterator[Remark]:
        yield passed("second" if seen.wait(10) else "the first was kept back")

    results = examine(examination(), (Check("a", "A", first), Check("b", "B", second)))
    assert next(results).fact == "first"
    seen.set()
    assert next(results).fact == "second"


def test_whoever_stops_listening_stops_the_rest(examination: Examine) -> None:
    begun: list[int] = []
    gate = threading.Event()

    def look(facts: Examination) -> Iterator[Remark]:
        begun.append(1)
        if len(begun) > 1:
            gate.wait(10)
        yield passed("one")

    results = examine(examination(), tuple(Check(str(n), str(n), look) for n in range(200)))
    next(results)
    results.close()
    gate.set()
    for thread in threading.enumerate():
        if thread.name.startswith("pmap-doctor"):
            thread.join(10)
    # The one that was heard, and one in each thread.
    assert 1 <= len(begun) <= 5


def test_the_engine_is_asked_by_one_thread_at_a_time(examination: Examine) -> None:
    facts = examination()
    snapshots = [facts.snapshot]

    def look(facts: Examination) -> Iterator[Remark]:
        snapshots.append(facts.snapshot)
        yield passed("same")

    list(examine(facts, tuple(Check(str(n), str(n), look) for n in range(20))))
    assert all(snapshot is snapshots[0] for snapshot in snapshots)
