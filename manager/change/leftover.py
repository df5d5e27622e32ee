"""What a change has left in the engine, found without trusting a name.

A name is only a pointer: a container of that name counts as ours when it was created after the
change began and never ran, or by its id.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from manager.change.entry import Entry, Member
from manager.errors import NoSuchContainer
from manager.interfaces import EngineReader, Record


def find(engine: EngineReader, container_id: str | None) -> Record | None:
    """The inspect of a container by id, None when it is gone or was never known."""
    if container_id is None:
        return None
    try:
        return engine.record(container_id)
    except NoSuchContainer:
        return None


def find_new(engine: EngineReader, entry: Entry, member: Member) -> str | None:
    """The id of a member's new container, None when there is none (any more)."""
    if member.new_id is None:
        return made_by_us(engine, entry, entry.new_name(member))
    return None if find(engine, member.new_id) is None else member.new_id


def made_by_us(engine: EngineReader, entry: Entry, name: str) -> str | None:
    """The id of a container of that name which only this change can have made."""
    record = find(engine, name)
    if record is None:
        return None
    ours = (
        name_of(record) == name
        and state_of(record) == "created"
        and time_of(str(record.get("Created") or "")) >= time_of(entry.engine_time)
    )
    return str(record.get("Id")) if ours else None


def lost_networks(engine: EngineReader, record: Record) -> tuple[str, ...]:
    """The networks of a container that no engine could join it to any more."""
    networks = (record.get("NetworkSettings") or {}).get("Networks") or {}
    return tuple(name for name in networks if engine.network_id(name) is None)


def name_of(record: Record) -> str:
    """The container's name, without the slash that engines put before it."""
    return str(record.get("Name") or "").removeprefix("/")


def state_of(record: Record) -> str:
    """The container's state, as the Engine API words it."""
    state: Mapping[str, Any] = record.get("State") or {}
    return str(state.get("Status") or "")


def runs(record: Record | None) -> bool:
    """Whether a container is there, and runs."""
    return record is not None and state_of(record) == "running"


def time_of(text: str) -> datetime:
    """An RFC 3339 time as engines write it, to the microsecond; the epoch where it is none."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return datetime.fromtimestamp(0, UTC)
    return time if time.tzinfo else time.replace(tzinfo=UTC)
