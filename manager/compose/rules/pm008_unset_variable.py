"""A variable in a port has no value and no default.

Compose takes it as empty. An error where the whole entry then vanishes or is rejected, or
where `${NAME:?}` demands a value; a warning where only a part of the entry is unknown, such
as the host port of `"${PORT}:80"`, which becomes a random one.

Give it a default, `${PORT:-8080}`, or a value in `.env` beside the compose file. Note that
`env_file` feeds the container and never these variables.
"""

from __future__ import annotations

from collections.abc import Iterator

from manager.compose.refusals import error_hit, refused
from manager.compose.rule import Context, Hit
from manager.compose.values import Part, Place, PortEntry, Service, Variable
from manager.compose.words import LOOPBACK, shortened
from manager.model.finding import Severity
from manager.model.ports import PortRange


def check(context: Context) -> Iterator[Hit]:
    """Unset variables of port entries, and required ones without a value.

    Variables elsewhere in the file are none of our business: they open no port.
    """
    for name, entry, error in refused(context, "PM008"):
        variable = next((v for v in entry.variables if v.unset), None)
        if variable is None:
            hint = error.hint or "set it in .env or in the environment"
            yield error_hit(name, entry, error)._replace(hint=hint)
        else:
            yield Hit(
                Place(entry.file, variable.span),
                f"{_named(variable)}, and without it compose rejects the entry",
                _hint(variable, _default(entry, variable)),
                name,
                entry,
            )
    for service, entry in context.accepted:
        yield from _unknown_parts(service, entry)


def _unknown_parts(service: Service, entry: PortEntry) -> Iterator[Hit]:
    """One hit a part; PM103 speaks of the address."""
    parts = entry.parts
    for what, part in (
        ("the host port", parts.published),
        ("the container port", parts.target),
        ("the protocol", parts.protocol),
    ):
        variable = _first_unset(part)
        if variable is not None:
            yield Hit(
                Place(entry.file, variable.span),
                f"{_named(variable)}, so {what} is unknown",
                _hint(variable, _default(entry, variable)),
                service.name,
                entry,
                Severity.WARNING,
            )


def _default(entry: PortEntry, variable: Variable) -> str:
    """A default that fits where the variable stands."""
    parts = entry.parts
    if _holds(parts.host_ip, variable):
        return LOOPBACK
    if _holds(parts.protocol, variable):
        return "tcp"
    if _holds(parts.published, variable):
        return str(entry.target) if isinstance(entry.target, PortRange) else "8080"
    return str(entry.published) if isinstance(entry.published, PortRange) else "80"


def _holds(part: Part | None, variable: Variable) -> bool:
    return part is not None and variable in part.variables


def _first_unset(part: Part | None) -> Variable | None:
    return next((v for v in part.variables if v.unset), None) if part is not None else None


def _named(variable: Variable) -> str:
    return f"variable {shortened(variable.name)} is not set and has no default"


def _hint(variable: Variable, default: str) -> str:
    name = shortened(variable.name)
    return f"write ${{{name}:-{default}}}, or set {name} in .env"
