"""An entry as read, before its rivals are known, and the key compose tells entries apart by."""

from __future__ import annotations

from manager.compose.document import style_of
from manager.compose.libyaml import Node
from manager.compose.scope import Scope
from manager.compose.text import UNKNOWN, Place, UnknownType
from manager.compose.values import PortEntry, PortError, PortParts, PortRun, Syntax
from manager.model.finding import Span
from manager.model.ports import IPAddress, PortRange
from manager.model.value import NamedTuple

Key = tuple[str, str, str, str]
"""Host address, kind of the published value, its text or offset to the target, protocol."""

Plain = str | int | dict[str, object]

NO_PUBLISHED = "none"
NUMBERS = "numbers"
TEXT = "text"


class Read(NamedTuple):
    """An entry as read, before its rivals are known. key None: compose refuses it.

    plain: what compose compares: text, a number, or the values of the long form by their names.
    written: of an entry that only compose's schema refuses, what it is told apart by before that.
    """

    entry: PortEntry
    key: Key | None
    plain: Plain = ""
    written: object = None


class Meaning(NamedTuple):
    """What an entry says, UNKNOWN where that cannot be known."""

    host_ip: IPAddress | UnknownType | None = UNKNOWN
    published: PortRange | UnknownType | None = UNKNOWN
    target: PortRange | UnknownType = UNKNOWN
    protocol: str | UnknownType = UNKNOWN
    picks: bool = False


NOTHING_KNOWN = Meaning()


class Frame(NamedTuple):
    """Where an item stands: its document, its node, its service, and how it came there."""

    scope: Scope
    node: Node
    service: str
    alias: Place | None

    @property
    def span(self) -> Span:
        """The span of the whole item."""
        return self.scope.span(self.node)

    def entry(
        self,
        syntax: Syntax,
        parts: PortParts,
        meaning: Meaning,
        *,
        error: PortError | None = None,
        run: PortRun | None = None,
    ) -> PortEntry:
        """The entry, with what is known of it."""
        sheet = self.scope.sheet
        span = sheet.node_span(self.node)
        return PortEntry(
            self.service,
            sheet.path,
            span,
            syntax,
            style_of(self.node),
            parts,
            meaning.host_ip,
            meaning.published,
            meaning.target,
            meaning.protocol,
            self.scope.under(self.alias),
            error,
            () if run is None else (run,),
            meaning.picks,
            sheet.source.text[span.start : span.end],
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
