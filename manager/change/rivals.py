"""Somebody else at the same container: seen in the engine, since no lock reaches other hosts."""

from __future__ import annotations

from manager.change.entry import Member
from manager.change.leftover import find, name_of, runs, time_of
from manager.errors import ChangeInProgress
from manager.interfaces import EngineReader


def check_unchanged(engine: EngineReader, member: Member) -> None:
    """See that the old one is still what the plan is about. Raises ChangeInProgress."""
    old = find(engine, member.old_id)
    if old is None or name_of(old) != member.name or runs(old) != member.was_running:
        raise ChangeInProgress(
            f"somebody else is changing {member.name} at this moment",
            hint=f"docker ps -a --filter name={member.name}, then try again",
        )


def check_rivals(engine: EngineReader, member: Member, created: str) -> None:
    """The oldest of several new ones wins, also between hosts. Raises ChangeInProgress.

    created: when the member's new one was, by the engine's clock (RFC 3339).
    """
    mine = (time_of(created), member.new_id or "")
    prefix = f"{member.name}.pmap-new-"
    for other in engine.containers(stopped=False):
        if not other.name.startswith(prefix) or other.id == member.new_id:
            continue
        record = find(engine, other.id)
        if record is not None and (time_of(str(record.get("Created"))), other.id) < mine:
            raise ChangeInProgress(
                f"another pmap is changing {member.name}, or left {other.name} behind",
                hint=f"pmap recover where that ran, or docker rm {other.name}",
            )
