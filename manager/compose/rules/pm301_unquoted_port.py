"""A mapping stands without quotes.

YAML 1.1 reads `22:22` as a number in base 60, which is 1342. Compose reads YAML 1.2 and takes
it as text, but other tools that read the same file (PyYAML, Ansible, editors) do not: an error
where such a parser reads a number, a warning elsewhere.

Fix (safe): quotes around it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from manager.compose.rule import Context, Hit, Mend, Rule
from manager.compose.values import Place, PortEntry, Style, Syntax
from manager.compose.words import shortened
from manager.model.finding import Edit, Severity

_BASE_60 = r"[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+"
"""An integer by https://yaml.org/type/int.html."""


def check(context: Context) -> Iterator[Hit]:
    """Plain scalars with a colon."""
    for service, entry in context.accepted():
        if entry.syntax is Syntax.LONG or entry.style is not Style.PLAIN or ":" not in entry.raw:
            continue
        number = _as_number(entry.raw)
        reading = "" if number is None else f": a YAML 1.1 parser reads the number {number}"
        yield Hit(
            Place(entry.file, entry.span),
            f"{shortened(entry.raw)} stands without quotes{reading}",
            f'write "{shortened(entry.raw)}"',
            service.name,
            entry,
            Severity.WARNING if number is None else Severity.ERROR,
            _mend(context, entry),
        )


def _as_number(raw: str) -> int | None:
    if len(raw) > 40 or not re.fullmatch(_BASE_60, raw):
        return None
    sign = -1 if raw.startswith("-") else 1
    total = 0
    for digits in raw.lstrip("+-").replace("_", "").split(":"):
        total = total * 60 + int(digits)
    return sign * total


def _mend(context: Context, entry: PortEntry) -> Mend | None:
    source = context.source(entry.file)
    start, end = entry.span.start, entry.span.end
    if source is None or source.text[start:end] != entry.raw or not entry.raw.isprintable():
        return None
    if '"' in entry.raw or "\\" in entry.raw:
        quoted = "'" + entry.raw.replace("'", "''") + "'"
        return Mend("quote it", (Edit(start, end, quoted),))
    return Mend("quote it", (Edit(start, start, '"'), Edit(end, end, '"')))


RULE = Rule("PM301", "unquoted-port", Severity.WARNING, __doc__, check)
