"""The alphabet of the presentation: pieces of text, each with a role that a theme colours.

A role says what a piece means; which colour that is, the theme decides. Every colour has a word
or a sign beside it, so nothing is lost without colours.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size

from manager.model.text import printable


class Role(StrEnum):
    """What a piece of text means."""

    TEXT = "text"
    STRONG = "strong"
    MUTED = "muted"
    FAINT = "faint"
    ACCENT = "accent"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"
    CHIP = "chip"
    """Open to all networks: the loudest thing on the screen."""
    LOUD = "loud"
    PROJECT = "project"
    KEY = "key"
    HEAD = "head"
    TAB = "tab"
    ADDED = "added"
    REMOVED = "removed"


class Span(NamedTuple):
    """A piece of text with its role, and the action that a click on it performs."""

    text: str
    role: Role = Role.TEXT
    action: str = ""


Line = tuple[Span, ...]


def plain(line: Iterable[Span]) -> str:
    """The text of a line without its roles."""
    return "".join(span.text for span in line)


def counted(number: int, word: str) -> str:
    """`1 file`, `2 files`."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def width(text: str) -> int:
    """Terminal columns of a text; wide characters take two."""
    return len(text) if text.isascii() else cell_len(text)


def line_width(line: Iterable[Span]) -> int:
    """Terminal columns of a line."""
    return sum(width(span.text) for span in line)


def clip(text: str, columns: int, ellipsis: str = "…") -> str:
    """`text` in at most `columns` columns; what is cut off leaves an ellipsis."""
    if width(text) <= columns:
        return text
    if columns <= width(ellipsis):
        return ellipsis[:columns]
    return set_cell_size(text, columns - width(ellipsis)).rstrip() + ellipsis


def fit(text: str, columns: int, *, right: bool = False, ellipsis: str = "…") -> str:
    """`text` in exactly `columns` columns."""
    shown = clip(text, columns, ellipsis)
    gap = " " * (columns - width(shown))
    return gap + shown if right else shown + gap


def clip_line(line: Line, columns: int, ellipsis: str = "…") -> Line:
    """The line in at most `columns` columns, roles kept."""
    left, spans = columns, []
    for span in line:
        size = width(span.text)
        if size <= left:
            spans.append(span)
            left -= size
            continue
        if left > 0:
            spans.append(span._replace(text=clip(span.text, left, ellipsis)))
        break
    return tuple(spans)


def spread(left: Line, right: Line, columns: int) -> Line:
    """Two lines on one: `left` at the left end, `right` at the right end where it has room."""
    gap = columns - line_width(left) - line_width(right)
    if gap < 1:
        return clip_line(left, columns)
    return (*left, Span(" " * gap), *right)


def wrap(line: Line, columns: int, *, indent: str = "") -> list[Line]:
    """The line broken at spaces into lines of at most `columns` columns.

    `indent` stands before every line but the first. A word longer than a line is broken.
    """
    columns = max(columns, 8)
    lines: list[list[Span]] = [[]]
    room = columns
    for word in _words(line):
        size = line_width(word)
        if size > room and lines[-1] and not (len(lines) > 1 and len(lines[-1]) == 1):
            lines.append([Span(indent)] if indent else [])
            room = columns - width(indent)
        if not lines[-1] and len(lines) > 1 and plain(word).isspace():
            continue
        for span in word:
            room = _place(span, lines, room, columns, indent)
    return [tuple(_without_trailing_space(spans)) for spans in lines]


def text_lines(texts: Iterable[str], columns: int) -> list[Line]:
    """Texts from outside, each broken into lines, harmless to a terminal."""
    lines: list[Line] = []
    for text in texts:
        lines += wrap((Span(printable(text.expandtabs())),), columns)
    return lines


def _place(span: Span, lines: list[list[Span]], room: int, columns: int, indent: str) -> int:
    """Put a span at the end of `lines`, breaking it where it is longer than a line."""
    text = span.text
    while width(text) > room:
        head = set_cell_size(text, room).rstrip()
        lines[-1].append(span._replace(text=head))
        text = text[len(head) :]
        lines.append([Span(indent)] if indent else [])
        room = columns - width(indent)
    lines[-1].append(span._replace(text=text))
    return room - width(text)


def _words(line: Line) -> list[Line]:
    """Runs of spans that may not be parted: up to and with the space that ends them."""
    words: list[list[Span]] = [[]]
    for span in line:
        rest = span.text
        while rest:
            head, space, rest = rest.partition(" ")
            words[-1].append(span._replace(text=head + space))
            if space:
                words.append([])
    return [tuple(word) for word in words if word]


def _without_trailing_space(spans: list[Span]) -> list[Span]:
    if spans:
        spans[-1] = spans[-1]._replace(text=spans[-1].text.rstrip())
    return [span for span in spans if span.text]
