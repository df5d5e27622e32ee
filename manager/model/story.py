"""Why a mapping that was asked for does not answer: declared, bound, answering, and what to type.

Most pain is a mapping that is one of these and not the next. Commands and the screen say the
same sentence, and offer the same next step.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from manager.model.advice import advice_for
from manager.model.behind import before, behind
from manager.model.cause import Cause, Why
from manager.model.conflict import Conflict
from manager.model.container import Container, ContainerState
from manager.model.inside import InsideView
from manager.model.rows import PortRow, Source
from manager.model.service_story import why_service
from manager.model.snapshot import EngineInfo
from manager.model.version import engine_version


def why(
    row: PortRow,
    *,
    conflicts: Sequence[Conflict] = (),
    inside: InsideView | None = None,
    answer: str | None = None,
    start_error: str = "",
    engine: EngineInfo | None = None,
) -> Why | None:
    """Why a row's port does not do what was asked; None where nothing is known to be wrong.

    conflicts: who is in its way. inside: what listens in the container, None for unknown.
    answer: how a connect ended, by the words of ConnectResult, None where none was made.
    start_error: what the engine said when the container failed to start.
    """
    container = row.container
    if row.service is not None:
        return why_service(row, row.service, answer)
    if container is None or row.source is Source.COMPOSE_FILE:
        return None
    if row.source is Source.RESERVED:
        return _at_rest(row, container, conflicts, start_error)
    if row.bound is False:
        return _unbound(row, container, engine)
    if container.state is ContainerState.PAUSED:
        return Why(
            Cause.PAUSED,
            f"{container.name} is paused: connections are taken and nobody answers",
            f"docker unpause {_quoted(container)}",
        )
    return behind(row, container, inside, answer) or before(row, container, inside, answer)


def _quoted(container: Container) -> str:
    return shlex.quote(container.name)


def _at_rest(
    row: PortRow, container: Container, conflicts: Sequence[Conflict], start_error: str
) -> Why:
    name = _quoted(container)
    if conflicts:
        held = f"{conflicts[0].wanted} is held by {conflicts[0].holder}"
        lost = f"{container.name} lost its port at its start and stayed behind as created"
        stopped = f"{container.name} is {container.state} and could not start"
        said = lost if container.state is ContainerState.CREATED and start_error else stopped
        return Why(Cause.CONFLICT, f"{said}: {held}", advice_for(conflicts[0].holder))
    if container.state is ContainerState.CREATED and start_error:
        return Why(
            Cause.LOST_AT_START,
            f"{container.name} failed to start and stayed behind as created ({start_error});"
            f" its port is free now",
            f"docker start {name}",
        )
    return Why(
        Cause.STOPPED,
        f"{container.name} is {container.state}; it takes {row.host} at its next start",
        f"docker start {name}",
    )


def _unbound(row: PortRow, container: Container, engine: EngineInfo | None) -> Why:
    name = _quoted(container)
    if container.state is ContainerState.RESTARTING:
        return Why(
            Cause.RESTARTING,
            f"{container.name} ends and is restarted again and again, and holds no port meanwhile",
            f"docker logs --tail 20 {name} says why",
        )
    mode = container.network_mode
    if mode == "none" or mode.startswith("container:"):
        whose = "no network" if mode == "none" else "the network of another container"
        return Why(
            Cause.NO_NETWORK,
            f"{container.name} has {whose}, so the engine publishes nothing for it",
            "create it on a network of its own"
            if mode == "none"
            else f"publish the port on {mode.partition(':')[2][:12]} instead",
        )
    said = f"the engine does not hold {row.host}: {container.name} runs without it"
    version = engine_version(engine.version) if engine and not engine.podman else None
    if version is not None and (29, 1, 0) <= version < (29, 3, 0):
        said += f" (engine {engine.version if engine else ''} starts in spite of a taken port)"
    port = row.host_ports.start if row.host_ports else None
    who = f"pmap who {port}, then " if port else ""
    return Why(Cause.NOT_BOUND, said, f"{who}docker restart {name}")
