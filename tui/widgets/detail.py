"""The story of the selected row, beside or under the table."""

from __future__ import annotations

from textual.content import Content
from textual.visual import VisualType
from textual.widget import Widget

from manager.model.snapshot import EngineInfo
from tui.paint import content
from tui.presentation.cells import Line, Role, Span, clip_line, line_width
from tui.presentation.entry import Entry
from tui.presentation.glyphs import Glyphs
from tui.presentation.story import Story, story, story_lines


class Detail(Widget):
    """Tells one entry; cuts the story short from below, never the next steps."""

    auto_links = False

    def __init__(self, *, glyphs: Glyphs, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.glyphs = glyphs
        self._entry: Entry | None = None
        self._engine: EngineInfo | None = None
        self._asking = False

    def tell(self, entry: Entry | None, engine: EngineInfo | None, *, asking: bool = False) -> None:
        """Tell this entry from now on. `asking`: its port is being asked."""
        new = (entry, engine, asking)
        if new != (self._entry, self._engine, self._asking):
            self._entry, self._engine, self._asking = new
            self.refresh()

    def render(self) -> VisualType:
        """Title, facts, next steps."""
        columns, rows = self.content_size
        if self._entry is None or rows < 2:
            return Content("")
        told = story(self._entry, self._engine, self.glyphs, asking=self._asking)
        lines = [
            _title(told, columns, self.glyphs),
            *_fitted(told, columns, rows - 1, self.glyphs.ellipsis),
        ]
        return content(lines, self.app.current_theme)


def _title(told: Story, columns: int, g: Glyphs) -> Line:
    """The title on a rule, as the border of the pane."""
    head = (Span(f"{g.rule * 2} ", Role.FAINT), *told.title, Span(" "))
    rest = columns - line_width(head)
    return clip_line((*head, Span(g.rule * max(rest, 0), Role.FAINT)), columns, g.ellipsis)


def _fitted(told: Story, columns: int, rows: int, ellipsis: str) -> list[Line]:
    """The story in at most `rows` lines, with the next steps at its end."""
    facts, steps = story_lines(told, columns, airy=True)
    if len(facts) + len(steps) < rows:
        return [(), *facts, *steps]
    facts, steps = story_lines(told, columns)
    room = max(rows - len(steps), 0)
    kept = facts[:room]
    if kept and len(facts) > room:
        # More is told on the story's own page.
        more = f" {ellipsis}"
        kept[-1] = (*clip_line(kept[-1], columns - len(more), ""), Span(more, Role.MUTED))
    return [*kept, *steps[:rows]]
