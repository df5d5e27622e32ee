"""The selected row's whole story, over the page; it follows what comes to be known."""

from __future__ import annotations

from tui.presentation.cells import Line, plain
from tui.presentation.entry import Entry
from tui.presentation.story import story, story_lines
from tui.screens.ports import Ports
from tui.screens.reader import Reader


class Story(Reader):
    """Tells the row that is selected in the table."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        entry = ports.selected
        assert entry is not None, "there is no story of no row"
        self._entry: Entry = entry
        told = story(entry, ports.pmap.link.engine, ports.pmap.glyphs)
        super().__init__(plain(told.title), self._told)

    def _told(self, columns: int) -> list[Line]:
        """The story as it is known now; of a row that is gone, as it was."""
        self._entry = self._ports.selected or self._entry
        app = self._ports.pmap
        asking = app.asking.pending == self._entry.identity
        told = story(self._entry, app.link.engine, app.glyphs, asking=asking)
        facts, steps = story_lines(told, columns)
        return [*facts, (), *steps]
