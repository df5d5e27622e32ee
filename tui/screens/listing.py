"""A page that is a list with the selected line told in full: under it, or beside it."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Container

from tui.presentation.cells import Line
from tui.screens.page import Page
from tui.widgets.line_list import LineList
from tui.widgets.lines import Lines

WIDE = 160
"""Columns of a terminal from which on the selected line is told beside the list."""
BESIDE = 66
"""Columns of what is told there, as #detail has them in the style sheet."""


class Listing(Page):
    """Subclasses say the lines, and what the line under the cursor tells."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide")]  # noqa: RUF012

    def body(self) -> ComposeResult:
        """The list, and what the selected line tells."""
        yield Lines(id="note")
        with Container(id="main"):
            yield LineList(moved=self.tell, id="list")
            yield Lines(id="detail")

    def on_mount(self) -> None:
        """Take the keyboard."""
        super().on_mount()
        self.set_focus(self.mover)

    @property
    def mover(self) -> LineList:
        """What the movement keys move in."""
        return self.query_one("#list", LineList)

    @property
    def beside(self) -> bool:
        """Whether there is room to tell the selected line beside the list."""
        return self.size.width >= WIDE

    @property
    def index(self) -> int:
        """The line under the cursor."""
        return self.mover.index

    @abstractmethod
    def note(self) -> Line:
        """What stands over the list."""

    @abstractmethod
    def lines(self, columns: int) -> Sequence[Line]:
        """The list."""

    @abstractmethod
    def detail(self, columns: int) -> Sequence[Line]:
        """What the line under the cursor tells."""

    def frame(self) -> None:
        """Top bar, footer, list and detail as things stand now."""
        super().frame()
        self.query_one("#note", Lines).show([self.note()])
        self.mover.show(self.lines(self.size.width - 1 - (BESIDE if self.beside else 0)))
        self.tell()

    def tell(self) -> None:
        """Tell the line under the cursor."""
        columns = BESIDE - 3 if self.beside else max(self.size.width - 2, 20)
        self.query_one("#detail", Lines).show(self.detail(columns))
