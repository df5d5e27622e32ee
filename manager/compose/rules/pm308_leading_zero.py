"""A port is written with a leading zero.

What it means depends on where it stands: `"080:80"` is port 80, `target: 0120` is octal and so
80, `target: "0120"` is 120, and an unquoted `080` alone is rejected.

Fix (safe): the zeros go, in a quoted entry of the short syntax.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from manager.compose.rule import Context, Hit, Mend
from manager.compose.values import Part, Place, PortEntry, Syntax
from manager.compose.words import shortened
from manager.model.finding import Edit

_ZEROS = r"(?<![0-9A-Za-z_])0+(?=[0-9])"


def check(context: Context) -> Iterator[Hit]:
    """Ports with zeros before them."""
    for service, entry in context.accepted:
        for part in (entry.parts.published, entry.parts.target):
            if part is None or not part.known:
                continue
            text = part.text if part.variables else part.raw
            if _has_zero(text):
                means = _meaning(entry, part, text)
                yield Hit(
                    Place(entry.file, part.span),
                    f"{shortened(text)} has a leading zero{means}",
                    "write the port without it",
                    service.name,
                    entry,
                    mend=_mend(context, entry, part),
                )


def _has_zero(text: str) -> bool:
    # The first look spares nearly every port the pattern.
    return (text[:1] == "0" or "-0" in text) and re.search(_ZEROS, text) is not None


def _meaning(entry: PortEntry, part: Part, text: str) -> str:
    """What compose takes it for, where that is not what the digits say."""
    runs = entry.runs
    if part is not entry.parts.target or not runs or str(runs[0].target) == text.lstrip("0"):
        return ""
    return f", and compose reads {runs[0].target}"


def _mend(context: Context, entry: PortEntry, part: Part) -> Mend | None:
    source = context.source(entry.file)
    if source is None or entry.syntax is Syntax.LONG or not entry.style.quoted or part.variables:
        return None
    if source.text[part.span.start : part.span.end] != part.raw:
        return None
    edits = tuple(
        Edit(part.span.start + zeros.start(), part.span.start + zeros.end(), "")
        for zeros in re.finditer(_ZEROS, part.raw)
    )
    return Mend("drop the leading zeros", edits)
