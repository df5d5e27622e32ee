"""Containers that lost a port at their start and stayed behind, and those that cannot come back."""

from __future__ import annotations

from collections.abc import Iterator

from manager.doctor.check import Check
from manager.doctor.examination import Examination
from manager.doctor.result import Remark, failed, passed, warned
from manager.model.container import Container, ContainerState
from manager.model.rows import PortRow, Source, conflicts_of, row_conflicts
from manager.model.story import why


def _look(facts: Examination) -> Iterator[Remark]:
    if facts.info is None:
        return
    told: set[str] = set()
    for row in facts.rows:
        container = row.container
        if container is None or row.source is not Source.RESERVED or container.id in told:
            continue
        if (remark := _remark(facts, row, container)) is not None:
            told.add(container.id)
            yield remark
    if not told:
        yield passed("no container was left behind without its port")


def _remark(facts: Examination, row: PortRow, container: Container) -> Remark | None:
    created = container.state is ContainerState.CREATED
    conflicts = conflicts_of(row, row_conflicts(facts.snapshot))
    error = facts.start_error(container) if created else ""
    if not conflicts and not error:
        return None
    reason = why(row, conflicts=conflicts, start_error=error, engine=facts.info)
    if reason is None:
        return None
    return (failed if created else warned)(reason.sentence, reason.next)


CHECK = Check("leftovers", "Left behind", _look)
