"""Texts in a box over the page: help, and a row's whole story."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen

from manager.model.text import printable
from tui.actions import Place
from tui.presentation.cells import Line
from tui.widgets.lines import Lines

MOST = 92
"""Columns of a box, its border included: longer lines are hard to read."""
AROUND = 7
"""Columns of its border, of the space at both sides, and of the scroll bar."""


class Reader(ModalScreen[None]):
    """Shows lines. Closes with any of the usual keys; scrolls with the arrows."""

    PLACE: ClassVar = Place.TEXT
    AUTO_FOCUS = ""
    CLOSES: ClassVar = "esc closes"

    def __init__(
        self, title: str, write: Callable[[int], Sequence[Line]], *, most: int = MOST
    ) -> None:
        """`write` makes the lines for that many columns; the box has at most `most`."""
        super().__init__()
        self._most = most
        self._title, self._write = title, write

    def compose(self) -> ComposeResult:
        """The box."""
        with VerticalScroll(id="box", can_focus=False) as box:
            box.styles.max_width = self._most
            box.border_title = Content(printable(self._title))
            box.border_subtitle = self.CLOSES
            yield Lines(id="told")

    def renew(self) -> None:
        """Write it anew: what it tells may have changed."""
        self.on_resize()

    def on_resize(self) -> None:
        """Wrap anew."""
        columns = min(self.size.width, self._most) - AROUND
        self.query_one("#told", Lines).show(self._write(max(columns, 40)))

    def scroll(self, lines: int) -> None:
        """Scroll by that many lines."""
        box = self.query_one("#box", VerticalScroll)
        box.scroll_relative(y=lines, animate=False)
