"""Plans and applies in the background, so that no key waits for the engine.

Only the newest draft is planned; the plan of an older one is not told. A change that has begun
is never interrupted from here: whoever wants to leave waits for it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from textual.message import Message

from manager.errors import EngineError, PmapError, Refused
from manager.model.portclass import FreePortSearch
from tui.background import in_background
from tui.drafts import Draft, options_of, read_address, read_target, requests
from tui.kinds import Kind
from tui.messages import ChangeEnded, LookedInside, PlanReady, StepTaken

if TYPE_CHECKING:
    from manager.change.plan import Plan
    from manager.model.container import Container
    from manager.service import PortManager

_AGREEMENTS: dict[str, Any] = {"layer": "keep", "auto_remove": True, "expose": True}
"""What a person may agree to when asked, and has not yet."""


class Desk:
    """Works for one form. `tell` posts a message to the screen, from any thread."""

    def __init__(self, manager: PortManager, tell: Callable[[Message], object]) -> None:
        self._manager = manager
        self._tell = tell
        self._lock = threading.Condition()
        self._wanted: tuple[int, Draft] | None = None
        self._closed = False
        threading.Thread(target=self._plan, name="pmap-plan", daemon=True).start()

    def plan(self, ticket: int, draft: Draft) -> None:
        """Plan this draft next; an older one that has not begun is forgotten."""
        with self._lock:
            self._wanted = (ticket, draft)
            self._lock.notify()

    def look_inside(self, container: Container) -> None:
        """Find out what listens in a container, for the field that leads there."""

        def look() -> None:
            try:
                ports = self._manager.listening(container)
            except PmapError:
                # A help for typing, no more: the field goes without it.
                ports = ()
            self._tell(LookedInside(container.id, ports))

        in_background(look, "pmap-inside")

    def close(self) -> None:
        """Plan nothing more."""
        with self._lock:
            self._closed = True
            self._lock.notify()

    def apply(self, plans: Sequence[Plan]) -> None:
        """Carry the plans out, one after the other, in the background."""
        threading.Thread(
            target=self._apply, args=(tuple(plans),), name="pmap-change", daemon=True
        ).start()

    def _plan(self) -> None:
        while True:
            with self._lock:
                self._lock.wait_for(lambda: self._wanted is not None or self._closed)
                if self._closed or self._wanted is None:
                    return
                (ticket, draft), self._wanted = self._wanted, None
            self._tell(self._answer(ticket, draft))

    def _answer(self, ticket: int, draft: Draft) -> PlanReady:
        try:
            return PlanReady(ticket, plans_of(self._manager, draft))
        except Refused as error:
            return PlanReady(
                ticket, (), error, self._free_near(draft, error), self._agreements(draft, error)
            )
        except PmapError as error:
            return PlanReady(ticket, (), error)

    def _free_near(self, draft: Draft, error: Refused) -> int | None:
        """The next free port where another one was refused for its holder."""
        if not error.conflicts or draft.kind not in {Kind.PUBLISH, Kind.MOVE}:
            return None
        wanted = error.conflicts[0].wanted
        address = read_address(draft.address) or wanted.host_ip
        protocol = read_target(draft.target)[1] or wanted.protocol
        search = FreePortSearch(near=wanted.host_port)
        try:
            found = self._manager.free(search, host_ip=address, protocol=protocol)
        except EngineError:
            return None
        return found[0] if found else None

    def _agreements(self, draft: Draft, refusal: Refused) -> frozenset[str]:
        """The choices of the draft that would get past the refusal: tried, not guessed."""
        found = set()
        for name, value in _AGREEMENTS.items():
            try:
                plans_of(self._manager, replace(draft, **{name: value}))
            except Refused as other:
                if other.message == refusal.message:
                    continue
            except PmapError:
                continue
            found.add(name)
        return frozenset(found)

    def _apply(self, plans: tuple[Plan, ...]) -> None:
        for number, plan in enumerate(plans):
            last = number == len(plans) - 1
            try:
                outcome = self._manager.apply(plan, self._step)
            except PmapError as error:
                self._tell(ChangeEnded(None, error, last=True))
                return
            held = outcome.status.value == "applied"
            self._tell(ChangeEnded(outcome, last=last or not held))
            if not held:
                return

    def _step(self, name: str, state: str, seconds: float) -> None:
        self._tell(StepTaken(name, state, seconds))


def plans_of(manager: PortManager, draft: Draft) -> tuple[Plan, ...]:
    """The plans of a draft, one a container. Raises Refused, InvalidPortSpec, EngineError."""
    if draft.kind is Kind.UNDO:
        return (manager.plan(manager.undo_request(draft.undo_of, **options_of(draft))),)
    return tuple(manager.plan(request) for request in requests(draft))
