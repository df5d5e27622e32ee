"""Deeds that change no port: copy, open, try, logs, stop and start."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from manager.errors import PmapError
from manager.model.rows import Source
from manager.model.text import printable
from tui.asking import askable
from tui.background import in_background
from tui.messages import Told
from tui.presentation.cells import Line, Role, Span
from tui.presentation.copies import copies, place_of, url_of
from tui.presentation.entry import Entry

if TYPE_CHECKING:
    from tui.app import PmapApp

LOG_LINES = 200


def copy(app: PmapApp, entry: Entry) -> None:
    """Copy `host:port`, through the terminal (OSC 52), which works over ssh."""
    if entry.bare:
        copy_text(app, entry.container_name)
        return
    copy_text(app, place_of(entry, app.link.engine))


def copy_text(app: PmapApp, text: str) -> None:
    """Copy through the terminal, and say so."""
    app.copy_to_clipboard(text)
    app.notify(f"Copied {printable(text)}", markup=False)


def copy_other(app: PmapApp, entry: Entry) -> None:
    """Choose what to copy."""
    from tui.screens.chooser import Chooser

    found = copies(entry, app.link.engine)
    lines: list[Line] = [
        (Span(f" {one.label:<16}", Role.MUTED), Span(printable(one.text))) for one in found
    ]
    app.push_screen(Chooser("Copy", lines, lambda index: copy_text(app, found[index].text)))


def open_url(app: PmapApp, entry: Entry) -> None:
    """Open it in the browser; where there is none to be seen, copy the URL."""
    if entry.bare:
        app.notify(f"{entry.owner} publishes nothing yet: p publishes a port.", markup=False)
        return
    url = url_of(entry, app.link.engine)
    if not url.startswith("http"):
        app.notify(f"No browser speaks that: copied {url}", markup=False)
        app.copy_to_clipboard(url)
    elif sys.platform == "darwin" or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        app.open_url(url)
    else:
        # A text browser would draw over the screen.
        app.notify(f"No browser here: copied {url}", markup=False)
        app.copy_to_clipboard(url)


def try_it(app: PmapApp, entry: Entry) -> None:
    """Ask the port anew, at once, who it is; the row's story tells what it says."""
    if not askable(entry):
        app.notify(f"{entry.owner} holds no port that could be asked.", markup=False)
        return
    app.asking.look_at(entry, app.snapshot, now=True)
    app.show()


def logs(app: PmapApp, entry: Entry) -> None:
    """The last lines that the container wrote."""
    manager, container = app.manager, entry.row.container
    if manager is None or container is None or entry.row.source is Source.COMPOSE_FILE:
        app.notify(f"{entry.owner} has no log here.", markup=False)
        return

    def read() -> None:
        try:
            text = manager.logs(container.id, tail=LOG_LINES)
        except PmapError as error:
            app.post_message(Told("", (error.message, error.hint)))
            return
        lines = tuple(text.splitlines()) or ("(it has written nothing)",)
        app.post_message(Told(f"Log of {container.name}", lines))

    in_background(read, "pmap-log")


def stop_or_start(app: PmapApp, entry: Entry) -> None:
    """Stop a running container, start a stopped one; asked first."""
    from tui.screens.chooser import Chooser

    manager, container = app.manager, entry.row.container
    if manager is None or container is None or entry.row.source is Source.COMPOSE_FILE:
        app.notify(f"{entry.owner} is no container.", markup=False)
        return
    running = container.state.holds_ports
    verb = "Stop" if running else "Start"

    def do() -> None:
        try:
            if running:
                manager.stop(container.id)
            else:
                manager.start(container.id)
        except PmapError as error:
            app.post_message(Told("", (error.message, error.hint)))

    def chosen(index: int) -> None:
        if index == 1:
            app.notify(f"{verb} {printable(container.name)}", markup=False)
            in_background(do, "pmap-power")

    lines: list[Line] = [
        (Span(" leave it as it is", Role.TEXT),),
        (Span(f" {verb.lower()} it now", Role.WARN),),
    ]
    app.push_screen(Chooser(f"{verb} {printable(container.name)}?", lines, chosen))
