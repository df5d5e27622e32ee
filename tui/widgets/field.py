"""A labelled field with completion and a note under it, and a choice between words."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.message import Message
from textual.visual import VisualType
from textual.widget import Widget
from textual.widgets import Input

from tui.paint import content
from tui.presentation.cells import Line, Role, Span, wrap
from tui.presentation.glyphs import Glyphs
from tui.widgets.completer import Completer
from tui.widgets.lines import Lines

LABEL = 13


class Field(Widget):
    """A text to type. What stands under it is set from outside."""

    def __init__(
        self,
        label: str,
        value: str,
        complete: Callable[[str], Sequence[str]],
        *,
        placeholder: str = "",
        id: str,  # noqa: A002
    ) -> None:
        super().__init__(id=id)
        self._label, self._value, self._complete = label, value, complete
        self._placeholder = placeholder

    def compose(self) -> ComposeResult:
        """Label, input, note."""
        yield Lines([(Span(f"{self._label:<{LABEL}}", Role.HEAD),)], id="label")
        yield Input(
            self._value,
            placeholder=self._placeholder,
            compact=True,
            select_on_focus=True,
            suggester=Completer(self._complete),
        )
        yield Lines([()], id="note")

    @property
    def input(self) -> Input:
        """The input itself."""
        return self.query_one(Input)

    @property
    def value(self) -> str:
        """The text as typed."""
        return self.input.value

    def note(self, line: Line) -> None:
        """Show this under the field."""
        note = self.query_one("#note", Lines)
        columns, rows = note.content_size
        lines = wrap(line, columns) if columns and rows > 1 else [line]
        note.show(lines)


class Choice(Widget, can_focus=True):
    """One of several words; space, left and right go through them."""

    BINDINGS = [  # noqa: RUF012
        Binding("space,right", "turn(1)", "Next", show=False),
        Binding("left", "turn(-1)", "Previous", show=False),
    ]
    auto_links = False

    class Changed(Message):
        """Another word was chosen."""

    def __init__(
        self,
        label: str,
        options: Sequence[tuple[str, str]],
        *,
        glyphs: Glyphs,
        role: Role = Role.STRONG,
        id: str,  # noqa: A002
    ) -> None:
        super().__init__(id=id)
        self._label, self._options, self._glyphs = label, tuple(options), glyphs
        self._role = role
        self._index = 0

    @property
    def value(self) -> str:
        """The value of the word that is chosen."""
        return self._options[self._index][0]

    def render(self) -> VisualType:
        """Label and word between two marks."""
        line: Line = (
            Span(f"{self._label:<{LABEL}}", Role.HEAD),
            Span("< ", Role.ACCENT),
            Span(self._options[self._index][1], self._role if self._index else Role.TEXT),
            Span(" >", Role.ACCENT),
        )
        return Content(" ").join([content([line], self.app.current_theme)])

    def action_turn(self, step: int) -> None:
        """Go to the next or the previous word."""
        self._index = (self._index + step) % len(self._options)
        self.refresh()
        self.post_message(self.Changed())

    def on_click(self) -> None:
        """A click goes on by one."""
        self.focus()
        self.action_turn(1)
