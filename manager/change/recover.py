"""Finish or undo what a crash left open, by ids and states. Run by `pmap recover` and the watchdog.

committed          the new ones stay, the old ones go
old one there      back to the old one
old one gone       the new one takes over where it can, else the old one is made anew
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from manager.change.entry import Entry, Member, Phase, read_entry
from manager.change.keptlogs import keep_logs
from manager.change.leftover import find, find_new, name_of, runs, state_of
from manager.change.mappings import held_for, held_mappings, to_be_held
from manager.change.plan import Plan, Status
from manager.change.wayback import WayBack
from manager.errors import (
    ChangeInProgress,
    EngineError,
    EngineUnavailable,
    InvalidInput,
    PmapError,
)
from manager.interfaces import Clock, Engine, Files, Journal, Record
from manager.model.ports import PortMapping

_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 2.0


@dataclass(frozen=True, slots=True)
class Recovery:
    """What became of one open change.

    status is applied (it had been committed, or only the new one was left), rolled-back, or
    rollback-failed: then the entry stays open, and `notes` says what is in the way.
    """

    id: str
    container: str
    status: Status
    notes: tuple[str, ...] = ()
    new_container_id: str | None = None


def open_changes(journal: Journal, engine_key: str) -> tuple[Mapping[str, Any], ...]:
    """The open entries of an engine, and those that cannot be read."""
    return tuple(
        raw
        for raw in journal.open_entries()
        if "corrupt" in raw or raw.get("engine_key", engine_key) == engine_key
    )


def check_recovered(journal: Journal, engine_key: str, plan: Plan) -> None:
    """Refuse a plan for containers that an open change is about too, or may be.

    Raises ChangeInProgress: that one must be recovered before.
    """
    touched = {plan.container, plan.container_id, *(o.resource for o in plan.operations)}
    for raw in open_changes(journal, engine_key):
        members = raw.get("members") or ()
        names = {member.get(key) for member in members for key in ("name", "old_id", "new_id")}
        if "corrupt" in raw or touched & names:
            raise ChangeInProgress(
                f"change {raw.get('tx')} was left unfinished", hint="pmap recover"
            )


def forget(journal: Journal, engine: Engine, clock: Clock, tx: str) -> Recovery:
    """Give up an open change and leave everything as it is now. Raises InvalidInput, PmapError.

    What of it is still in the engine is told.
    """
    key = engine.info().key
    with journal.lock(key):
        raw = next((raw for raw in open_changes(journal, key) if raw.get("tx") == tx), None)
        if raw is None:
            raise InvalidInput(f"no open change has the id {tx}", hint="pmap recover")
        left = [c.name for c in engine.containers() if c.name.endswith(f"-{tx}")]
        notes = tuple(f"{name} is left: docker rm {name}, unless you need it" for name in left)
        try:
            entry = read_entry(raw)
        except InvalidInput:
            journal.discard(tx)
            return Recovery(tx, "", Status.ROLLBACK_FAILED, notes)
        summary = entry.summary(
            Status.ROLLBACK_FAILED, ended=clock.now(), after=(), reason="given up by hand"
        )
        journal.close(tx, summary)
        return Recovery(tx, entry.plan.container, Status.ROLLBACK_FAILED, notes)


def recover(
    journal: Journal, engine: Engine, files: Files, clock: Clock, *, patience: float = 30.0
) -> tuple[Recovery, ...]:
    """Recover every open change of this engine, oldest first; takes the lock.

    patience: seconds to wait for an engine that went away meanwhile. Raises ChangeInProgress
    when another pmap, or its watchdog, is at it.
    """
    key = engine.info().key
    with journal.lock(key):
        return tuple(
            recover_one(raw, journal, engine, files, clock, patience=patience)
            for raw in open_changes(journal, key)
        )


def recover_one(
    raw: Mapping[str, Any],
    journal: Journal,
    engine: Engine,
    files: Files,
    clock: Clock,
    *,
    patience: float = 30.0,
) -> Recovery:
    """Recover one open change. The caller holds the lock."""
    try:
        entry = read_entry(raw)
    except InvalidInput as error:
        name = str(raw.get("tx") or "")
        return Recovery(name, "", Status.ROLLBACK_FAILED, (error.message, error.hint))
    return _Recover(entry, journal, engine, files, clock).run(patience)


@dataclass(slots=True)
class _Recover:
    entry: Entry
    journal: Journal
    engine: Engine
    files: Files
    clock: Clock

    def run(self, patience: float) -> Recovery:
        """Try until it is done, as long as it is only the engine that is away."""
        deadline = self.clock.monotonic() + patience
        pause = _FIRST_PAUSE
        while True:
            try:
                return self._once()
            except EngineUnavailable as error:
                if self.clock.monotonic() >= deadline:
                    return self._failed((error.message,))
            except PmapError as error:
                return self._failed((error.message,))
            self.clock.wait(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    def _once(self) -> Recovery:
        news = [find_new(self.engine, self.entry, m) for m in self.entry.members]
        olds = [find(self.engine, m.old_id) for m in self.entry.members]
        if all(news) and (self.entry.committed or self._only_new(olds)):
            troubles = self._take_over() if not self.entry.committed else []
            if not troubles:
                return self._forward()
        return self._back()

    def _only_new(self, olds: list[Any]) -> bool:
        """Whether an old one is gone that we had stopped: then the new one is all there is."""
        pairs = zip(self.entry.members, olds, strict=True)
        return any(
            old is None and (member.phase >= Phase.STOPPING or self._runs(member))
            for member, old in pairs
        )

    def _runs(self, member: Member) -> bool:
        """Whether somebody has started the new one: compose does where the old one is gone."""
        return runs(find(self.engine, member.new_id))

    def _take_over(self) -> list[str]:
        """Let the new ones run under their names; what hindered that."""
        for member in self.entry.members:
            new = self.engine.record(member.new_id or "")
            old = find(self.engine, member.old_id)
            if old is not None and name_of(old) == member.name:
                self.engine.rename(member.old_id, self.entry.old_name(member))
            if name_of(new) != member.name and (trouble := self._rename(new, member)):
                return [trouble]
        troubles: list[str] = []
        for index, member in enumerate(self.entry.members):
            if member.was_running:
                troubles += self._run_new(index, member)
        return troubles

    def _rename(self, new: Record, member: Member) -> str:
        """Give the new one its name; what is in the way."""
        try:
            self.engine.rename(str(new["Id"]), member.name)
        except EngineUnavailable:
            raise
        except EngineError as error:
            return error.message
        return ""

    def _run_new(self, index: int, member: Member) -> list[str]:
        new_id = member.new_id or ""
        try:
            self.engine.start(new_id)
        except EngineUnavailable:
            raise
        except PmapError as error:
            return [error.message]
        record = self.engine.record(new_id)
        published = self.engine.decode(record).published
        old = self.engine.decode(member.record)
        wanted = to_be_held(self.entry.plan.after, old) if index == 0 else ()
        if state_of(record) != "running" or not all(held_for(m, published) for m in wanted):
            return [f"the new {member.name} does not run as planned"]
        return []

    def _forward(self) -> Recovery:
        """The new ones stay: remove the old ones, which do not run."""
        for member in reversed(self.entry.members):
            if member.logged and find(self.engine, member.old_id) is not None:
                keep_logs(self.engine, self.journal, self.entry, member)
            self.engine.remove(member.old_id)
        new_id = self.entry.members[0].new_id or ""
        after = held_mappings(self.engine.decode(self.engine.record(new_id)))
        self._close(Status.APPLIED, after, "finished after a crash")
        return Recovery(
            self.entry.tx, self.entry.plan.container, Status.APPLIED, (), new_container_id=new_id
        )

    def _back(self) -> Recovery:
        way = WayBack(self.entry, self.engine, self.journal, self.files, self.clock)
        try:
            way.run()
        finally:
            self.entry = way.entry
        if way.troubles:
            return self._failed((*way.troubles, *way.notes))
        self._close(Status.ROLLED_BACK, self.entry.plan.before, "undone after a crash")
        return Recovery(
            self.entry.tx, self.entry.plan.container, Status.ROLLED_BACK, tuple(way.notes)
        )

    def _close(self, status: Status, after: tuple[PortMapping, ...], reason: str) -> None:
        summary = self.entry.summary(status, ended=self.clock.now(), after=after, reason=reason)
        self.journal.close(self.entry.tx, summary)

    def _failed(self, notes: tuple[str, ...]) -> Recovery:
        return Recovery(self.entry.tx, self.entry.plan.container, Status.ROLLBACK_FAILED, notes)
