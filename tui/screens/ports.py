"""Home: the table of every port of the host, and the story of the selected one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from textual import on
from textual.app import ComposeResult
from textual.containers import Container, Horizontal
from textual.widgets import Input

from tui.actions import Place
from tui.presentation.cells import Role, Span, spread
from tui.presentation.entry import Entry
from tui.presentation.filters import completions
from tui.presentation.glyphs import Glyphs
from tui.presentation.nothing import nothing_lines
from tui.presentation.offers import CHANGES, why_not
from tui.presentation.ordering import View
from tui.presentation.summary import counts_line, trouble_lines, view_line
from tui.screens.page import Page
from tui.widgets.completer import Completer
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

    def body(self) -> ComposeResult:
        """Counts, banner, filter, table and detail."""
        glyphs = self.pmap.glyphs
        yield Lines(id="counts")
        yield Lines(id="trouble")
        with Horizontal(id="filter"):
            yield Lines([(Span(" / ", Role.KEY),)], id="slash")
            yield Input(
                placeholder="text  :8080  exposed  conflict  project:shop  -word",
                compact=True,
                suggester=Completer(lambda text: completions(text, self.pmap.entries)),
                id="needle",
            )
        with Container(id="main"):
            yield PortTable(glyphs=glyphs, id="table")
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
        counts = (Span(" "), *counts_line(app.counts, app.glyphs))
        found = view_line(
            len(self.table.rows),
            len(app.entries),
            self.view.filter,
            len(self.table.marked),
            app.glyphs,
        )
        self.query_one("#counts", Lines).show([spread(counts, (*found, Span(" ")), columns)])
        trouble = self.query_one("#trouble", Lines)
        trouble.show(trouble_lines(app.link, columns - 2, app.glyphs))
        trouble.display = bool(trouble.lines)
        self.tell()

    def idle(self) -> Collection[str]:
        """The changes that the selected row does not allow."""
        return [name for name in CHANGES if why_not(name, self.selected)]

    def open_filter(self) -> None:
        """Take the keyboard to the filter line."""
        self.query_one("#filter").display = True
        needle = self.query_one("#needle", Input)
        self.set_focus(needle)
        needle.action_end()

    def close_filter(self) -> None:
        """Back to the table; the line stays while it filters something."""
        self.query_one("#filter").display = bool(self.query_one("#needle", Input).value)
        self.set_focus(self.table)

    def set_filter(self, text: str) -> None:
        """Show what passes this filter, everything for an empty one; the filter line says so."""
        self.query_one("#needle", Input).value = text
        self.look(replace(self.view, filter=text))
        self.close_filter()

    @on(Input.Changed, "#needle")
    def sync(self) -> None:
        """Let the table follow the filter line."""
        text = self.query_one("#needle", Input).value
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

    @on(PortTable.Moved)
    def _moved(self) -> None:
        self.ask()
        self.frame()

    @on(PortTable.Chosen)
    def _chosen(self, event: PortTable.Chosen) -> None:
        self.pmap.perform(event.action)
