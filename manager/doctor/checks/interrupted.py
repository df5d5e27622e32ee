"""Changes that were interrupted and wait to be finished or turned back."""

from __future__ import annotations

from collections.abc import Iterator

from manager.doctor.check import Check
from manager.doctor.examination import Examination
from manager.doctor.result import Remark, failed, passed


def _look(facts: Examination) -> Iterator[Remark]:
    entries = facts.journal.open_entries()
    for entry in entries:
        if corrupt := entry.get("corrupt"):
            yield failed(
                f"the journal of change {entry.get('tx')} cannot be read: {corrupt}", "pmap recover"
            )
        else:
            name = entry.get("name") or "a container"
            yield failed(f"a change of {name} was interrupted", "pmap recover")
    if not entries:
        yield passed("no change was interrupted")


CHECK = Check("interrupted", "Interrupted", _look)
