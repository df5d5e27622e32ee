"""Going to another engine while the screen is open."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from manager.model.snapshot import Snapshot
from manager.model.text import printable
from tui.feed import Feed
from tui.presentation.cells import Line, Span
from tui.presentation.summary import Counts, Link

if TYPE_CHECKING:
    from manager.service import PortManager
    from tui.app import PmapApp


def choose(app: PmapApp) -> None:
    """Let a docker context be chosen whose engine is shown from then on."""
    from manager.bootstrap import build, context_names
    from tui.screens.chooser import Chooser

    names = context_names()
    lines: list[Line] = [(Span(f" {printable(name)}"),) for name in names]

    def chosen(index: int) -> None:
        connect(app, lambda: build(context=names[index]))

    app.push_screen(Chooser("Docker context", lines, chosen))


def connect(app: PmapApp, open_manager: Callable[[], PortManager]) -> None:
    """Go to another engine: what was known of this one is let go."""
    if app.changing:
        app.notify("A change is being made: wait for its end.", markup=False)
        return
    app.feed.stop()
    app.link, app.entries = Link(), ()
    app.snapshot, app.counts, app.manager = Snapshot(None), Counts(), None
    app.feed = Feed(open_manager, app.post_message)
    app.feed.start()
    app.show()
