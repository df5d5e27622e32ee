"""Whether a started container is really there: to the first byte, not to the engine's word alone.

A proxy accepts connections for an app that does not listen, and engines exist whose start ignores
a port conflict. What cannot be verified is said, in warnings.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from manager.change.cost import health_seconds
from manager.change.deps import Deps
from manager.change.mappings import held_for, held_mappings
from manager.errors import ApplyFailed
from manager.interfaces import ConnectResult, Record
from manager.model.listener import HostSocket
from manager.model.ports import IPAddress, IPProtocol, Port, PortMapping, PublishedPort, parse_ip

_FIRST_PAUSE, _LONGEST_PAUSE = 0.01, 0.5
_AT_ONCE = 16


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
    if not container.running or not deps.engine.info().local:
        return Before(health=_health(record))
    talked = _listening(deps, container.pid)
    answered = frozenset[Port]()
    if talked is None and deps.patience.probe:
        tcp = _tcp(container.published)
        pairs = zip(tcp, _ask_all(deps, tcp), strict=True)
        answered = frozenset(held.container_port for held, result in pairs if result.answering)
    return Before(talked, answered, _health(record))


def verify(deps: Deps, container_id: str, wanted: tuple[PortMapping, ...], was: Before) -> Verified:
    """Wait until the container answers as the old one did. Raises ApplyFailed, EngineError."""
    begun = deps.clock.monotonic()
    found = Verified()
    record = _running(deps, container_id)
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


def _running(deps: Deps, container_id: str) -> Record:
    """The record of a container that must be running. Raises ApplyFailed when it is not."""
    record = deps.engine.record(container_id)
    state: Mapping[str, Any] = record.get("State") or {}
    if state.get("Running") and not state.get("Restarting"):
        return record
    last = deps.engine.logs(container_id, tail=3).strip()
    says = f"; its last words: {last}" if last else ""
    raise ApplyFailed(f"it did not stay up, exit code {state.get('ExitCode')}{says}")


def _wait_for_answers(deps: Deps, record: Record, was: Before, found: Verified) -> None:
    container_id = str(record["Id"])
    tcp = _tcp(deps.engine.decode(record).published)
    if not deps.engine.info().local:
        if tcp:
            found.warnings.append("answers were not asked for: the engine is on another host")
        return
    patience = max(deps.patience.answer, health_seconds(record) or 0.0)
    deadline = deps.clock.monotonic() + patience
    for held, result in zip(tcp, _ask_all(deps, tcp), strict=True):
        if _must_answer(held.container_port, was):
            if not result.answering:
                found.warnings += _until_answer(deps, container_id, held, deadline)
                found.answered_at = deps.clock.monotonic()
            found.answers = True
        elif not result.answering:
            found.warnings.append(_silent(held, result))


def _tcp(published: Iterable[PublishedPort]) -> list[PublishedPort]:
    return [held for held in published if held.container_port.protocol is IPProtocol.TCP]


def _must_answer(port: Port, was: Before) -> bool:
    """Whether the old container shows that something is to be expected behind the port."""
    return port in (was.answered if was.talked is None else was.talked)


def _until_answer(deps: Deps, container_id: str, held: PublishedPort, deadline: float) -> list[str]:
    """Wait for the port to answer; what is odd about it.

    Raises ApplyFailed when the container dies, or nothing answers, until the deadline.
    """
    begun = deps.clock.monotonic()
    for pause in _pauses():
        deps.clock.wait(pause)
        result = _ask(deps, held)
        if result.answering:
            return []
        inside = _listening(deps, deps.engine.decode(_running(deps, container_id)).pid)
        listens = inside is not None and held.container_port in inside
        if listens and result.answer == "closed-at-once":
            return [f"{held}: the app takes the connection and closes it at once"]
        if deps.clock.monotonic() >= deadline:
            break
    waited = deps.clock.monotonic() - begun
    raise ApplyFailed(f"{held} does not answer as it did before, {waited:.0f} s after the start")


def _silent(held: PublishedPort, result: ConnectResult) -> str:
    words = {
        "closed-at-once": "nothing listens behind it in the container",
        "refused": "connections are refused",
        "timeout": "connections are not answered",
    }
    return f"{held} does not answer: {words.get(result.answer, result.detail or result.answer)}"


def _ask_all(deps: Deps, ports: Sequence[PublishedPort]) -> list[ConnectResult]:
    """Ask at the same time: an app that waits to be spoken to takes its time to be heard."""
    if not ports:
        return []
    with ThreadPoolExecutor(min(len(ports), _AT_ONCE)) as pool:
        return list(pool.map(lambda held: _ask(deps, held), ports))


def _ask(deps: Deps, held: PublishedPort) -> ConnectResult:
    return deps.host.connect(
        _reachable(held.host_ip), held.host_port, timeout=deps.patience.connect
    )


def _reachable(host_ip: IPAddress) -> IPAddress:
    """Where to connect to: an unspecified address is asked for through loopback."""
    if not host_ip.is_unspecified:
        return host_ip
    return parse_ip("127.0.0.1" if host_ip.version == 4 else "::1")


def _listening(deps: Deps, pid: int | None) -> frozenset[Port] | None:
    """Ports that something listens on inside, where a published port can reach it."""
    sockets: tuple[HostSocket, ...] | None = deps.host.listening_inside(pid) if pid else None
    if sockets is None:
        return None
    return frozenset(
        Port(socket.host_port, socket.protocol)
        for socket in sockets
        if socket.host_ip is None or not socket.host_ip.is_loopback
    )


def _settle(deps: Deps, container_id: str, begun: float) -> None:
    """See that it stays up for a moment. Raises ApplyFailed when it does not."""
    left = begun + deps.patience.settle - deps.clock.monotonic()
    if left > 0:
        deps.clock.wait(left)
    record = _running(deps, container_id)
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
    for pause in _pauses():
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
        record = _running(deps, container_id)


def _health(record: Record) -> str:
    state: Mapping[str, Any] = record.get("State") or {}
    return str((state.get("Health") or {}).get("Status") or "")


def _last_probe(record: Record) -> str:
    log = ((record.get("State") or {}).get("Health") or {}).get("Log") or ()
    output = str((log[-1] or {}).get("Output") or "").strip() if log else ""
    return f": {output[:200]}" if output else ""


def _pauses() -> Iterator[float]:
    """Growing pauses between looks, in seconds."""
    pause = _FIRST_PAUSE
    while True:
        yield pause
        pause = min(pause * 1.5, _LONGEST_PAUSE)
