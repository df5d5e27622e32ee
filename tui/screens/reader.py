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


class Reader(ModalScreen[None]):
    """Shows lines. Closes with any of the usual keys; scrolls with the arrows."""

    PLACE: ClassVar = Place.TEXT
    AUTO_FOCUS = ""
    CLOSES: ClassVar = "esc closes"

    def __init__(self, title: str, write: Callable[[int], Sequence[Line]]) -> None:
        """`write` makes the lines for that many columns."""
        super().__init__()
        self._title, self._write = title, write

    def compose(self) -> ComposeResult:
        """The box."""
        with VerticalScroll(id="box", can_focus=False) as box:
            box.border_title = Content(printable(self._title))
            box.border_subtitle = self.CLOSES
            yield Lines(id="told")

    def renew(self) -> None:
        """Write it anew: what it tells may have changed."""
        self.on_resize()

    def on_resize(self) -> None:
        """Wrap anew."""
        columns = self.query_one("#box").content_size.width - 1
        self.query_one("#told", Lines).show(self._write(max(columns, 40)))

    def scroll(self, lines: int) -> None:
        """Scroll by that many lines."""
        box = self.query_one("#box", VerticalScroll)
        box.scroll_relative(y=lines, animate=False)
