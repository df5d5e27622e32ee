"""An entry as read, before its rivals are known, and the key compose tells entries apart by."""

from __future__ import annotations

from dataclasses import dataclass, replace

from yaml.nodes import Node

from manager.compose.document import style_of
from manager.compose.scope import Scope
from manager.compose.text import UNKNOWN, Place
from manager.compose.values import PortEntry, PortParts, PortRun, Syntax

Key = tuple[str, str, str, str]
"""Host address, kind of the published value, its text or offset to the target, protocol."""

Plain = str | int | dict[str, object]

_TEXTS = ("published", "protocol", "mode", "name", "app_protocol")
NO_PUBLISHED = "none"
NUMBERS = "numbers"
TEXT = "text"


@dataclass(frozen=True, slots=True)
class Read:
    """An entry as read, before its rivals are known. key None: compose refuses it.

    plain: what compose compares: text, a number, or the values of the long form by their names.
    """

    entry: PortEntry
    key: Key | None
    plain: Plain = ""

    def escaped(self) -> Read:
        """The entry once it was included: compose then doubles every dollar in it."""
        run = self.entry.runs[0] if self.entry.runs else None
        if run is None or self.key is None:
            return self
        texts = {name: getattr(run, name) for name in _TEXTS}
        doubled = {n: text.replace("$", "$$") for n, text in texts.items() if "$" in text}
        if not doubled:
            return self
        host, kind, published, protocol = self.key
        key = (host, kind, published.replace("$", "$$"), protocol.replace("$", "$$"))
        return replace(self, key=key, entry=replace(self.entry, runs=(replace(run, **doubled),)))


def blank(scope: Scope, node: Node, service: str, alias: Place | None) -> PortEntry:
    """An entry of which nothing is known yet but its place."""
    span = scope.span(node)
    return PortEntry(
        service=service,
        file=scope.sheet.path,
        span=span,
        syntax=Syntax.SHORT,
        style=style_of(node),
        parts=PortParts(),
        host_ip=UNKNOWN,
        published=UNKNOWN,
        target=UNKNOWN,
        protocol=UNKNOWN,
        origin=scope.under(alias),
        raw=scope.sheet.source.text[span.start : span.end],
    )


def key_of(
    run: PortRun, host_ip: str | None, published: str | int | None, protocol: str | None
) -> Key:
    """The key by which compose finds an entry repeated.

    A number and its text are different to compose, as are 08080 and 8080; name and mode do not
    count. Numbers are kept as their distance to the target, so that a range has one key.
    """
    host = "0.0.0.0" if host_ip is None else host_ip
    proto = "tcp" if protocol is None else protocol
    if published is None:
        return (host, NO_PUBLISHED, "", proto)
    if isinstance(published, int):
        return (host, f"int {NUMBERS}", str(published - run.target), proto)
    if published.isascii() and published.isdigit() and str(int(published[:20])) == published:
        return (host, NUMBERS, str(int(published) - run.target), proto)
    return (host, TEXT, published, proto)
