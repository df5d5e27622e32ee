"""Home: the table of every port of the host, and the story of the selected one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from textual import on
from textual.app import ComposeResult
from textual.containers import Container
from textual.widgets import Input

from tui.actions import Place
from tui.presentation.cells import spread
from tui.presentation.entry import Entry
from tui.presentation.filters import completions
from tui.presentation.glyphs import Glyphs
from tui.presentation.nothing import nothing_lines
from tui.presentation.offers import CHANGES, why_not
from tui.presentation.ordering import View
from tui.presentation.summary import band_line, beside_filter, trouble_lines
from tui.screens.page import Page
from tui.widgets.band import Band
from tui.widgets.detail import Detail
from tui.widgets.lines import Lines
from tui.widgets.port_table import PortTable


class Ports(Page):
    """The table, its filter, and the detail pane."""

    PLACE = Place.PORTS
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (140, "-wide")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-short"), (32, "-tall")]  # noqa: RUF012

    def __init__(self) -> None:
        super().__init__()
        self.view = View()
        self.band = Band(lambda text: completions(text, self.pmap.entries))

    def body(self) -> ComposeResult:
        """Counts with the filter over them, banner, table and detail."""
        glyphs = self.pmap.glyphs
        yield self.band
        yield Lines(id="trouble")
        with Container(id="main"):
            yield PortTable(self._moved, glyphs=glyphs, id="table")
            yield Detail(glyphs=glyphs, id="detail")

    def on_mount(self) -> None:
        """Take the keyboard to the table and show what is known already."""
        super().on_mount()
        self.set_focus(self.table)
        self.update()

    @property
    def table(self) -> PortTable:
        """The table of ports."""
        return self.query_one("#table", PortTable)

    @property
    def mover(self) -> PortTable:
        """What the movement keys move in."""
        return self.table

    @property
    def selected(self) -> Entry | None:
        """The entry under the cursor."""
        return self.table.selected

    def wear(self, signs: Glyphs) -> None:
        """Draw with these signs from now on."""
        self.table.glyphs = self.query_one("#detail", Detail).glyphs = signs
        self.table.on_resize()
        self.update()

    def update(self) -> None:
        """Show what the app knows now."""
        self.table.empty = nothing_lines(self.pmap.link, self.view, len(self.pmap.entries))
        self.table.show(self.pmap.entries, self.view, faded=self.pmap.link.stale)
        self.ask()
        self.frame()

    def look(self, view: View) -> None:
        """Show the table in another view."""
        self.view = view
        self.update()

    def frame(self) -> None:
        """Top bar, counts, banner and footer as things stand now."""
        super().frame()
        app, columns = self.pmap, self.size.width
        table, g = self.table, app.glyphs
        line = band_line(app.counts, len(table.marked), columns, g)
        # Only an open filter makes room for what is marked: a closed one keeps its size.
        marked = len(table.marked) if self.band.opened else 0
        right = beside_filter(app.counts, len(table.rows), len(app.entries), marked, columns, g)
        self.band.show(spread((), right, columns) if self.band.opened else line, right, columns)
        trouble = self.query_one("#trouble", Lines)
        trouble.show(trouble_lines(app.link, columns - 2, app.glyphs))
        trouble.display = bool(trouble.lines)
        self.tell()

    def idle(self) -> Collection[str]:
        """The changes that the selected row does not allow."""
        return [name for name in CHANGES if why_not(name, self.selected)]

    def open_filter(self) -> None:
        """Take the keyboard to the filter, which opens over the counts."""
        self.band.turn(opened=True)
        self.band.needle.action_end()
        self.frame()
        self.set_focus(self.band.needle)

    def close_filter(self) -> None:
        """Back to the table; the filter is seen while it lets something out."""
        self.band.turn(opened=bool(self.band.needle.value))
        self.frame()
        self.set_focus(self.table)

    def set_filter(self, text: str) -> None:
        """Show what passes this filter, everything for an empty one; the filter line says so."""
        self.band.needle.value = text
        self.band.turn(opened=bool(text))
        self.look(replace(self.view, filter=text))
        # The focus last: it wakes the screen, which paints what has changed by then.
        self.set_focus(self.table)

    @on(Input.Changed, "#needle")
    def sync(self) -> None:
        """Let the table follow the filter line."""
        text = self.band.needle.value
        if text != self.view.filter:
            self.look(replace(self.view, filter=text))

    def ask(self) -> None:
        """Let the selected row be asked, once the cursor rests on it."""
        app = self.pmap
        app.asking.look_at(None if app.link.stale else self.selected, app.snapshot)

    def tell(self) -> None:
        """Tell the selected row's story."""
        app, entry = self.pmap, self.selected
        asking = entry is not None and app.asking.pending == entry.identity
        self.query_one("#detail", Detail).tell(entry, app.link.engine, asking=asking)

    def _moved(self) -> None:
        self.ask()
        self.frame()

    @on(PortTable.Chosen)
    def _chosen(self, event: PortTable.Chosen) -> None:
        self.pmap.perform(event.action)
