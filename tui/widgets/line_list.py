"""A list of lines with a cursor. Draws only what is seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.paint import Painter, cursor_ground
from tui.presentation.cells import Line


class LineList(ScrollView, can_focus=True, inherit_bindings=False):
    """One line an item; the cursor keeps its place when the lines change."""

    DEFAULT_CSS = "LineList { overflow-x: hidden; scrollbar-size-vertical: 1; }"

    @dataclass
    class Chosen(Message):
        """A line was double-clicked."""

        index: int

    def __init__(
        self,
        lines: Sequence[Line] = (),
        *,
        moved: Callable[[], object] | None = None,
        id: str | None = None,  # noqa: A002
    ) -> None:
        """`moved` is called once the cursor stands on another line."""
        super().__init__(id=id)
        self._moved = moved
        self._lines = tuple(lines)
        self.index = 0

    def show(self, lines: Sequence[Line]) -> None:
        """Draw these lines."""
        self._lines = tuple(lines)
        self.index = min(self.index, max(len(self._lines) - 1, 0))
        self.virtual_size = Size(self.size.width, len(self._lines))
        self.refresh()

    def move(self, steps: int) -> None:
        """Move the cursor, stopping at the ends."""
        last = max(len(self._lines) - 1, 0)
        self.go(min(max(self.index + steps, 0), last))

    def page(self, pages: int) -> None:
        """Move by screens."""
        self.move(pages * max(self.size.height - 1, 1))

    def go(self, index: int) -> None:
        """Put the cursor on that line."""
        if index == self.index:
            return
        self.index = index
        top, seen = self.scroll_offset.y, self.size.height
        if index < top:
            self.scroll_to(y=index, animate=False, force=True)
        elif index >= top + seen:
            self.scroll_to(y=index - seen + 1, animate=False, force=True)
        self.refresh()
        if self._moved is not None:
            self._moved()

    def on_resize(self) -> None:
        """Take the new width."""
        self.virtual_size = Size(self.size.width, len(self._lines))

    def on_click(self, event: events.Click) -> None:
        """Select a line; open it at the second click."""
        index = event.y + self.scroll_offset.y
        if 0 <= index < len(self._lines):
            self.go(index)
            if event.chain == 2:
                self.post_message(self.Chosen(index))

    def render_line(self, y: int) -> Strip:
        """Line `y` of what is seen."""
        index, theme = y + self.scroll_offset.y, self.app.current_theme
        cursor = index == self.index and bool(self._lines)
        ground = cursor_ground(
            theme, self.visual_style.background, 0.24 if cursor else 0.0, cursor=cursor
        )
        line = self._lines[index] if index < len(self._lines) else ()
        return Painter(theme, ground, plain=theme.ansi and cursor).strip(line, self.size.width)
