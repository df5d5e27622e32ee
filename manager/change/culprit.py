"""Who has taken a port between the check and the start: an engine says that, but not who."""

from __future__ import annotations

from dataclasses import replace

from manager.change.conflicts import check_conflicts
from manager.change.deps import Deps
from manager.change.entry import Entry
from manager.errors import EngineError, Refused


def taken_meanwhile(deps: Deps, entry: Entry) -> Refused | None:
    """The refusal that the plan would meet now, None where nobody is seen in the way."""
    try:
        snapshot = deps.snapshot()
    except EngineError:
        # It is already known that the start has failed, and why as far as the engine says.
        return None
    ours = {member.new_id for member in entry.members} | {m.old_id for m in entry.members}
    others = tuple(container for container in snapshot.containers if container.id not in ours)
    target = deps.engine.decode(entry.members[0].record)
    try:
        plan = entry.plan
        check_conflicts(
            replace(snapshot, containers=others), plan.request, target, plan.after, bind_errors={}
        )
    except Refused as refusal:
        return refusal
    return None
