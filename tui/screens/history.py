"""The changes that were made, newest first; each can be turned round from here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.containers import Container

from tui.actions import Place
from tui.presentation.journal import entry_line, entry_lines, turned_round
from tui.screens.page import Page
from tui.widgets.line_list import LineList
from tui.widgets.lines import Lines


class History(Page):
    """The journal as a list, with the whole entry under it."""

    PLACE = Place.HISTORY

    def body(self) -> ComposeResult:
        """The list, and what the selected change did."""
        with Container(id="main"):
            yield LineList(id="list")
            yield Lines(id="detail")

    def on_mount(self) -> None:
        """Read the journal and take the keyboard."""
        self.entries: tuple[Mapping[str, Any], ...] = ()
        super().on_mount()
        self.set_focus(self.mover)

    @property
    def mover(self) -> LineList:
        """What the movement keys move in."""
        return self.query_one("#list", LineList)

    @property
    def chosen(self) -> Mapping[str, Any] | None:
        """The entry under the cursor."""
        return self.entries[self.mover.index] if self.mover.index < len(self.entries) else None

    def frame(self) -> None:
        """Top bar and footer, and the journal as it is now."""
        super().frame()
        manager = self.pmap.manager
        self.entries = tuple(reversed(manager.history())) if manager is not None else ()
        undone = turned_round(self.entries)
        g, columns = self.pmap.glyphs, self.size.width
        self.mover.show([entry_line(entry, columns, undone, g) for entry in self.entries])
        self._tell()

    @on(LineList.Moved)
    def _tell(self) -> None:
        detail = self.query_one("#detail", Lines)
        columns = max(self.size.width - 2, 20)
        detail.show(entry_lines(self.chosen, columns, self.pmap.glyphs))

    @on(LineList.Chosen)
    def _chosen(self) -> None:
        self.pmap.perform("undo_this")
