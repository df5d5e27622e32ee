"""The address is a variable, and without a value the port is open to everybody.

`"${IP}:5432:5432"` reads as if it were bound to one address. Where IP is not set, compose
warns, takes it as empty, and publishes on every address.

    - "${IP:-127.0.0.1}:5432:5432"

Fix (unsafe): `${IP}` becomes `${IP:-127.0.0.1}`.
"""

from __future__ import annotations

from collections.abc import Iterator

from manager.compose.reachable import hidden_address, meant
from manager.compose.rule import Context, Hit, Mend
from manager.compose.values import Place, PortEntry, Variable
from manager.compose.words import LOOPBACK, host_side, shortened
from manager.model.finding import Edit


def check(context: Context) -> Iterator[Hit]:
    """Entries that become public because nobody set their address."""
    for service, entry, variable in hidden_address(context):
        if meant(context, service, entry):
            continue
        default = f"${{{variable.name}:-{LOOPBACK}}}"
        yield Hit(
            Place(entry.file, variable.span),
            f"{host_side(entry)} is open to every machine that reaches this host, because"
            f" variable {shortened(variable.name)} is not set and has no default",
            f"write {default}",
            service.name,
            entry,
            mend=_mend(context, entry, variable, default),
        )


def _mend(context: Context, entry: PortEntry, variable: Variable, default: str) -> Mend | None:
    source, part = context.source(entry.file), entry.parts.host_ip
    span = variable.span
    if source is None or part is None or len(part.variables) != 1 or variable.operator:
        return None
    if source.text[span.start : span.end] not in {f"${variable.name}", f"${{{variable.name}}}"}:
        return None
    edit = Edit(span.start, span.end, default)
    return Mend(f"give {variable.name} a default", (edit,), "loopback", safe=False)
