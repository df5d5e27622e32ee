"""The single steps of a change: each is written down, then done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from manager.change.culprit import taken_meanwhile
from manager.change.deps import Deps, Watch
from manager.change.entry import Entry, Member, Phase
from manager.change.filework import put
from manager.change.keptlogs import keep_logs
from manager.change.leftover import find, state_of
from manager.change.mappings import held_mappings, to_be_held
from manager.change.plan import Operation, OperationKind
from manager.change.prepare import expected_record, tied_blueprint
from manager.change.rivals import check_rivals, check_unchanged
from manager.change.verify import Before, look_before, verify
from manager.errors import ApplyFailed, EngineError, EngineUnavailable, Refused
from manager.model.ports import PortMapping

_LOOK_SECONDS = 0.01
_VANISH_SECONDS = 30.0
_UP = {"running", "paused", "restarting"}


@dataclass(slots=True)
class Steps:
    """Does one operation after the other; `entry` is what the journal holds."""

    deps: Deps
    entry: Entry
    watch: Watch
    warnings: list[str] = field(default_factory=list)
    differences: tuple[str, ...] = ()
    held: tuple[PortMapping, ...] = ()
    logs: tuple[str, ...] = ()
    _was: dict[int, Before] = field(default_factory=dict)
    _stopped_at: float | None = None
    _answered_at: float | None = None

    @property
    def downtime_ms(self) -> float | None:
        """From the first stop call to the target's first answer, None when nothing was stopped."""
        if self._stopped_at is None or self._answered_at is None:
            return None
        return (self._answered_at - self._stopped_at) * 1000

    def save(self) -> None:
        """Write the entry down, on disk when this returns. Raises PmapError."""
        self.deps.journal.save(self.entry.tx, self.entry.dump())

    def take(self, operation: Operation) -> None:
        """Do one step. Raises PmapError."""
        kind = OperationKind
        if operation.kind is kind.SAVE:
            self._save_file()
        elif operation.kind is kind.COMMIT:
            self._commit()
        else:
            action: Callable[[int], None] = {
                kind.CREATE: self._create,
                kind.COMPARE: self._compare,
                kind.STOP: self._stop,
                kind.HOLD: self._hold,
                kind.COPY: self._copy,
                kind.LOGS: self._keep_logs,
                kind.RENAME_OLD: self._rename_old,
                kind.RENAME_NEW: self._rename_new,
                kind.START: self._start,
                kind.VERIFY: self._verify,
                kind.REMOVE: self._remove,
            }[operation.kind]
            action(self._index(operation.resource))

    def _index(self, resource: str) -> int:
        """Which member an operation's resource names."""
        for index, member in enumerate(self.entry.members):
            names = {member.name, self.entry.new_name(member), self.entry.old_name(member)}
            if resource in names:
                return index
        raise ApplyFailed(f"the plan names {resource}, which is no part of this change")

    def _begin(self, index: int, phase: Phase, **changes: Any) -> Member:
        """Write down that a step begins."""
        self.entry = self.entry.advanced(index, phase=phase, **changes)
        self.save()
        return self.entry.members[index]

    def _create(self, index: int) -> None:
        member = self._begin(index, Phase.CREATING)
        name = self.entry.new_name(member)
        new_id = self.deps.engine.create(name, tied_blueprint(self.entry, member))
        self._begin(index, Phase.CREATED, new_id=new_id)

    def _compare(self, index: int) -> None:
        member = self.entry.members[index]
        engine = self.deps.engine
        new = engine.record(_new_id(member))
        self.differences = engine.differences(expected_record(self.entry, member), new)
        if self.differences:
            shown = "; ".join(self.differences[:5])
            raise Refused(
                f"a new {member.name} would not be the same: {shown}",
                hint="nothing was touched; please report this with the engine's version",
            )
        check_unchanged(engine, member)
        check_rivals(engine, member, str(new.get("Created") or ""))
        if member.was_running:
            self._was[index] = look_before(self.deps, engine.record(member.old_id))

    def _save_file(self) -> None:
        edit = self.entry.plan.file_edit
        assert edit is not None
        self.entry = self.entry.model_copy(update={"saving": True})
        self.save()
        put(self.deps.files, edit.path, now=edit.before, wanted=edit.after)

    def _stop(self, index: int) -> None:
        self.watch.ready()
        member = self._begin(index, Phase.STOPPING)
        if self._stopped_at is None:
            self._stopped_at = self.deps.clock.monotonic()
        self.deps.engine.stop(member.old_id, timeout=member.stop_timeout)
        if member.vanishes:
            _wait_until_gone(self.deps, member)

    def _hold(self, index: int) -> None:
        member = self._begin(index, Phase.HOLDING)
        self.deps.engine.set_restart_policy(member.old_id, {"Name": "no", "MaximumRetryCount": 0})

    def _copy(self, index: int) -> None:
        member = self.entry.members[index]
        self.deps.engine.copy_layer(member.old_id, _new_id(member), member.copies)

    def _keep_logs(self, index: int) -> None:
        place = keep_logs(
            self.deps.engine, self.deps.journal, self.entry, self.entry.members[index]
        )
        self.logs = tuple(dict.fromkeys((*self.logs, place)))

    def _rename_old(self, index: int) -> None:
        member = self._begin(index, Phase.RENAMING_OLD)
        self.deps.engine.rename(member.old_id, self.entry.old_name(member))

    def _rename_new(self, index: int) -> None:
        member = self._begin(index, Phase.RENAMING_NEW)
        self.deps.engine.rename(_new_id(member), member.name)

    def _start(self, index: int) -> None:
        member = self._begin(index, Phase.STARTING)
        old = find(self.deps.engine, member.old_id)
        if old is not None and state_of(old) in _UP:
            raise ApplyFailed(f"somebody started the old {member.name} meanwhile")
        try:
            self.deps.engine.start(_new_id(member))
        except EngineUnavailable:
            raise
        except EngineError as error:
            if index == 0 and (taken := taken_meanwhile(self.deps, self.entry)) is not None:
                said = f"{taken.message}, which was free when it was checked"
                raise ApplyFailed(said, hint=taken.hint) from error
            raise

    def _verify(self, index: int) -> None:
        member = self.entry.members[index]
        old = self.deps.engine.decode(member.record)
        wanted = to_be_held(self.entry.plan.after, old) if index == 0 else ()
        found = verify(self.deps, _new_id(member), wanted, self._was.get(index, Before()))
        self.warnings += found.warnings
        if index == 0:
            self.held = found.held
            self._answered_at = found.answered_at

    def _commit(self) -> None:
        if not self.held:
            target = self.entry.members[0]
            record: Mapping[str, Any] = self.deps.engine.record(_new_id(target))
            self.held = held_mappings(self.deps.engine.decode(record))
        committed = self.entry.model_copy(update={"committed": True})
        self.deps.journal.save(committed.tx, committed.dump())
        # Not before: a way back that has to write must not write that there is none.
        self.entry = committed

    def _remove(self, index: int) -> None:
        self.deps.engine.remove(self.entry.members[index].old_id)


def _wait_until_gone(deps: Deps, member: Member) -> None:
    """The engine removes what was made with --rm in its own time, and the name with it."""
    deadline = deps.clock.monotonic() + _VANISH_SECONDS
    while find(deps.engine, member.old_id) is not None:
        if deps.clock.monotonic() >= deadline:
            raise ApplyFailed(f"{member.name} was made with --rm, and does not go away")
        deps.clock.wait(_LOOK_SECONDS)


def _new_id(member: Member) -> str:
    assert member.new_id is not None
    return member.new_id
