"""Whether a published port answers: asked for real, and what its silence means."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from manager.change.deps import Deps
from manager.change.inside import reachable_ports
from manager.errors import ApplyFailed
from manager.interfaces import ConnectResult, Record
from manager.model.ports import IPAddress, IPProtocol, Port, PublishedPort, parse_ip
from manager.model.text import printable

_FIRST_PAUSE, _LONGEST_PAUSE = 0.01, 0.5
_AT_ONCE = 16


def tcp_ports(published: Iterable[PublishedPort]) -> list[PublishedPort]:
    """Those that can be connected to."""
    return [held for held in published if held.container_port.protocol is IPProtocol.TCP]


def running(deps: Deps, container_id: str) -> Record:
    """The record of a container that must be running. Raises ApplyFailed when it is not."""
    record = deps.engine.record(container_id)
    state: Mapping[str, Any] = record.get("State") or {}
    if state.get("Running") and not state.get("Restarting"):
        return record
    last = deps.engine.logs(container_id, tail=3).strip().splitlines()
    says = f"; its last words: {printable(' | '.join(last))}" if last else ""
    raise ApplyFailed(f"it did not stay up, exit code {state.get('ExitCode')}{says}")


def until_answer(deps: Deps, container_id: str, held: PublishedPort, deadline: float) -> list[str]:
    """Wait for the port to answer; what is odd about it.

    Raises ApplyFailed when the container dies, or nothing answers, until the deadline.
    """
    begun = deps.clock.monotonic()
    for pause in pauses():
        deps.clock.wait(pause)
        result = _ask(deps, held)
        if result.answering:
            return []
        inside = listening(deps, deps.engine.decode(running(deps, container_id)).pid)
        listens = inside is not None and held.container_port in inside
        if listens and result.answer == "closed-at-once":
            return [f"{held}: the app takes the connection and closes it at once"]
        if deps.clock.monotonic() >= deadline:
            break
    waited = deps.clock.monotonic() - begun
    raise ApplyFailed(f"{held} does not answer as it did before, {waited:.0f} s after the start")


def silent(held: PublishedPort, result: ConnectResult) -> str:
    """What the silence of a port means, in words."""
    words = {
        "closed-at-once": "nothing listens behind it in the container",
        "refused": "connections are refused",
        "timeout": "connections are not answered",
    }
    return f"{held} does not answer: {words.get(result.answer, result.detail or result.answer)}"


def ask_all(deps: Deps, ports: Sequence[PublishedPort]) -> list[ConnectResult]:
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


def listening(deps: Deps, pid: int | None) -> frozenset[Port] | None:
    """Ports that listen inside and can be reached; None where nobody can look.

    The pid of a process in a virtual machine is another one's here.
    """
    if not pid or not deps.engine.info().local:
        return None
    sockets = deps.host.listening_inside(pid)
    return None if sockets is None else reachable_ports(sockets)


def pauses() -> Iterator[float]:
    """Growing pauses between looks, in seconds."""
    pause = _FIRST_PAUSE
    while True:
        yield pause
        pause = min(pause * 1.5, _LONGEST_PAUSE)
