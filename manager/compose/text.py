"""Text of compose files: where it stands, what is written there, and what it reads as."""

from __future__ import annotations

from enum import Enum, StrEnum

from manager.model.finding import Span
from manager.model.value import NamedTuple, dataclass

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final, Literal


class Unknown(Enum):
    """The type of UNKNOWN, the value of what cannot be known from the files."""

    UNKNOWN = "unknown"

    def __bool__(self) -> bool:
        """False, so that `value or default` never takes it for something."""
        return False


UNKNOWN: Final = Unknown.UNKNOWN
if TYPE_CHECKING:
    UnknownType = Literal[Unknown.UNKNOWN]
else:
    UnknownType = Unknown


class Style(StrEnum):
    """How a node is written in the file."""

    PLAIN = "plain"
    SINGLE = "single-quoted"
    DOUBLE = "double-quoted"
    LITERAL = "literal"
    FOLDED = "folded"
    MAPPING = "mapping"
    SEQUENCE = "sequence"

    @property
    def quoted(self) -> bool:
        """Whether it stands in quotes."""
        return self in {Style.SINGLE, Style.DOUBLE}


class Place(NamedTuple):
    """A span of a file."""

    file: str
    span: Span


class Variable(NamedTuple):
    """One use of a variable: `$NAME`, `${NAME}`, `${NAME:-word}` and the other forms.

    operator is "" or one of :- - :? ? :+ +; word is what follows it, as written (None without
    operator). value is what the environment says, None when it is not set there. span is exact
    where the scalar stands verbatim in the file, else that of the whole scalar.
    """

    name: str
    operator: str
    word: str | None
    value: str | None
    span: Span

    @property
    def has_default(self) -> bool:
        """Whether the form itself says what holds when the variable is not set."""
        return self.operator in {":-", "-", ":+", "+"}

    @property
    def unset(self) -> bool:
        """Whether neither the environment nor the form gives a value: nobody knows it."""
        return self.value is None and not self.has_default


class Part(NamedTuple):
    """A scalar, or a part of one such as the host port of a short entry.

    raw: as written in the file (without the quotes). text: what compose reads, every variable
    replaced, unset ones by nothing. span: where it stands; empty (start == end) for a part that
    is left out between two colons. style: that of the scalar it is a part of.
    """

    raw: str
    text: str
    span: Span
    style: Style = Style.PLAIN
    variables: tuple[Variable, ...] = ()

    @property
    def known(self) -> bool:
        """False when a variable in it has no value."""
        return not self.variables or not any(variable.unset for variable in self.variables)

    @property
    def value(self) -> str | UnknownType:
        """The text, or UNKNOWN."""
        return self.text if self.known else UNKNOWN


@dataclass(frozen=True, slots=True)
class SourceText:
    """A file as read: `text` is what follows the byte order mark, newlines as they are.

    encoding is utf-8, utf-16-le or utf-16-be; bom says whether there was a mark; newline is the
    one used most. All offsets of Spans and Edits count characters of `text`.
    """

    path: str
    text: str
    encoding: str = "utf-8"
    bom: bool = False
    newline: str = "\n"

    def encode(self, text: str) -> bytes:
        """The bytes of a file that holds `text` and is encoded as this one is."""
        mark = "\ufeff" if self.bom else ""
        return (mark + text).encode(self.encoding)
