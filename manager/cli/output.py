"""All of stdout: text, tables, JSON, and whether there is colour."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from io import TextIOWrapper

from manager.model.text import printable
from manager.model.value import dataclass

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO


_STYLES = {
    "bold": "1",
    "dim": "2",
    "red": "31",
    "green": "32",
    "yellow": "33",
    "cyan": "36",
    "bold red": "1;31",
}


def wants_colour(stream: TextIO, environ: Mapping[str, str] = os.environ) -> bool:
    """NO_COLOR wins, then FORCE_COLOR, then a terminal that is not dumb."""
    if environ.get("NO_COLOR"):
        return False
    if environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and environ.get("TERM", "") != "dumb"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table: text that is escaped when printed, a style, and its alignment."""

    text: str
    style: str = ""
    right: bool = False


class Output:
    """Where a command's answer goes."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self.stream = stream or sys.stdout
        if isinstance(self.stream, TextIOWrapper) and self.stream.errors == "strict":
            # A locale that lacks a letter shows its number: better than nothing at all.
            self.stream.reconfigure(errors="backslashreplace")
        self.colour = wants_colour(self.stream)

    def text(self, text: str = "", style: str = "") -> None:
        """A line, made safe for a terminal."""
        self.stream.write(f"{self.styled(printable(text), style)}\n")

    def json(self, value: object) -> None:
        """One JSON object, and nothing else on stdout."""
        import json

        json.dump(value, self.stream, indent=2, ensure_ascii=self._is_short_of_letters)
        self.stream.write("\n")

    @property
    def _is_short_of_letters(self) -> bool:
        """Whether the stream lacks some: JSON has an escape of its own for them."""
        return not (self.stream.encoding or "utf-8").lower().startswith("utf")

    def json_line(self, value: object) -> None:
        """One JSON object on a line of its own, handed on at once."""
        import json

        self.stream.write(json.dumps(value, ensure_ascii=self._is_short_of_letters) + "\n")
        self.stream.flush()

    def table(self, header: Sequence[str], rows: Sequence[Sequence[Cell]]) -> None:
        """Columns two spaces apart; nothing is cut off, the last column is not padded."""
        safe = [[printable(cell.text) for cell in row] for row in rows]
        widths = [
            max(map(width, (title, *(row[i] for row in safe)))) for i, title in enumerate(header)
        ]
        rights = [any(row[i].right for row in rows) for i in range(len(header))]
        titles = [_pad(t, w, right=r) for t, w, r in zip(header, widths, rights, strict=True)]
        self.stream.write(self.styled("  ".join(titles).rstrip(), "dim") + "\n")
        for row, texts in zip(rows, safe, strict=True):
            parts = [
                self.styled(text, cell.style).join(_margins(text, w, right=cell.right))
                for cell, text, w in zip(row, texts, widths, strict=True)
            ]
            self.stream.write("  ".join(parts).rstrip() + "\n")

    def styled(self, text: str, style: str) -> str:
        """`text` in a style where there is colour; the text must be escaped already."""
        if not style or not self.colour or not text:
            return text
        return f"\x1b[{_STYLES[style]}m{text}\x1b[0m"


def width(text: str) -> int:
    """Terminal columns of a text: wide characters take two, combining ones none."""
    if text.isascii():
        return len(text)
    import unicodedata  # most texts need no table of characters

    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )


def _margins(text: str, total: int, *, right: bool) -> tuple[str, str]:
    gap = " " * (total - width(text))
    return (gap, "") if right else ("", gap)


def _pad(text: str, total: int, *, right: bool) -> str:
    before, after = _margins(text, total, right=right)
    return before + text + after
