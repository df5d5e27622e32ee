"""Help: every key of the page under it, from the list of actions."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.screen import ModalScreen

from tui.actions import Action
from tui.presentation.helptext import help_lines
from tui.screens.page import the_app
from tui.widgets.lines import Lines


class Help(ModalScreen[None]):
    """Closes with any of the usual keys; scrolls with the arrows."""

    BINDINGS = [  # noqa: RUF012
        Binding("escape,q,question_mark,enter", "dismiss", "Close"),
        Binding("down,j", "scroll(1)", "Down", show=False),
        Binding("up,k", "scroll(-1)", "Up", show=False),
        Binding("pagedown,space", "scroll(10)", "Page down", show=False),
        Binding("pageup", "scroll(-10)", "Page up", show=False),
    ]

    def __init__(self, actions: tuple[Action, ...]) -> None:
        super().__init__()
        self._actions = actions

    def compose(self) -> ComposeResult:
        """The keys, in groups."""
        with VerticalScroll(id="box", can_focus=False) as box:
            box.border_title = "Keys"
            box.border_subtitle = "esc closes"
            yield Lines(id="told")

    def on_resize(self) -> None:
        """Wrap anew."""
        columns = self.query_one("#box").content_size.width - 1
        lines = help_lines(self._actions, max(columns, 40))
        self.query_one("#told", Lines).show(lines)

    def action_scroll(self, lines: int) -> None:
        """Scroll by that many lines."""
        box = self.query_one("#box", VerticalScroll)
        box.scroll_relative(y=lines, animate=the_app(self).animation_level == "full")
