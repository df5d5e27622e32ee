"""The changes that were made, newest first; each can be turned round from here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from textual import on

from tui.actions import Place
from tui.presentation.cells import Line, Role, Span, counted
from tui.presentation.journal import entry_line, entry_lines, turned_round
from tui.screens.listing import Listing
from tui.widgets.line_list import LineList


class History(Listing):
    """The journal as a list."""

    PLACE = Place.HISTORY

    def __init__(self) -> None:
        super().__init__()
        self.entries: tuple[Mapping[str, Any], ...] = ()

    @property
    def chosen(self) -> Mapping[str, Any] | None:
        """The entry under the cursor."""
        return self.entries[self.index] if self.index < len(self.entries) else None

    def note(self) -> Line:
        """How many changes were made."""
        number, word = counted(len(self.entries), "change").split()
        return (Span(f" {number}", Role.STRONG), Span(f" {word}", Role.MUTED))

    def lines(self, columns: int) -> Sequence[Line]:
        """The journal as it is now."""
        manager = self.pmap.manager
        self.entries = tuple(reversed(manager.history())) if manager is not None else ()
        undone = turned_round(self.entries)
        return [entry_line(entry, columns, undone, self.pmap.glyphs) for entry in self.entries]

    def detail(self, columns: int) -> Sequence[Line]:
        """The whole entry."""
        return entry_lines(self.chosen, columns, self.pmap.glyphs)

    @on(LineList.Chosen)
    def _chosen(self) -> None:
        self.pmap.perform("undo_this")
