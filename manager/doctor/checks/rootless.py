"""Whether the engine runs without root, and what that keeps it from."""

from __future__ import annotations

from collections.abc import Iterator

from manager.doctor.check import Check
from manager.doctor.examination import Examination
from manager.doctor.result import Remark, passed


def _look(facts: Examination) -> Iterator[Remark]:
    info = facts.info
    if info is None:
        return
    if not info.rootless:
        yield passed("the engine runs as root: it may bind every port")
        return
    start = facts.surroundings.unprivileged_start()
    low = f"ports below {start} cannot be published, and " if start > 0 and info.local else ""
    yield passed(
        f"the engine runs without root: {low}containers may see the host's address instead of"
        " the client's"
    )


CHECK = Check("rootless", "Rootless", _look)
