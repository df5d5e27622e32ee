"""The port map: every port of the host at once, with a cursor that names and zooms."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.containers import Container

from tui.actions import Place
from tui.presentation.portmap import after_lines, cell_lines, free_in, holds, legend
from tui.screens.listing import WIDE
from tui.screens.page import Page
from tui.widgets.lines import Lines
from tui.widgets.map_view import MapView


class PortMap(Page):
    """The picture, what its signs mean, and what is under the cursor."""

    PLACE = Place.MAP
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide")]  # noqa: RUF012

    def body(self) -> ComposeResult:
        """Legend, picture, what is under the cursor."""
        yield Lines(id="legend")
        with Container(id="picture"):
            yield MapView(self.tell, glyphs=self.pmap.glyphs, id="map")
            yield Lines(id="under")

    def on_mount(self) -> None:
        """Take the keyboard."""
        super().on_mount()
        self.set_focus(self.mover)

    @property
    def mover(self) -> MapView:
        """What the movement keys move in."""
        return self.query_one("#map", MapView)

    def frame(self) -> None:
        """Everything, as it is known now."""
        super().frame()
        app = self.pmap
        words = legend(app.snapshot.ephemeral, self.size.width, app.glyphs)
        self.query_one("#legend", Lines).show([words])
        self.mover.show(holds(app.entries), app.snapshot.ephemeral)
        self.tell()

    def tell(self) -> None:
        """Say what is under the cursor."""
        app, view = self.pmap, self.mover
        lines = cell_lines(view.ports, view.held, app.snapshot.ephemeral, app.glyphs)
        room = 4
        if self.size.width >= WIDE:
            room = max(self.size.height - 3, 4)
            lines += after_lines(view.ports, view.held, app.glyphs)
        self.query_one("#under", Lines).show((lines + [()] * room)[:room])

    @property
    def free_port(self) -> int | None:
        """The first free port under the cursor."""
        ports = self.mover.ports
        return None if ports is None else free_in(ports, self.mover.held)

    def on_resize(self, event: events.Resize) -> None:
        """Draw anew."""
        super().on_resize(event)
