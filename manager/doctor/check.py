"""What a check is: an id that stays, a title, and a function that looks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from manager.doctor.examination import Examination
from manager.doctor.result import CheckResult, Remark, Status
from manager.errors import PmapError


@dataclass(frozen=True, slots=True)
class Check:
    """look gives its remarks; none where there is nothing to look at (another host's engine)."""

    id: str
    title: str
    look: Callable[[Examination], Iterable[Remark]]

    def results(self, facts: Examination) -> tuple[CheckResult, ...]:
        """What it found. What cannot be read is a warning, never the end of the others."""
        try:
            remarks = tuple(self.look(facts))
        except PmapError as error:
            remarks = (Remark(Status.WARN, f"not known: {error.message}", error.hint),)
        return tuple(
            CheckResult(self.id, self.title, remark.status, remark.fact, remark.fix)
            for remark in remarks
        )
