"""Which rule speaks of an entry that compose or the engine refuses: one each, so never two."""

from __future__ import annotations

from collections.abc import Iterator

from manager.compose.rule import Context, Hit
from manager.compose.values import Place, PortEntry, PortError, ProblemKind, Stage
from manager.compose.words import shortened

_FORM = 'write it as "[HOST_IP:]HOST_PORT:CONTAINER_PORT[/PROTOCOL]"'


def refused(context: Context, rule: str) -> list[tuple[str, PortEntry, PortError]]:
    """Service name, entry and error of every refused entry that `rule` speaks of."""
    return context.once("refusals", _by_rule).get(rule, [])


def _by_rule(context: Context) -> dict[str, list[tuple[str, PortEntry, PortError]]]:
    found: dict[str, list[tuple[str, PortEntry, PortError]]] = {}
    for name, entry, error in _refused(context):
        found.setdefault(rule_for(context, entry, error), []).append((name, entry, error))
    return found


def refused_places(context: Context) -> set[Place]:
    """Where refused entries are wrong: other rules need not speak of these places again."""
    return {Place(entry.file, error.span) for _, entry, error in _refused(context)}


def rule_for(context: Context, entry: PortEntry, error: PortError) -> str:
    """The id of the rule for a refused entry.

    What hangs on a variable that nobody set is not called invalid: it is unknown.
    """
    part = entry.parts.get(error.part) if error.part else None
    variables = part.variables if part is not None else entry.variables
    demanded = Place(entry.file, error.span) in context.once("demanded", _demanded)
    if demanded or any(variable.unset for variable in variables):
        return "PM008"
    if error.part == "protocol":
        return "PM003"
    return "PM001" if error.stage is Stage.CONFIG else "PM002"


def _demanded(context: Context) -> set[Place]:
    """Where a variable is demanded, as in `${PORT:?}`, and has no value."""
    return {
        Place(problem.file, problem.span)
        for problem in context.project.problems
        if problem.kind is ProblemKind.REQUIRED_VARIABLE and problem.span is not None
    }


def _refused(context: Context) -> Iterator[tuple[str, PortEntry, PortError]]:
    for service in context.project.services:
        # Compose reads what an override takes away, and stops at it all the same.
        gone = [e for e in service.dropped if e.error and e.error.stage is Stage.CONFIG]
        for entry in (*service.entries, *gone):
            if entry.error is not None:
                yield service.name, entry, entry.error


def error_hit(service: str, entry: PortEntry, error: PortError) -> Hit:
    """The hit that says what the error says, at its place."""
    message = error.message
    if message.partition(" ")[0] in {"is", "names"}:
        message = f"{shortened(entry.raw) or 'the entry'} {message}"
    return Hit(Place(entry.file, error.span), message, error.hint or _FORM, service, entry)
