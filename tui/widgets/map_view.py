"""The picture of the port range, with a cursor."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from textual import events
from textual.strip import Strip
from textual.widget import Widget

from manager.model.portclass import LINUX_EPHEMERAL
from manager.model.ports import MAX_PORT, PortRange
from tui.paint import Painter, cursor_ground
from tui.presentation.cells import Role, Span
from tui.presentation.entry import Entry
from tui.presentation.glyphs import Glyphs
from tui.presentation.portmap import DYNAMIC, Zoom, map_rows, whole, zoomed

LABEL = 7
"""Columns of the port number before each row."""


class MapView(Widget, can_focus=True):
    """Cells of ports; the arrows move by cell and row, the zoom keys change the scale."""

    def __init__(
        self,
        moved: Callable[[], object],
        *,
        glyphs: Glyphs,
        id: str | None = None,  # noqa: A002
    ) -> None:
        """`moved` is called once the cursor stands on other ports."""
        super().__init__(id=id)
        self._moved = moved
        self._glyphs = glyphs
        self.held: Mapping[int, Sequence[Entry]] = {}
        self._ephemeral = LINUX_EPHEMERAL
        self.zoom = Zoom(0, MAX_PORT + 1, 1, 1)
        self.cursor = 0
        self._rows: list[list[Span]] = []

    @property
    def ports(self) -> PortRange | None:
        """The ports under the cursor."""
        return self.zoom.ports(self.cursor)

    def show(self, held: Mapping[int, Sequence[Entry]], ephemeral: PortRange) -> None:
        """Draw these."""
        self.held, self._ephemeral = held, ephemeral
        self._draw()

    def on_resize(self, event: events.Resize) -> None:
        """Take the new room, the cursor on its port."""
        ports = self.ports
        port = 8080 if ports is None or len(ports) > MAX_PORT else ports.start
        self.zoom = whole(max(self.size.width - LABEL - 1, 8), max(self.size.height, 1))
        self.cursor = self.zoom.cell(port)
        self._draw()
        self._moved()

    def move(self, steps: int) -> None:
        """Move by rows: what the up and down keys do."""
        self.go(self.cursor + steps * self.zoom.columns)

    def page(self, pages: int) -> None:
        """Move by a quarter of the picture."""
        self.move(pages * max(self.zoom.rows // 4, 1))

    def aside(self, steps: int) -> None:
        """Move by cells."""
        self.go(self.cursor + steps)

    def go(self, cell: int) -> None:
        """Put the cursor on that cell, or the nearest one that has ports."""
        last = self.zoom.cell(MAX_PORT)
        self.cursor = min(max(cell, 0), last)
        self.refresh()
        self._moved()

    def next_taken(self) -> None:
        """To the next cell with somebody in it, round the end."""
        cells = sorted({self.zoom.cell(p) for p in self.held if self._is_seen(p)})
        if cells:
            self.go(next((cell for cell in cells if cell > self.cursor), cells[0]))

    def rescale(self, factor: int) -> None:
        """Nearer or further, around the cursor."""
        ports = self.ports
        port = ports.start if ports else 0
        self.zoom = zoomed(self.zoom, port, factor)
        self.cursor = self.zoom.cell(port)
        self._draw()
        self._moved()

    def on_click(self, event: events.Click) -> None:
        """To the cell that was clicked; nearer at the second click."""
        column = event.x - LABEL
        if 0 <= column < self.zoom.columns and event.y < self.zoom.rows:
            self.go(event.y * self.zoom.columns + column)
            if event.chain == 2:
                self.rescale(4)

    def render_line(self, y: int) -> Strip:
        """One row of cells after the number of its first port."""
        theme, ground = self.app.current_theme, self.visual_style.background
        plain = Painter(theme, cursor_ground(theme, ground, 0.0, cursor=False))
        if y >= len(self._rows):
            return plain.strip((), self.size.width)
        row, column = divmod(self.cursor, self.zoom.columns)
        first = self.zoom.ports(y * self.zoom.columns)
        role = Role.PROJECT if first and first.end >= DYNAMIC else Role.MUTED
        label = (Span(f"{first.start:>6} " if first else " " * LABEL, role),)
        cells = self._rows[y]
        if y != row:
            return plain.strip((*label, *cells), self.size.width)
        under = Painter(theme, cursor_ground(theme, ground, 1.0, cursor=True))
        rest = self.size.width - LABEL - column - 1
        return Strip.join([
            plain.strip((*label, *cells[:column]), LABEL + column),
            under.strip((cells[column]._replace(role=Role.TAB),), 1),
            plain.strip(tuple(cells[column + 1 :]), max(rest, 0)),
        ])  # fmt: skip

    def _is_seen(self, port: int) -> bool:
        return 0 <= (port - self.zoom.first) // self.zoom.per < self.zoom.cells

    def _draw(self) -> None:
        self._rows = map_rows(self.held, self.zoom, self._ephemeral, self._glyphs)
        self.refresh()
