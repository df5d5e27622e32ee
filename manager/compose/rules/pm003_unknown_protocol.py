"""The protocol is not tcp, udp or sctp.

Compose lets any word through in the long syntax (`protocol: http`), and the engine refuses it
at start. What the application speaks goes into `app_protocol`. The long syntax keeps upper
case (`UDP`), which not every engine takes; that alone is a warning.

Fix (safe): lower case.
"""

from __future__ import annotations

from collections.abc import Iterator

from manager.compose.refusals import error_hit, refused
from manager.compose.rule import Context, Hit, Mend
from manager.compose.values import Place, Syntax
from manager.model.finding import Edit, Severity


def check(context: Context) -> Iterator[Hit]:
    """Unknown protocols, and known ones in upper case."""
    for service, entry, error in refused(context, "PM003"):
        yield error_hit(service, entry, error)
    for named, entry in context.accepted:
        part, source = entry.parts.protocol, context.source(entry.file)
        if entry.syntax is Syntax.SHORT or part is None or source is None:
            continue
        if not part.known or part.text == part.text.lower():
            continue
        mend = None
        start = source.text.find(part.text, part.span.start, part.span.end)
        if start >= 0:
            edit = Edit(start, start + len(part.text), part.text.lower())
            mend = Mend("write the protocol in lower case", (edit,), "lower-case")
        yield Hit(
            Place(entry.file, part.span),
            f"protocol {part.text!r} is handed to the engine in upper case",
            f"write protocol: {part.text.lower()}",
            named.name,
            entry,
            Severity.WARNING,
            mend,
        )
