"""Whether a started container is really there: to the first byte, not to the engine's word alone.

A proxy accepts connections for an app that does not listen, and engines exist whose start ignores
a port conflict. What cannot be verified is said, in warnings.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from manager.change.answers import (
    ask_all,
    listening,
    pauses,
    running,
    silent,
    tcp_ports,
    until_answer,
)
from manager.change.cost import health_seconds
from manager.change.deps import Deps
from manager.change.mappings import held_for, held_mappings
from manager.errors import ApplyFailed
from manager.interfaces import Record
from manager.model.ports import Port, PortMapping
from manager.model.text import printable


@dataclass(frozen=True, slots=True)
class Before:
    """What was true of the old container while it ran.

    talked: container ports that something listened on, None where that could not be seen.
    answered: those that answered through a published port. healthy: what its health check said.
    """

    talked: frozenset[Port] | None = None
    answered: frozenset[Port] = frozenset()
    health: str = ""


@dataclass(slots=True)
class Verified:
    """What the new container holds, and when it answered first (monotonic seconds)."""

    held: tuple[PortMapping, ...] = ()
    answered_at: float | None = None
    warnings: list[str] = field(default_factory=list)
    answers: bool = False
    """Whether a port that must answer has answered."""


def look_before(deps: Deps, record: Record) -> Before:
    """See what the old container does, so that no more is asked of the new one."""
    container = deps.engine.decode(record)
    if not container.running or not deps.engine.info().ports_here:
        return Before(health=_health(record))
    talked = listening(deps, container.pid)
    answered = frozenset[Port]()
    if talked is None and deps.patience.probe:
        tcp = tcp_ports(container.published)
        pairs = zip(tcp, ask_all(deps, tcp), strict=True)
        answered = frozenset(held.container_port for held, result in pairs if result.answering)
    return Before(talked, answered, _health(record))


def verify(deps: Deps, container_id: str, wanted: tuple[PortMapping, ...], was: Before) -> Verified:
    """Wait until the container answers as the old one did. Raises ApplyFailed, EngineError."""
    begun = deps.clock.monotonic()
    found = Verified()
    record = running(deps, container_id)
    container = deps.engine.decode(record)
    for mapping in wanted:
        if not held_for(mapping, container.published):
            raise ApplyFailed(f"it started, but the engine does not hold {mapping}")
    found.held = held_mappings(container)
    found.answered_at = begun
    if deps.patience.probe:
        _wait_for_answers(deps, record, was, found)
    _settle(deps, container_id, begun)
    _wait_for_health(deps, container_id, was, found)
    return found


def _wait_for_answers(deps: Deps, record: Record, was: Before, found: Verified) -> None:
    container_id = str(record["Id"])
    tcp = tcp_ports(deps.engine.decode(record).published)
    if not deps.engine.info().ports_here:
        if tcp:
            found.warnings.append("answers were not asked for: the engine is on another host")
        return
    patience = max(deps.patience.answer, health_seconds(record) or 0.0)
    deadline = deps.clock.monotonic() + patience
    for held, result in zip(tcp, ask_all(deps, tcp), strict=True):
        if _must_answer(held.container_port, was):
            if not result.answering:
                found.warnings += until_answer(deps, container_id, held, deadline)
                found.answered_at = deps.clock.monotonic()
            found.answers = True
        elif not result.answering:
            found.warnings.append(silent(held, result))


def _must_answer(port: Port, was: Before) -> bool:
    """Whether the old container shows that something is to be expected behind the port."""
    return port in (was.answered if was.talked is None else was.talked)


def _settle(deps: Deps, container_id: str, begun: float) -> None:
    """See that it stays up for a moment. Raises ApplyFailed when it does not."""
    left = begun + deps.patience.settle - deps.clock.monotonic()
    if left > 0:
        deps.clock.wait(left)
    record = running(deps, container_id)
    if restarts := record.get("RestartCount"):
        raise ApplyFailed(f"it does not stay up: the engine restarted it {restarts} times already")


def _wait_for_health(deps: Deps, container_id: str, was: Before, found: Verified) -> None:
    record = deps.engine.record(container_id)
    limit = health_seconds(record)
    if limit is None or not _health(record):
        return
    limit = min(limit, deps.patience.health) if found.answers else limit
    deadline = deps.clock.monotonic() + limit
    # Its health before is all that is asked for: nobody waits for what was not well anyway.
    patient = was.health != "unhealthy"
    for pause in pauses():
        health = _health(record)
        if health == "healthy":
            return
        if health == "unhealthy" and patient:
            raise ApplyFailed(f"its health check says unhealthy{_last_probe(record)}")
        if not patient or deps.clock.monotonic() >= deadline:
            verdict = "no verdict yet" if health == "starting" else health
            found.warnings.append(f"its health check: {verdict}")
            return
        deps.clock.wait(pause)
        record = running(deps, container_id)


def _health(record: Record) -> str:
    state: Mapping[str, Any] = record.get("State") or {}
    return str((state.get("Health") or {}).get("Status") or "")


def _last_probe(record: Record) -> str:
    log = ((record.get("State") or {}).get("Health") or {}).get("Log") or ()
    output = str((log[-1] or {}).get("Output") or "").strip() if log else ""
    return f": {printable(output[:200])}" if output else ""
