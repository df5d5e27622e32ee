"""A variable in a port has no default.

It has a value here, but the next checkout may not have it: `${PORT:-8080}` says what holds
then, `${PORT:?}` stops with a clear error.
"""

from __future__ import annotations

from collections.abc import Iterator

from manager.compose.rule import Context, Hit
from manager.compose.values import Place
from manager.compose.words import shortened


def check(context: Context) -> Iterator[Hit]:
    """Variables that have a value and no default; PM008 and PM103 speak of those without."""
    for service, entry in context.accepted:
        for variable in entry.variables:
            if not variable.operator and variable.value is not None:
                name = shortened(variable.name)
                yield Hit(
                    Place(entry.file, variable.span),
                    f"variable {name} has no default",
                    f"write ${{{name}:-{shortened(variable.value)}}}",
                    service.name,
                    entry,
                )
