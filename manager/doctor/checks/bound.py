"""Running containers without a port that they asked for."""

from __future__ import annotations

from collections.abc import Iterator

from manager.doctor.check import Check
from manager.doctor.examination import Examination
from manager.doctor.result import Remark, failed, passed
from manager.model.rows import Source
from manager.model.story import why


def _look(facts: Examination) -> Iterator[Remark]:
    if facts.info is None:
        return
    lost = [row for row in facts.rows if row.source is Source.PUBLISHED and row.bound is False]
    for row in lost:
        reason = why(row, engine=facts.info)
        if reason is not None:
            yield failed(reason.sentence, reason.next)
    if not lost:
        yield passed("every running container holds the ports that it asked for")


CHECK = Check("bound", "Bound", _look)
