"""From the history to the request that turns a change round. Undo is a plan like any other."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from manager.change.fileedit import FileReturn
from manager.change.plan import Status
from manager.change.request import Restore
from manager.errors import InvalidInput, Refused
from manager.model.snapshot import Snapshot

_HISTORY = "pmap history lists the changes"


def find_change(
    history: Sequence[Mapping[str, Any]], wanted: str | None = None
) -> Mapping[str, Any]:
    """The entry of that id (or the start of one), the last one that still holds without.

    Without an id each undo goes one step further back: what was undone, and the undoing itself,
    are passed over. Raises InvalidInput when there is none, or it was not applied.
    """
    if wanted is None:
        applied = [entry for entry in history if entry.get("status") == Status.APPLIED]
        undone = {(entry.get("request") or {}).get("of") for entry in applied}
        holding = [e for e in applied if e.get("kind") != "restore" and e.get("id") not in undone]
        if not holding:
            raise InvalidInput("there is no change to undo", hint=_HISTORY)
        return holding[-1]
    found = [entry for entry in history if str(entry.get("id", "")).startswith(wanted)]
    exact = [entry for entry in found if entry.get("id") == wanted]
    if len(exact or found) != 1 or not wanted:
        many = "several changes have" if found else "no change has"
        raise InvalidInput(f"{many} the id {wanted!r}", hint=_HISTORY)
    entry = (exact or found)[0]
    if entry.get("status") != Status.APPLIED:
        raise InvalidInput(
            f"change {entry.get('id')} was {entry.get('status')}: there is nothing to undo",
            hint=_HISTORY,
        )
    return entry


def undo_request(entry: Mapping[str, Any], snapshot: Snapshot) -> Restore:
    """The request that sets the mappings of before the change again.

    entry: a summary of the history. Raises Refused when it was made on another engine, or its
    container is gone, and InvalidInput when the entry cannot be read.
    """
    try:
        name, change = str(entry["container"]), str(entry["id"])
        before, after = tuple(entry["before"]), tuple(entry["after"])
        key, file = entry["engine_key"], entry.get("file_return")
    except (KeyError, TypeError) as error:
        raise InvalidInput(f"this entry of the history lacks {error}", hint=_HISTORY) from None
    if snapshot.engine is None or key != snapshot.engine.key:
        raise Refused(
            f"change {change} was made on another engine",
            hint="name that one with --context or -H",
        )
    if all(container.name != name for container in snapshot.containers):
        raise Refused(
            f"{name}, which change {change} was about, is not there any more",
            hint="pmap ls -a shows every container",
        )
    try:
        return Restore(
            container=name,
            of=change,
            mappings=before,
            expected=after,
            file=None if file is None else FileReturn.model_validate_json(json.dumps(file)),
        )
    except ValidationError as error:
        raise InvalidInput(
            f"change {change} of the history cannot be read: {error.errors()[0]['msg']}",
            hint=_HISTORY,
        ) from None
