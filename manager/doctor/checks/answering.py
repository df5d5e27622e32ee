"""Published ports behind which no app can answer: another port, its own loopback, nothing at all.

Looked up in the container's own tables of sockets; nothing is connected to.
"""

from __future__ import annotations

from collections.abc import Iterator

from manager.doctor.check import Check
from manager.doctor.examination import Examination
from manager.doctor.result import Remark, failed, passed
from manager.model.inside import inside_view
from manager.model.rows import Source
from manager.model.story import why


def _look(facts: Examination) -> Iterator[Remark]:
    if not facts.ours:
        return
    seen = dark = 0
    told: set[tuple[str, str]] = set()
    for row in facts.rows:
        if row.container is None or row.container_port is None or not row.bound:
            continue
        if row.source is not Source.PUBLISHED:
            continue
        sockets = facts.inside(row.container)
        if sockets is None:
            dark += 1
            continue
        seen += 1
        reason = why(row, inside=inside_view(row.container_port, sockets), engine=facts.info)
        key = (row.container.id, str(row.container_port))
        if reason is not None and key not in told:
            told.add(key)
            yield failed(f"{row.host} ({row.container.name}): {reason.sentence}", reason.next)
    if not told:
        unseen = f"; {dark} cannot be looked into" if dark and seen else ""
        said = f"something listens behind each of {seen} published ports{unseen}"
        yield passed(said if seen else f"{dark or 'no'} published ports, and none looked into")


CHECK = Check("answering", "Answering", _look)
