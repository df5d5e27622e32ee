"""Carry out a service's change: one update, watched until it is rolled out, or taken back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from manager.change.account import Account
from manager.change.deps import Deps
from manager.change.plan import Outcome, Plan, ServiceUpdate, Status
from manager.change.recover import check_recovered
from manager.change.service_plan import gather_service, plan_service, service_summary
from manager.errors import EngineError, PmapError, StalePlan
from manager.interfaces import Progress
from manager.model.swarm import Rollout

PATIENCE = 60.0
"""Seconds for a rollout; one that takes longer goes on by itself, and that is said."""

TROUBLE_PATIENCE = 10.0
"""Seconds for which a task may be kept from running before the update is taken back."""

_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 1.0


def apply_service(plan: Plan, deps: Deps, progress: Progress | None = None) -> Outcome:
    """Carry out a plan; the outcome says whether it holds or was taken back.

    Raises, with nothing touched: ChangeInProgress, StalePlan, Refused, EngineError.
    """
    update = plan.service_update
    if update is None:
        return Outcome.untouched(plan)
    key = deps.engine.info().key
    with deps.journal.lock(key):
        check_recovered(deps.journal, key, plan)
        _require_fresh(plan, deps)
        return _Update(deps, plan, update, Account(deps.clock, progress)).run()


def _require_fresh(plan: Plan, deps: Deps) -> None:
    """Make the plan again from what is true now. Raises StalePlan when it is another."""
    snapshot = deps.snapshot()
    service = snapshot.service(plan.container)
    if service is not None:
        facts = gather_service(deps.host, snapshot, plan.request, service)
        if plan_service(snapshot, plan.request, facts).service_update == plan.service_update:
            return
    raise StalePlan(
        f"{plan.container} has changed since the plan was made", hint="make the plan anew"
    )


@dataclass(slots=True)
class _Update:
    """One update under way."""

    deps: Deps
    plan: Plan
    update: ServiceUpdate
    account: Account
    begun: float = 0.0

    def run(self) -> Outcome:
        """Update and watch; what fails before the update is raised, nothing was changed then."""
        self.begun = self.deps.clock.now()
        swarm, service = self.deps.engine.swarm(), self.update.service
        start = self.account.begin(f"update {service.name}")
        swarm.publish(service, self.update.ports)
        self.account.end(f"update {service.name}", start)
        start = self.account.begin(f"verify {service.name}")
        try:
            rollout = self._until(lambda seen: seen.done or seen.failed)
        except KeyboardInterrupt:
            self.account.end(f"verify {service.name}", start, "failed")
            return self._back("interrupted", interrupted=True)
        if not rollout.failed and not rollout.trouble:
            self.account.end(f"verify {service.name}", start)
            late = () if rollout.done else (_still(service.name),)
            return self._ended(Status.APPLIED, warnings=late)
        self.account.end(f"verify {service.name}", start, "failed")
        return self._back(rollout.trouble or rollout.message or f"the swarm says {rollout.state}")

    def _back(self, reason: str, *, interrupted: bool = False) -> Outcome:
        start = self.account.begin("the way back")
        try:
            self.deps.engine.swarm().roll_back(self.update.service.id)
            rollout = self._until(lambda seen: seen.turned_back, patiently=True)
        except EngineError as error:
            self.account.end("the way back", start, "failed")
            words = f"{reason}; and on the way back: {error.message}"
            return self._ended(Status.ROLLBACK_FAILED, reason=words)
        self.account.end("the way back", start)
        late = () if rollout.turned_back else (_still(self.update.service.name),)
        ended = self._ended(Status.ROLLED_BACK, reason=reason, warnings=late)
        return ended.model_copy(update={"interrupted": interrupted})

    def _until(self, settled: Callable[[Rollout], bool], *, patiently: bool = False) -> Rollout:
        """The rollout once it is settled, or has taken as long as is waited for.

        A task that cannot run ends the waiting sooner, unless that is to be borne `patiently`.
        """
        clock, swarm = self.deps.clock, self.deps.engine.swarm()
        if self.update.service.desired == 0:
            return Rollout("rollback_completed" if patiently else "completed")
        start = clock.monotonic()
        pause = _FIRST_PAUSE
        while True:
            rollout = swarm.rollout(self.update.service.id)
            waited = clock.monotonic() - start
            stuck = bool(rollout.trouble) and not patiently and waited >= TROUBLE_PATIENCE
            if settled(rollout) or stuck or waited >= PATIENCE:
                # What a task could not do at first and now does is no trouble any more.
                return Rollout(rollout.state, rollout.message) if rollout.done else rollout
            clock.wait(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    def _ended(
        self, status: Status, *, reason: str = "", warnings: tuple[str, ...] = ()
    ) -> Outcome:
        applied = status is Status.APPLIED
        summary = service_summary(
            self.plan,
            self.update,
            status=status.value,
            engine=self.deps.engine.info(),
            begun=self.begun,
            ended=self.deps.clock.now(),
            reason=reason,
        )
        try:
            self.deps.journal.close(self.plan.id, summary)
        except PmapError as error:
            warnings = (*warnings, f"the history could not be written: {error.message}")
        hint = f"docker service rollback {self.plan.container}"
        return Outcome(
            id=self.plan.id,
            status=status,
            plan=self.plan,
            before=self.plan.before,
            after=self.plan.after if applied else self.plan.before,
            warnings=(*self.plan.warnings, *warnings),
            steps=tuple(self.account.steps),
            reason=reason,
            hint=hint if status is Status.ROLLBACK_FAILED else "",
        )


def _still(name: str) -> str:
    return f"the swarm is still rolling it out: docker service ps {name} tells how far it is"
