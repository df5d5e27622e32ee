"""The line under the tabs: what is counted, and the filter, which opens over it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Input

from tui.presentation.cells import Line, Role, Span, line_width
from tui.presentation.summary import example
from tui.widgets.completer import Completer
from tui.widgets.lines import Lines


class Band(Widget):
    """Always one line high, so that nothing under it moves when the filter comes and goes."""

    def __init__(self, complete: Callable[[str], Sequence[str]]) -> None:
        super().__init__(id="band")
        self._complete = complete
        self._right = 0

    def compose(self) -> ComposeResult:
        """The counts, and under their left part the filter."""
        yield Lines(id="counts")
        with Horizontal(id="filter"):
            yield Lines([(Span(" / ", Role.KEY),)], id="slash")
            needle = Input(compact=True, suggester=Completer(self._complete), id="needle")
            needle.can_focus = False
            yield needle

    @property
    def needle(self) -> Input:
        """Where the filter is typed."""
        return self.query_one("#needle", Input)

    @property
    def opened(self) -> bool:
        """Whether the filter is to be seen."""
        return self.has_class("-opened")

    def turn(self, *, opened: bool) -> None:
        """Show the filter, or the counts alone."""
        # Only what lies over what is turned round: nothing has to be given another size.
        self.set_class(opened, "-opened")
        self.needle.can_focus = opened

    def show(self, line: Line, right: Line, columns: int) -> None:
        """Draw `line`; `right` is its part that an open filter leaves free."""
        self.query_one("#counts", Lines).show([line])
        if line_width(right) != self._right or columns != self.size.width:
            self._right = line_width(right)
            room = columns - self._right
            self.query_one("#filter").styles.width = room
            self.needle.placeholder = example(room - 6)
