"""Why a swarm service's port does not answer: its tasks, the swarm's network, or the app."""

from __future__ import annotations

import shlex

from manager.model.cause import Cause, Why
from manager.model.probing import CLOSED_AT_ONCE, REFUSED, TIMEOUT
from manager.model.rows import PortRow
from manager.model.swarm import PublishMode, SwarmService


def why_service(row: PortRow, service: SwarmService, answer: str | None) -> Why | None:
    """Why it does not, None where nothing is known to be wrong. answer as in `why`."""
    name = shlex.quote(service.name)
    if service.running == 0:
        return Why(
            Cause.NO_TASK,
            f"no task of service {service.name} runs ({service.replicas or 'none'})",
            f"docker service ps --no-trunc {name} says why",
        )
    if answer == CLOSED_AT_ONCE:
        port = row.container_port
        return Why(
            Cause.NOTHING_LISTENS,
            f"the connection is taken and closed at once: nothing listens on {port} in the task,"
            " or only on its own loopback",
            f"docker service logs --tail 20 {name} says what it does",
        )
    if answer not in {REFUSED, TIMEOUT}:
        return None
    if row.mode is PublishMode.HOST:
        return Why(
            Cause.REFUSED,
            "a port in mode host is open on those nodes alone that run a task of it",
            f"docker service ps {name} names them",
        )
    return Why(
        Cause.INGRESS,
        "its tasks run, and the swarm's ingress network does not bring the connection to them"
        " (the kernel of this node may lack IPVS)",
        "modprobe ip_vs, or docker network inspect ingress",
    )
