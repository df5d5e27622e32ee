"""A mapping stands without quotes.

YAML 1.1 reads `22:22` as a number in base 60, which is 1342. Compose reads YAML 1.2 and takes
it as text, but other tools that read the same file (PyYAML, Ansible, editors) do not: an error
where such a parser reads a number, a warning elsewhere.

Fix (safe): quotes around it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from manager.compose.rule import Context, Hit, Mend
from manager.compose.values import Place, PortEntry, Style, Syntax
from manager.compose.words import shortened
from manager.model.finding import Edit, Severity

_ONE_TO_NINE = frozenset("123456789")


def check(context: Context) -> Iterator[Hit]:
    """Plain scalars with a colon."""
    for service, entry in context.accepted:
        if entry.syntax is Syntax.LONG or entry.style is not Style.PLAIN or ":" not in entry.raw:
            continue
        scalar = _scalar(entry)
        shown, number = shortened(scalar), _as_number(scalar)
        reading = "" if number is None else f": a YAML 1.1 parser reads the number {number}"
        yield Hit(
            Place(entry.file, entry.span),
            f"{shown} stands without quotes{reading}",
            f'write "{shown}"',
            service.name,
            entry,
            Severity.WARNING if number is None else Severity.ERROR,
            _mend(context, entry, scalar),
        )


def _scalar(entry: PortEntry) -> str:
    """What is written, without the anchor and the tag before it."""
    if not entry.raw.startswith(("&", "!")):
        return entry.raw
    properties = re.match(r"(?:[&!]\S*\s+)*", entry.raw)
    return entry.raw[properties.end() :] if properties else entry.raw


def _as_number(raw: str) -> int | None:
    """The number in base 60, by https://yaml.org/type/int.html; None where it is none."""
    sign, digits = (-1 if raw[:1] == "-" else 1), raw[raw[:1] in {"-", "+"} :]
    first, *others = digits.split(":")
    if len(raw) > 40 or not raw.isascii() or not others or first[:1] not in _ONE_TO_NINE:
        return None
    places = [first.replace("_", ""), *others]
    # A place of more than two digits tells most entries at once.
    if max(map(len, others)) > 2 or not all(map(str.isdigit, places)):
        return None
    if max(map(int, others)) >= 60:
        return None
    total = 0
    for place in places:
        total = total * 60 + int(place)
    return sign * total


def _mend(context: Context, entry: PortEntry, scalar: str) -> Mend | None:
    source, end = context.source(entry.file), entry.span.end
    start = end - len(scalar)
    if source is None or source.text[start:end] != scalar or not scalar.isprintable():
        return None
    if '"' in scalar or "\\" in scalar:
        quoted = "'" + scalar.replace("'", "''") + "'"
        return Mend("quote it", (Edit(start, end, quoted),))
    return Mend("quote it", (Edit(start, start, '"'), Edit(end, end, '"')))
