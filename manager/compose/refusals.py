"""Which rule speaks of an entry that compose or the engine refuses: one each, so never two."""

from __future__ import annotations

from collections.abc import Iterator

from manager.compose.rule import Context, Hit
from manager.compose.values import Place, PortEntry, PortError, Stage


def refused(context: Context, rule: str) -> Iterator[tuple[str, PortEntry, PortError]]:
    """Service name, entry and error of every refused entry that `rule` speaks of."""
    for service in context.project.services:
        # Compose reads what an override takes away, and stops at it all the same.
        gone = [e for e in service.dropped if e.error and e.error.stage is Stage.CONFIG]
        for entry in (*service.entries, *gone):
            if entry.error is not None and rule_for(entry, entry.error) == rule:
                yield service.name, entry, entry.error


def rule_for(entry: PortEntry, error: PortError) -> str:
    """The id of the rule for a refused entry.

    What hangs on a variable that nobody set is not called invalid: it is unknown.
    """
    part = entry.parts.get(error.part) if error.part else None
    variables = part.variables if part is not None else entry.variables
    if any(variable.unset for variable in variables):
        return "PM008"
    if error.part == "protocol":
        return "PM003"
    return "PM001" if error.stage is Stage.CONFIG else "PM002"


def error_hit(service: str, entry: PortEntry, error: PortError) -> Hit:
    """The hit that says what the error says, at its place."""
    return Hit(Place(entry.file, error.span), error.message, error.hint, service, entry)
