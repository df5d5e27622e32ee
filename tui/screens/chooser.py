"""A short list to choose from, over the page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen

from manager.model.text import printable
from tui.actions import Place
from tui.presentation.cells import Line
from tui.widgets.line_list import LineList


class Chooser(ModalScreen[None]):
    """Calls `chosen` with the index of the line that was chosen; Esc chooses none."""

    PLACE: ClassVar = Place.CHOICE
    AUTO_FOCUS = ""

    def __init__(self, title: str, lines: Sequence[Line], chosen: Callable[[int], object]) -> None:
        super().__init__()
        self._title, self._lines, self._chosen = title, tuple(lines), chosen

    def compose(self) -> ComposeResult:
        """The list in a box of its size."""
        with Vertical(id="box") as box:
            box.border_title = Content(printable(self._title))
            box.border_subtitle = "enter takes it"
            choices = LineList(self._lines, id="choices")
            choices.styles.height = len(self._lines)
            yield choices

    def on_mount(self) -> None:
        """Take the keyboard."""
        self.set_focus(self.query_one(LineList))

    def move(self, steps: int) -> None:
        """Move the cursor."""
        self.query_one(LineList).move(steps)

    @on(LineList.Chosen)
    def choose(self) -> None:
        """Take the line under the cursor."""
        index = self.query_one(LineList).index
        self.dismiss()
        self._chosen(index)
