"""Texts in a box over the page: help, and a row's whole story."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen

from tui.presentation.cells import Line
from tui.screens.page import the_app
from tui.widgets.lines import Lines


class Reader(ModalScreen[None]):
    """Shows lines. Closes with any of the usual keys; scrolls with the arrows."""

    BINDINGS = [  # noqa: RUF012
        Binding("escape,q,question_mark,enter", "dismiss", "Close"),
        Binding("down,j", "scroll(1)", "Down", show=False),
        Binding("up,k", "scroll(-1)", "Up", show=False),
        Binding("pagedown,space", "scroll(10)", "Page down", show=False),
        Binding("pageup", "scroll(-10)", "Page up", show=False),
    ]

    def __init__(self, title: str, write: Callable[[int], Sequence[Line]]) -> None:
        """`write` makes the lines for that many columns."""
        super().__init__()
        self._title, self._write = title, write

    def compose(self) -> ComposeResult:
        """The box."""
        with VerticalScroll(id="box", can_focus=False) as box:
            box.border_title = Content(self._title)
            box.border_subtitle = "esc closes"
            yield Lines(id="told")

    def on_resize(self) -> None:
        """Wrap anew."""
        columns = self.query_one("#box").content_size.width - 1
        self.query_one("#told", Lines).show(self._write(max(columns, 40)))

    def action_scroll(self, lines: int) -> None:
        """Scroll by that many lines."""
        box = self.query_one("#box", VerticalScroll)
        box.scroll_relative(y=lines, animate=the_app(self).animation_level == "full")
