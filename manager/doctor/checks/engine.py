"""Whether an engine answers, which one, and whether its ports are this host's."""

from __future__ import annotations

from collections.abc import Iterator

from manager.doctor.check import Check
from manager.doctor.examination import Examination
from manager.doctor.result import Remark, failed, passed


def _look(facts: Examination) -> Iterator[Remark]:
    info = facts.info
    if info is None:
        error = facts.unavailable
        said = error.message if error else "no engine answers"
        yield failed(said, (error.hint if error else "") or "systemctl start docker")
        return
    name = "Podman" if info.podman else "Docker"
    api = ".".join(map(str, info.api_version))
    where = (
        "on this host"
        if info.local
        else "on another host: its firewall, settings and sockets are not looked at"
    )
    yield passed(f"{name} {info.version} (API {api}) at {info.host}, {where}")


CHECK = Check("engine", "Engine", _look)
