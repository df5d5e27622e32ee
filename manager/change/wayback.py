"""The way back: until the old containers run as they did. By ids and states, never by names.

One implementation for a change that fails and for one that a crash left behind. Every step looks
at what is before it acts, so that it can be interrupted and begun again any number of times.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from manager.change.entry import Entry, Member, Phase
from manager.change.filework import content, put
from manager.change.leftover import (
    find,
    find_new,
    lost_networks,
    made_by_us,
    name_of,
    runs,
    state_of,
)
from manager.change.mappings import held_for, to_be_held
from manager.errors import ApplyFailed, EngineError, EngineUnavailable, InvalidInput, PmapError
from manager.interfaces import Clock, Engine, Files, Journal, Record

_FIRST_LOOK, _LOOK_SECONDS = 0.01, 0.1
_GRACE_SECONDS = 2.0
_ENDLESS_SECONDS = 600.0
"""How long a stop without a time-out is waited for, here where nobody can tell if it was begun."""
_NAME_TAKEN = 409


@dataclass(slots=True)
class WayBack:
    """Undo one change. `troubles` are what could not be done; none means that all is as before.

    notes are what a person should know although it worked.
    """

    entry: Entry
    engine: Engine
    journal: Journal
    files: Files
    clock: Clock
    troubles: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def run(self) -> None:
        """Remove the new containers, bring the old ones back, then the file.

        Goes on after an error: what can be brought back is brought back. Raises
        EngineUnavailable: then nothing more can be done before an engine answers.
        """
        for member in reversed(self.entry.members):
            try:
                self._remove_new(member)
            except EngineUnavailable:
                raise
            except PmapError as error:
                self._trouble(f"the new {member.name} could not be removed", error)
        for index in range(len(self.entry.members)):
            try:
                self._restore(index)
            except EngineUnavailable:
                raise
            except PmapError as error:
                name = self.entry.members[index].name
                self._trouble(f"{name} could not be brought back", error)
        if self.entry.saving:
            self._restore_file()
        if self.troubles:
            self._remember()

    def _remember(self) -> None:
        """Write down how far it came: the next one begins there."""
        try:
            self.journal.save(self.entry.tx, self.entry.dump())
        except PmapError as error:
            self._trouble("the journal could not be written", error)

    def _trouble(self, what: str, error: PmapError) -> None:
        hint = f" ({error.hint})" if isinstance(error, ApplyFailed) and error.hint else ""
        self.troubles.append(f"{what}: {error.message}{hint}")

    def _remove_new(self, member: Member) -> None:
        new_id = find_new(self.engine, self.entry, member)
        if new_id is None:
            return
        if member.phase < Phase.STARTING and self._is_adopted(member, new_id):
            self.notes.append(
                f"{member.name} was removed by somebody else, and"
                f" {self.entry.new_name(member)} runs in its place: it stays"
            )
            return
        if member.phase >= Phase.STOPPING and self._settled(member) is None:
            # The old one is gone: what it kept in volumes must stay in use until it is back.
            self.engine.stop(new_id, timeout=member.stop_timeout)
        else:
            self.engine.remove(new_id, force=True)

    def _is_adopted(self, member: Member, new_id: str) -> bool:
        """Whether somebody else has let the new one take over before we did."""
        return runs(self.engine.record(new_id)) and find(self.engine, member.old_id) is None

    def _settled(self, member: Member) -> Record | None:
        """The old container, None when it is gone.

        Waits for a stop that the engine may still be busy with, which would come after our
        start, and for the removal of what was made with --rm.
        """
        patience = member.stop_timeout if member.stop_timeout >= 0 else _ENDLESS_SECONDS
        deadline = self.clock.monotonic() + patience + _GRACE_SECONDS
        record = find(self.engine, member.old_id)
        pause = _FIRST_LOOK
        while record is not None and self._is_going(member, record):
            if self.clock.monotonic() >= deadline:
                break
            self.clock.wait(pause)
            pause = min(pause * 1.3, _LOOK_SECONDS)
            record = find(self.engine, member.old_id)
        return record

    def _is_going(self, member: Member, record: Record) -> bool:
        if not member.was_running:
            return False
        stopping = member.phase == Phase.STOPPING and state_of(record) == "running"
        return stopping or (member.vanishes and state_of(record) != "running")

    def _restore(self, index: int) -> None:
        member = self.entry.members[index]
        stopped = member.phase >= Phase.STOPPING
        record = self._settled(member) if stopped else find(self.engine, member.old_id)
        if record is not None and index > 0 and self._target_is_new() and stopped:
            # It hangs on the id of a target that is no more.
            self.engine.remove(member.old_id)
            record = None
        if record is None:
            if not stopped or member.returned:
                self.notes.append(f"{member.name} was removed by somebody else meanwhile")
                return
            if self._is_replaced(member):
                self.notes.append(
                    f"{member.name} was removed, and another container has its name: it stays"
                )
                return
            member = self._make_anew(index)
            record = self.engine.record(member.old_id)
        if member.phase >= Phase.HOLDING:
            self._restore_policy(member, record)
        named = self._restore_name(member, record)
        if stopped and member.was_running:
            self._start(index, member)
        if not named:
            self.troubles.append(
                f"{member.name} is called {name_of(record)} now: another container has taken its"
                " name"
            )

    def _is_replaced(self, member: Member) -> bool:
        """Whether a container that is none of ours bears the name."""
        record = find(self.engine, member.name)
        ours = {known.new_id for known in self.entry.members}
        return record is not None and name_of(record) == member.name and record["Id"] not in ours

    def _target_is_new(self) -> bool:
        """Whether the target itself had to be made anew."""
        return self.entry.members[0].old_id != self.entry.plan.container_id

    def _restore_policy(self, member: Member, record: Record) -> None:
        policy = (record.get("HostConfig") or {}).get("RestartPolicy") or {}
        if dict(policy) != member.policy and not member.vanishes:
            self.engine.set_restart_policy(member.old_id, member.policy)

    def _restore_name(self, member: Member, record: Record) -> bool:
        """Give the old one its name back; False when somebody else has it now."""
        if name_of(record) == member.name:
            return True
        if member.phase < Phase.RENAMING_OLD:
            self.notes.append(f"{member.name} was renamed {name_of(record)} by somebody meanwhile")
            return True
        try:
            self.engine.rename(member.old_id, member.name)
        except EngineError as error:
            if error.status != _NAME_TAKEN:
                raise
            return False
        return True

    def _start(self, index: int, member: Member) -> None:
        self.engine.start(member.old_id)
        # Whoever removes it from now on means it.
        self.entry = self.entry.advanced(index, returned=True)
        container = self.engine.decode(self.engine.record(member.old_id))
        if not container.state.holds_ports:
            self.troubles.append(f"{member.name} was started and does not stay up")
            return
        before = to_be_held(self.entry.plan.before, self.engine.decode(member.record))
        for mapping in before if index == 0 else ():
            if not held_for(mapping, container.published):
                self.troubles.append(f"{member.name} runs, but the engine does not hold {mapping}")

    def _make_anew(self, index: int) -> Member:
        """Make the old one again from the journal, which from then on knows it by its new id."""
        member = self.entry.members[index]
        name = f"{member.name}.pmap-back-{self.entry.tx}"
        made = made_by_us(self.engine, self.entry, name)
        if made is None and (lost := lost_networks(self.engine, member.record)):
            raise ApplyFailed(
                f"it was removed, and its network {lost[0]} with it",
                hint=f"docker network create {lost[0]}, then pmap recover",
            )
        made = made or self.engine.create(name, member.original.blueprint())
        self.entry = self.entry.advanced(
            index, old_id=made, vanishes=False, phase=Phase.RENAMING_NEW
        )
        self._remember()
        new_id = find_new(self.engine, self.entry, member)
        if new_id is not None:
            self.engine.remove(new_id, force=True)
        self.notes.append(f"{member.name} was gone and was made anew: its id has changed")
        return self.entry.members[index]

    def _restore_file(self) -> None:
        edit = self.entry.plan.file_edit
        if edit is None:
            return
        now = content(self.files, edit.path)
        if now == edit.before:
            return
        if now != edit.after:
            self.notes.append(f"{edit.path} was changed meanwhile: it stays as it is")
            return
        try:
            put(self.files, edit.path, now=edit.after, wanted=edit.before)
        except InvalidInput as error:
            self._trouble(f"{edit.path} could not be set back", error)
