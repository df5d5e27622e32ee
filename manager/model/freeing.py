"""How a held port can be freed: for each holder the right way, and why there is none. Pure."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from manager.model.advice import advice_for, service_of, spec_for
from manager.model.conflict import ENGINE_ITSELF, HOST_NETWORK, Holder, HolderKind
from manager.model.container import Container
from manager.model.listener import Process

_EVERY_NODE = "a swarm service is open on every address of every node, also where it is moved to"

AskProcess = Callable[[Process], str]


class How(StrEnum):
    """The ways, by the words of `who --free --how`."""

    MOVE = "move"
    STOP = "stop"
    END = "end"
    KILL = "kill"


@dataclass(frozen=True, slots=True)
class WayOut:
    """One way: what it does in words, and the command that does the same by hand."""

    how: How
    text: str
    command: str


@dataclass(frozen=True, slots=True)
class Offer:
    """The ways out for one holder, the best first; `why_not` says why there is none.

    notes are what a person should know before choosing.
    """

    holder: Holder
    ways: tuple[WayOut, ...] = ()
    notes: tuple[str, ...] = ()
    why_not: str = ""

    @property
    def bound(self) -> bool:
        """Whether the port is held now; a stopped container and a setting only speak for it."""
        return self.holder.kind.binds

    def way(self, how: How) -> WayOut | None:
        """The way of that name; KILL is the stronger END."""
        wanted = How.END if how is How.KILL else how
        return next((way for way in self.ways if way.how is wanted), None)

    def refusal(self, how: How) -> str:
        """Why `how` is no way for this holder, in a sentence."""
        if self.why_not:
            return f"{self.holder}: {self.why_not}"
        fits = " or ".join(f"--how {way.how}" for way in self.ways)
        return f"{self.holder} cannot be freed by {how}: {fits}"


def offers(
    holders: Iterable[Holder], *, untouchable: AskProcess, keeper: AskProcess
) -> tuple[Offer, ...]:
    """What can be done about each holder.

    untouchable says why a process must never be signalled, keeper which command stops what would
    start it again; both are empty where there is nothing to say.
    """
    return tuple(_offer(holder, untouchable, keeper) for holder in holders)


def _offer(holder: Holder, untouchable: AskProcess, keeper: AskProcess) -> Offer:
    if (service := service_of(holder)) is not None:
        return Offer(holder, (_move_service(holder, service),), (_EVERY_NODE,))
    if holder.container is not None and holder.container.pod:
        return Offer(holder, why_not=advice_for(holder))
    if holder.container is not None:
        return _for_container(holder, holder.container)
    if holder.kind is HolderKind.PROCESS and not holder.note and holder.process is not None:
        return _for_process(holder, holder.process, untouchable, keeper)
    return Offer(holder, why_not=_nothing_to_do(holder))


def _move_service(holder: Holder, service: str) -> WayOut:
    command = advice_for(holder).partition(" gives")[0]
    return WayOut(How.MOVE, f"move it: service {service} gets another port instead", command)


def _nothing_to_do(holder: Holder) -> str:
    if holder.kind is HolderKind.RESERVATION:
        return f"the settings keep it free ({holder.note}): pmap config shows them"
    if holder.note == ENGINE_ITSELF:
        return f"an engine is never ended; {advice_for(holder)}"
    return advice_for(holder)


def _for_container(holder: Holder, container: Container) -> Offer:
    name = shlex.quote(container.name)
    stop = WayOut(
        How.STOP,
        f"stop container {container.name}; it takes the port again when it starts",
        f"docker stop {name}",
    )
    if holder.note == HOST_NETWORK:
        note = "it listens on the host's own network: its port is set in the app, not in the engine"
        return Offer(holder, (stop,), (note,))
    spec = shlex.quote(str(spec_for(holder.socket, container)))
    move = WayOut(
        How.MOVE,
        f"move it: {container.name} gets a free port on 127.0.0.1 instead",
        f"pmap move {name} {spec} 0",
    )
    if holder.kind is HolderKind.STOPPED_CONTAINER:
        return Offer(holder, (move,), ("it holds nothing now: it takes the port when it starts",))
    return Offer(holder, (move, stop), tuple(_stop_notes(container)))


def _stop_notes(container: Container) -> Iterator[str]:
    if container.origin is not None:
        yield (f"stopped, docker compose up brings {container.origin.service} and its port back")


def _for_process(
    holder: Holder, process: Process, untouchable: AskProcess, keeper: AskProcess
) -> Offer:
    if reason := untouchable(process):
        return Offer(holder, why_not=reason)
    name = f"process {process.pid} ({process.name or 'unknown'})"
    end = WayOut(How.END, f"end {name}: TERM lets it finish", f"kill {process.pid}")
    stop = keeper(process)
    note = (f"it may be started again at once; to prevent that: {stop}",) if stop else ()
    return Offer(holder, (end,), note)
