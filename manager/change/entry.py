"""A change as the journal holds it while it is under way: enough to finish it or undo it.

Written before each step, so `phase` says what may have been done, and states of the engine say
what was. Holds whole inspects, environment included: never shown, never logged.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from manager.change.fileedit import FileReturn
from manager.change.mappings import encode_mapping
from manager.change.operations import new_name, old_name
from manager.change.plan import Plan, Status
from manager.errors import InvalidInput
from manager.interfaces import Blueprint
from manager.model.container import HASH_LABEL
from manager.model.ports import PortMapping

SCHEMA_VERSION: Literal[1] = 1


class Phase(IntEnum):
    """The latest step that was begun with one container. Later ones imply the earlier."""

    PENDING = 0
    CREATING = 1
    CREATED = 2
    STOPPING = 3
    HOLDING = 4
    RENAMING_OLD = 5
    RENAMING_NEW = 6
    STARTING = 7


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class KeptBlueprint(_Kept):
    """A Blueprint in the journal."""

    body: dict[str, Any]
    endpoints: tuple[tuple[str, dict[str, Any]], ...] = ()
    platform: str | None = None
    surplus: tuple[str, ...] = ()

    @classmethod
    def of(cls, blueprint: Blueprint) -> KeptBlueprint:
        """The journal's form of a blueprint."""
        return cls(
            body=blueprint.body,
            endpoints=blueprint.endpoints,
            platform=blueprint.platform,
            surplus=blueprint.surplus,
        )

    def blueprint(self) -> Blueprint:
        """The blueprint again."""
        return Blueprint(self.body, self.endpoints, self.platform, (), self.surplus)


class Member(_Kept):
    """One container that is replaced: the target, or one that hangs on it.

    original is what the old one would be made from, were it gone; record its whole inspect.
    vanishes: made with --rm and running, so the engine removes it as soon as it is stopped.
    logged: what it has written is kept before it is removed. returned: the way back has started
    the old one again.
    """

    name: str
    old_id: str
    new_id: str | None = None
    was_running: bool
    vanishes: bool = False
    logged: bool = False
    policy: dict[str, Any]
    record: dict[str, Any]
    blueprint: KeptBlueprint
    original: KeptBlueprint
    copies: tuple[str, ...] = ()
    stop_timeout: int
    phase: Phase = Phase.PENDING
    returned: bool = False


class Entry(_Kept):
    """An open change. engine_time is the engine's clock at the beginning (RFC 3339).

    engine is its name for people: the context, or the address it was reached at.
    """

    schema_version: Literal[1] = SCHEMA_VERSION
    tx: str
    engine_key: str
    engine: str = ""
    engine_time: str
    begun: float
    pid: int
    host: str
    plan: Plan
    members: tuple[Member, ...]
    saving: bool = False
    """The file of plan.file_edit may have been written."""
    committed: bool = False

    def advanced(self, index: int, **changes: Any) -> Entry:
        """The entry with one member changed."""
        members = list(self.members)
        members[index] = members[index].model_copy(update=changes)
        return self.model_copy(update={"members": tuple(members)})

    def new_name(self, member: Member) -> str:
        """The temporary name of a member's new container."""
        return new_name(member.name, self.tx)

    def old_name(self, member: Member) -> str:
        """The temporary name of a member's old container."""
        return old_name(member.name, self.tx)

    def dump(self) -> dict[str, Any]:
        """JSON for the journal."""
        return self.model_dump(mode="json")

    def summary(
        self, status: Status, *, ended: float, after: tuple[PortMapping, ...], reason: str = ""
    ) -> dict[str, Any]:
        """What the history keeps: names, ids, ports and the edited lines of a file.

        No environment, and no content of a file beyond what was edited.
        """
        plan, target = self.plan, self.members[0]
        edit = plan.file_edit
        labels: Mapping[str, str] = (target.record.get("Config") or {}).get("Labels") or {}
        way_back = None if edit is None else FileReturn.of(edit, labels.get(HASH_LABEL))
        return {
            "schema": SCHEMA_VERSION,
            "id": self.tx,
            "engine_key": self.engine_key,
            "engine": self.engine,
            "begun": self.begun,
            "ended": ended,
            "status": status.value,
            "reason": reason,
            "kind": plan.request.kind,
            "request": plan.request.model_dump(mode="json", exclude={"file"}),
            "container": plan.container,
            "old_id": target.old_id,
            "new_id": target.new_id,
            "project": plan.project,
            "service": plan.service,
            "before": [encode_mapping(mapping) for mapping in plan.before],
            "after": [encode_mapping(mapping) for mapping in plan.after],
            "held": [encode_mapping(mapping) for mapping in after],
            "with": [member.name for member in self.members[1:]],
            "file": None if edit is None else edit.path,
            "file_return": way_back and way_back.model_dump(mode="json"),
        }


def read_entry(raw: Mapping[str, Any]) -> Entry:
    """An entry from the journal. Raises InvalidInput when it cannot be understood."""
    tx = str(raw.get("tx", ""))
    if "corrupt" in raw:
        raise InvalidInput(f"journal entry {tx}: {raw['corrupt']}")
    try:
        return Entry.model_validate(dict(raw))
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InvalidInput(
            f"journal entry {tx}: {where}: {first['msg']}",
            hint="it was written by another version of pmap: run that one's pmap recover",
        ) from None
