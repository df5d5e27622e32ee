"""Carry a plan out: create beside, compare, stop, take over, verify, commit, remove.

Each step is one Engine call, written down and synced in the journal before it is made. Nothing is
removed before the commit, and any failure before it leads back to the old containers.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from manager.change.account import Account
from manager.change.deps import Deps, Watch
from manager.change.entry import Entry, Phase
from manager.change.facts import Facts, gather
from manager.change.plan import Operation, Outcome, Plan, Status
from manager.change.planner import plan_change
from manager.change.prepare import begin_entry
from manager.change.recover import check_recovered
from manager.change.steps import Steps
from manager.change.wayback import WayBack
from manager.errors import (
    ApplyFailed,
    EngineUnavailable,
    PmapError,
    Refused,
    StalePlan,
)
from manager.interfaces import Progress
from manager.model.ports import PortMapping

_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 1.0


def apply(plan: Plan, deps: Deps, progress: Progress | None = None) -> Outcome:
    """Carry out a plan; the outcome says whether it holds, was refused, or was undone.

    Raises, with nothing touched: ChangeInProgress (another change is under way, or was left
    open), StalePlan or Refused (the host is not as it was when the plan was made), EngineError.
    """
    key = deps.engine.info().key
    with deps.journal.lock(key) as lock_fd:
        check_recovered(deps.journal, key, plan)
        if plan.empty:
            return Outcome.untouched(plan)
        # The watchdog loads while the plan is checked and the new container is created.
        with deps.guard.arm(plan.id, lock_fd) as watch:
            plan, facts = _replanned(plan, deps)
            entry = begin_entry(plan, facts, deps)
            account = Account(deps.clock, progress)
            return _Change(deps, plan, entry, watch, account).run()


def _replanned(plan: Plan, deps: Deps) -> tuple[Plan, Facts]:
    """The same plan from what is true now. Raises StalePlan when it is not the same."""
    snapshot = deps.snapshot()
    facts = gather(deps.engine, deps.host, snapshot, plan.request, deps.preferences)
    facts = replace(facts, id=plan.id)
    fresh = plan_change(snapshot, plan.request, facts)
    if not plan.same_change(fresh):
        raise StalePlan(
            f"{plan.container} or this host has changed since the plan was made",
            hint="make the plan anew",
        )
    return fresh, facts


@dataclass(slots=True)
class _Change:
    """One change under way."""

    deps: Deps
    plan: Plan
    entry: Entry
    watch: Watch
    account: Account

    def run(self) -> Outcome:
        """Every step up to the commit, or the way back."""
        steps = Steps(self.deps, self.entry, self.watch)
        try:
            steps.save()
            for operation in self.plan.until_commit:
                self._take(operation, steps)
        except (PmapError, OSError, KeyboardInterrupt) as error:
            return self._back(error, steps)
        return self._finish(steps)

    def _take(self, operation: Operation, steps: Steps) -> None:
        self.account.timed(f"{operation.kind} {operation.resource}", lambda: steps.take(operation))

    def _finish(self, steps: Steps) -> Outcome:
        """After the commit: what goes wrong now leaves an open entry, never a way back."""
        warnings = list(steps.warnings)
        hint = ""
        interrupted = False
        try:
            try:
                self._clean_up(steps)
            except KeyboardInterrupt:
                # It holds, and little is left to do; a second one leaves it to the watchdog.
                interrupted = True
                self._clean_up(steps)
        except (PmapError, OSError) as error:
            warnings.append(f"the new one holds, but not all was cleaned up: {_words(error)}")
            hint = "pmap recover"
        return self._outcome(
            Status.APPLIED,
            steps,
            after=steps.held,
            warnings=tuple(warnings),
            hint=hint,
            interrupted=interrupted,
        )

    def _clean_up(self, steps: Steps) -> None:
        for operation in self.plan.operations[len(self.plan.until_commit) :]:
            self._take(operation, steps)
        self._close(steps.entry, Status.APPLIED, steps.held)

    def _back(self, error: PmapError | OSError | KeyboardInterrupt, steps: Steps) -> Outcome:
        """Undo what was done, and say why."""
        touched = any(member.phase >= Phase.STOPPING for member in steps.entry.members)
        reason = _words(error)
        way = WayBack(
            steps.entry, self.deps.engine, self.deps.journal, self.deps.files, self.deps.clock
        )
        troubles: list[str] = []
        try:
            self.account.timed("the way back", lambda: self._patiently(way))
            if way.troubles:
                raise ApplyFailed("; ".join(way.troubles))
        except (PmapError, OSError) as trouble:
            troubles.append(_words(trouble))
        status = Status.ROLLED_BACK if touched or not isinstance(error, Refused) else Status.REFUSED
        if troubles:
            return self._outcome(
                Status.ROLLBACK_FAILED,
                steps,
                reason=f"{reason}; and on the way back: {'; '.join(troubles)}",
                warnings=tuple(way.notes),
                hint="pmap recover",
            )
        notes = [*way.notes, *self._closed_quietly(way.entry, status, reason)]
        return self._outcome(
            status,
            steps,
            after=self.plan.before,
            reason=reason,
            warnings=tuple(notes),
            hint=error.hint if isinstance(error, PmapError) else "",
            interrupted=isinstance(error, KeyboardInterrupt),
        )

    def _patiently(self, way: WayBack) -> None:
        """Go the way back, waiting for an engine that went away. Raises PmapError."""
        clock = self.deps.clock
        deadline = clock.monotonic() + self.deps.patience.engine
        pause = _FIRST_PAUSE
        while True:
            try:
                return way.run()
            except EngineUnavailable:
                if clock.monotonic() >= deadline:
                    raise
            way.troubles.clear()
            clock.wait(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    def _close(
        self, entry: Entry, status: Status, after: tuple[PortMapping, ...], reason: str = ""
    ) -> None:
        if status is Status.REFUSED:
            self.deps.journal.discard(entry.tx)
            return
        ended = self.deps.clock.now()
        summary = entry.summary(status, ended=ended, after=after, reason=reason)
        self.deps.journal.close(entry.tx, summary)

    def _closed_quietly(self, entry: Entry, status: Status, reason: str) -> list[str]:
        """Close the journal after a way back that worked; what is odd about it."""
        try:
            self._close(entry, status, self.plan.before, reason)
        except (PmapError, OSError) as error:
            return [f"the journal could not be closed: {_words(error)}; pmap recover"]
        return []

    def _outcome(
        self,
        status: Status,
        steps: Steps,
        *,
        after: tuple[PortMapping, ...] = (),
        reason: str = "",
        warnings: tuple[str, ...] = (),
        hint: str = "",
        interrupted: bool = False,
    ) -> Outcome:
        applied = status is Status.APPLIED
        return Outcome(
            id=self.plan.id,
            status=status,
            plan=self.plan,
            before=self.plan.before,
            after=after,
            new_container_id=steps.entry.members[0].new_id if applied else None,
            downtime_ms=steps.downtime_ms if applied else None,
            warnings=(*self.plan.warnings, *warnings),
            steps=tuple(self.account.steps),
            reason=reason,
            differences=steps.differences,
            logs=steps.logs,
            interrupted=interrupted,
            hint=hint,
        )


def _words(error: PmapError | OSError | KeyboardInterrupt) -> str:
    if isinstance(error, KeyboardInterrupt):
        return "interrupted"
    return error.message if isinstance(error, PmapError) else str(error)
