"""A widget that draws lines of roles; everything that is not a table or a field is one."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.visual import VisualType
from textual.widget import Widget

from tui.paint import content
from tui.presentation.cells import Line


class Lines(Widget):
    """Draws the lines that it was given last."""

    DEFAULT_CSS = "Lines { height: auto; }"
    auto_links = False

    def __init__(self, lines: Sequence[Line] = (), *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._lines = tuple(lines)

    @property
    def lines(self) -> tuple[Line, ...]:
        """What is drawn."""
        return self._lines

    def show(self, lines: Sequence[Line]) -> None:
        """Draw these from now on; nothing is done when they are the same."""
        new = tuple(lines)
        if new == self._lines:
            return
        grew = len(new) != len(self._lines)
        self._lines = new
        self.refresh(layout=grew)

    def render(self) -> VisualType:
        """The lines as Content."""
        if not self._lines:
            return Content("")
        return content(self._lines, self.app.current_theme)
