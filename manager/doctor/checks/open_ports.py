"""Published ports that others than this host can reach."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

from manager.doctor.check import Check
from manager.doctor.examination import Examination
from manager.doctor.result import Remark, passed, warned
from manager.model.container import SWARM_SERVICE_LABEL, TASK_LABEL
from manager.model.exposure import Exposure
from manager.model.rows import PortRow, Source
from manager.model.verdict import CLOSED_TO_NEIGHBOURS
from manager.model.version import engine_version

_NAMED = 5


def _look(facts: Examination) -> Iterator[Remark]:
    if facts.info is None:
        return
    rows = [row for row in facts.rows if row.bound and row.source is Source.PUBLISHED]
    wide = [row for row in rows if row.exposure is not Exposure.LOOPBACK]
    if wide:
        yield warned(
            f"{len(wide)} of {len(rows)} published ports are open beyond this host: {listed(wide)}",
            closing(wide),
        )
    version = engine_version(facts.info.version)
    if version is not None and version >= CLOSED_TO_NEIGHBOURS:
        for row in rows:
            if row not in wide and (verdict := facts.verdict(row)).neighbours:
                yield warned(verdict.caveats[0], "use a network with the gateway mode nat")
    if not wide:
        said = f"all {len(rows)} published ports are on loopback" if rows else ""
        yield passed(said or "nothing is published")


def listed(rows: Sequence[PortRow]) -> str:
    """`*:8080 (web), 192.0.2.1:53 (dns) and 3 more`."""
    named = [f"{row.host} ({row.container.name})" for row in rows[:_NAMED] if row.container]
    more = f" and {len(rows) - _NAMED} more" if len(rows) > _NAMED else ""
    return f"{', '.join(named)}{more}"


def closing(rows: Sequence[PortRow]) -> str:
    """The command that closes them; a swarm's ports cannot be on loopback, only taken away."""
    containers = [row.container for row in rows if row.container]
    names = dict.fromkeys(c.name for c in containers if TASK_LABEL not in c.labels)
    if names:
        return f"pmap loopback {' '.join(map(shlex.quote, names))}"
    services = [c.labels.get(SWARM_SERVICE_LABEL, c.name) for c in containers]
    port = rows[0].container_port
    inner = port.number if port else "PORT"
    return f"docker service update --publish-rm {inner} {shlex.quote(services[0])}"


CHECK = Check("open-ports", "Open ports", _look)
