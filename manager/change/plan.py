"""What a change would do, and what it did: Plan and Outcome. Values only, nothing is decided here.

A plan is shown before it is agreed to; `str(plan)` is stable text, the same for the same facts.
"""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from manager.change.fileedit import FileEdit
from manager.change.request import ChangeRequest
from manager.model.ports import PortMapping
from manager.model.swarm import ServicePort, SwarmService


class OperationKind(StrEnum):
    """One step of a change: one Engine call, one file write, or the commit in the journal."""

    CREATE = "create"
    COMPARE = "compare"
    SAVE = "save"
    STOP = "stop"
    HOLD = "hold"
    COPY = "copy"
    LOGS = "logs"
    RENAME_OLD = "rename-old"
    RENAME_NEW = "rename-new"
    START = "start"
    VERIFY = "verify"
    COMMIT = "commit"
    REMOVE = "remove"
    UPDATE = "update"


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Operation(_Value):
    """One step: what is done, to which container or file (by name), and why."""

    kind: OperationKind
    resource: str
    cause: str

    def __str__(self) -> str:
        return f"{self.kind:<10}  {self.resource} ({self.cause})"


class Cost(_Value):
    """What a change costs, said before it is agreed to.

    restart: the container runs and will be down for `expected_downtime`, which is words.
    stop_timeout: seconds that the engine waits for a clean stop before it kills.
    health_seconds: how long its health check may take to give a first verdict; None without one.
    lost: what is not kept. logs_lost: whether its logs are among that, which could be kept
    (ChangeRequest.keep_logs). dependents: names of the containers that are restarted with it.
    """

    restart: bool = False
    stop_timeout: int = 10
    health_seconds: float | None = None
    lost: tuple[str, ...] = ()
    logs_lost: bool = False
    dependents: tuple[str, ...] = ()
    expected_downtime: str = "none"


class ServiceUpdate(_Value):
    """The ports of a swarm service before and after; the update names the version that was read."""

    service: SwarmService
    ports: tuple[ServicePort, ...]


class Plan(_Value):
    """A change of one container's port mappings, ready to be shown and applied.

    Or of a swarm service's: then container is its name, container_id its id, and service_update
    is set.

    container is its name, container_id the full id that the plan is about. project, service and
    origin_file are set for what compose manages. before and after are mappings as asked for
    (HostConfig.PortBindings). fingerprint is that of the snapshot which the plan was made from.
    """

    id: str
    request: ChangeRequest
    container: str
    container_id: str
    project: str | None = None
    service: str | None = None
    origin_file: str | None = None
    before: tuple[PortMapping, ...] = ()
    after: tuple[PortMapping, ...] = ()
    operations: tuple[Operation, ...] = ()
    warnings: tuple[str, ...] = ()
    cost: Cost = Cost()
    file_edit: FileEdit | None = None
    service_update: ServiceUpdate | None = None
    fingerprint: str = ""

    @property
    def empty(self) -> bool:
        """Whether there is nothing to do; `warnings` says why."""
        return not self.operations

    @property
    def added(self) -> tuple[PortMapping, ...]:
        """The mappings that come."""
        return tuple(mapping for mapping in self.after if mapping not in self.before)

    @property
    def removed(self) -> tuple[PortMapping, ...]:
        """The mappings that go."""
        return tuple(mapping for mapping in self.before if mapping not in self.after)

    @property
    def until_commit(self) -> tuple[Operation, ...]:
        """The steps with a way back: those before the commit, and the commit itself."""
        kinds = [operation.kind for operation in self.operations]
        return self.operations[: kinds.index(OperationKind.COMMIT) + 1]

    def same_change(self, other: Plan) -> bool:
        """Whether the other plan does the same to the same containers.

        What changes all the time does not count: ids of plans, fingerprints, other containers,
        and what else would be lost (an app goes on writing while a person reads the plan).
        """
        parts = {"container_id", "before", "after", "file_edit"}
        ours, theirs = (plan.model_dump(include=parts) for plan in (self, other))
        kinds, other_kinds = ([o.kind for o in plan.operations] for plan in (self, other))
        dependents = self.cost.dependents == other.cost.dependents
        return ours == theirs and kinds == other_kinds and dependents

    def __str__(self) -> str:
        lines = [
            f"container   {self.container} ({self.container_id[:12]}){self._origin()}",
            *_mapping_lines("before", self.before),
            *_mapping_lines("after", self.after),
            *(f"{number:>2} {operation}" for number, operation in enumerate(self.operations, 1)),
        ]
        if not self.empty:
            lines.append(f"downtime    {self.cost.expected_downtime}")
        lines.extend(f"restarts    {name}" for name in self.cost.dependents)
        lines.extend(f"lost        {what}" for what in self.cost.lost)
        lines.extend(f"note        {text}" for text in self.warnings)
        return "\n".join(lines)

    def _origin(self) -> str:
        if self.service is None:
            return ""
        place = f" in {self.origin_file}" if self.origin_file else ""
        return f", service {self.service} of project {self.project}{place}"


def _mapping_lines(title: str, mappings: tuple[PortMapping, ...]) -> list[str]:
    texts = [str(mapping) for mapping in mappings] or ["(no ports)"]
    return [f"{title if index == 0 else '':<11} {text}" for index, text in enumerate(texts)]


class Status(StrEnum):
    """How a change ended, by the words of `--json`."""

    PLANNED = "planned"
    APPLIED = "applied"
    REFUSED = "refused"
    ROLLED_BACK = "rolled-back"
    ROLLBACK_FAILED = "rollback-failed"


class Step(_Value):
    """One step that was taken: state is done or failed, seconds how long it took."""

    name: str
    state: str
    seconds: float


class Outcome(_Value):
    """What became of a plan.

    before and after are mappings as asked, but after names the host ports that the engine really
    holds once it runs. downtime_ms: from the stop call to the first answer, None where nothing
    was stopped. reason: why it was refused or rolled back. differences: leaf fields that would
    not have been kept. logs: the files that hold what the replaced containers had written.
    interrupted: a person stopped it (Ctrl-C). hint: what to type next.
    """

    id: str
    status: Status
    plan: Plan
    before: tuple[PortMapping, ...] = ()
    after: tuple[PortMapping, ...] = ()
    new_container_id: str | None = None
    downtime_ms: float | None = None
    warnings: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    reason: str = ""
    differences: tuple[str, ...] = ()
    logs: tuple[str, ...] = ()
    interrupted: bool = False
    hint: str = ""

    @classmethod
    def untouched(cls, plan: Plan) -> Outcome:
        """The outcome of a plan that has nothing to do."""
        return cls(
            id=plan.id,
            status=Status.APPLIED,
            plan=plan,
            before=plan.before,
            after=plan.after,
            warnings=plan.warnings,
        )
