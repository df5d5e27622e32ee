"""What check and doctor find: severity, place, message, fix. No rendering here."""

from __future__ import annotations

from enum import StrEnum

from manager.model.value import NamedTuple, dataclass


class Severity(StrEnum):
    """How bad a finding is; `rank` orders them, worst first."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for error, 2 for info."""
        return list(Severity).index(self)


class Span(NamedTuple):
    """A place in a text file. Lines and columns count characters from 1; end is exclusive.

    start and end are character offsets into the text after a byte order mark.
    """

    line: int
    column: int
    end_line: int
    end_column: int
    start: int
    end: int


class Edit(NamedTuple):
    """Replace the characters from `start` to `end` (exclusive) by `text`."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """A way to mend a finding: edits of one file. Unsafe when it changes what is reachable."""

    title: str
    edits: tuple[Edit, ...]
    safe: bool = True


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding of a rule, at one place of one file."""

    rule: str
    name: str
    severity: Severity
    file: str
    span: Span
    message: str
    hint: str = ""
    service: str | None = None
    fix: Fix | None = None
