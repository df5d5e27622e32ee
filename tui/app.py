"""The app: what is known of engine and host, and messages from the background. No drawing here."""

from __future__ import annotations

import gc
import os
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from rich.text import Text
from textual import events, on
from textual.app import App
from textual.binding import Binding
from textual.screen import Screen
from textual.widgets import Input

from manager.errors import InvalidInput
from manager.model.snapshot import Snapshot
from tui.actions import ACTIONS, Place, keymap
from tui.asking import Asking
from tui.deeds import perform
from tui.feed import Feed
from tui.messages import Crashed, News
from tui.news import hear
from tui.palette import Actions
from tui.plainness import draw
from tui.presentation.entry import Entry
from tui.presentation.glyphs import UNICODE, Glyphs
from tui.presentation.summary import Counts, Link
from tui.screens.page import Page
from tui.screens.ports import Ports
from tui.screens.story import Story
from tui.theme import DARK, TERMINAL, THEMES

if TYPE_CHECKING:
    from manager.service import PortManager


EDITING_KEYS = frozenset(
    key
    for binding in Input.BINDINGS
    if isinstance(binding, Binding)
    for key in binding.key.split(",")
) - {"enter"}
"""Keys that move or delete in a text field."""


class PmapApp(App[int], inherit_bindings=False):
    """Holds the state that pages show: link, snapshot, entries, and the core once it is open."""

    TITLE = "pmap"
    CSS_PATH = "pmap.tcss"
    COMMANDS = {Actions}  # noqa: RUF012
    COMMAND_PALETTE_BINDING = "ctrl+p"

    def __init__(
        self, open_manager: Callable[[], PortManager], *, ascii_only: bool = False
    ) -> None:
        # Textual drops colours for the terminal's own only where they are ANSI from the start;
        # otherwise it turns "default" into black on black.
        super().__init__(ansi_color=True if "NO_COLOR" in os.environ else None)
        self.glyphs: Glyphs = UNICODE
        draw(self, ascii_only=ascii_only)
        self.link = Link()
        self.snapshot = Snapshot(None)
        self.entries: tuple[Entry, ...] = ()
        self.counts = Counts()
        self.manager: PortManager | None = None
        self.feed: Feed = Feed(open_manager, self.post_message)
        self.asking = Asking(self.post_message)
        self.ports = Ports()
        self.actions = ACTIONS
        self.keys = keymap(ACTIONS)
        self.changing = False
        self._leaving = False
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = TERMINAL.name if self.no_color else DARK.name

    def get_default_screen(self) -> Screen[None]:
        """Home."""
        return self.ports

    def on_ready(self) -> None:
        """The first frame is on the screen: only now is the engine looked for."""
        self.call_after_refresh(self.feed.start)

    def on_unmount(self) -> None:
        """Let the background go, and what was kept from the collector."""
        self.feed.stop()
        self.asking.close()
        gc.unfreeze()

    async def on_event(self, event: events.Event) -> None:
        """Obey keys in the order in which they are typed, before any widget is given them.

        A widget's own binding is obeyed only once the key has bubbled up from it; until then
        the keys behind it have gone to that widget too, and `/shop` would be four actions.
        """
        if isinstance(event, events.Key) and not event.is_forwarded:
            if self._obeyed(event):
                return
            if event.is_printable and isinstance(self.focused, Input):
                # Typed at once, so that an Enter behind it finds the text complete, and table
                # and text are painted together.
                await self.focused.on_event(event)
                if self.screen is self.ports:
                    self.ports.sync()
                return
        await super().on_event(event)

    def _obeyed(self, event: events.Key) -> bool:
        """Perform the action of a key; False leaves the key to what has the focus."""
        place = getattr(self.screen, "PLACE", None)
        typing = isinstance(self.focused, Input)
        if typing and (event.is_printable or event.key in EDITING_KEYS):
            return False
        name = None if place is None else self.keys.get((place, event.key))
        if name is None:
            return False
        self.perform(name)
        return True

    def perform(self, name: str) -> None:
        """Perform an action by its name."""
        perform(self, name)

    def action_perform(self, name: str) -> None:
        """Perform an action by its name: what keys and clicks call."""
        self.perform(name)

    @property
    def page(self) -> Page:
        """The page that is seen, under whatever stands over it."""
        return next(s for s in reversed(self.screen_stack) if isinstance(s, Page))

    def go(self, place: Place) -> None:
        """Show the page of that place."""
        while len(self.screen_stack) > 1:
            self.pop_screen()
        if place is not Place.PORTS:
            from tui.screens.pages import new_page

            self.push_screen(new_page(place))

    def leave(self) -> None:
        """Quit; while a change is being made, as soon as it has ended."""
        if not self.changing:
            self.exit()
            return
        self._leaving = True
        self.notify("A change is being made: pmap closes as soon as it has ended.", markup=False)

    def change_ended(self, said: str = "") -> None:
        """A change is over, one way or the other: read anew, and leave if that was asked for.

        `said`: how it ended, for whoever has left by then.
        """
        self.changing = False
        self.feed.refresh()
        if self._leaving:
            self.exit(message=Text(said) if said else None)

    def show(self) -> None:
        """Draw what is known on the page that is seen."""
        if not self.ports.composed:
            # A last word from the background while the app closes: there is nothing to draw on.
            return
        self.ports.update()
        page = self.screen
        if isinstance(page, Story):
            page.renew()
        # A page that has just been opened is not composed yet; it draws itself once it is.
        if isinstance(page, Page) and page is not self.ports and page.composed:
            page.frame()

    @on(News)
    def _heard(self, news: News) -> None:
        hear(self, news)

    @on(events.AppFocus)
    def _seen(self) -> None:
        self.feed.attend(seen=True)

    @on(events.AppBlur)
    def _unseen(self) -> None:
        self.feed.attend(seen=False)


def run(open_manager: Callable[[], PortManager]) -> int:
    """Open the screen; the exit code when it closes. Raises InvalidInput in a dumb terminal."""
    if os.environ.get("TERM", "") in {"", "dumb"}:
        raise InvalidInput(
            "this terminal cannot draw a screen (TERM is dumb)", hint="pmap ls, or pmap --help"
        )
    app = PmapApp(open_manager, ascii_only=_ascii_terminal())

    def report(crash: threading.ExceptHookArgs) -> None:
        if crash.exc_value is not None:
            app.post_message(Crashed(crash.exc_value))

    threading.excepthook = report
    app.run()
    return app.return_code or 0


def _ascii_terminal() -> bool:
    """Whether the locale or PMAP_ASCII asks for ASCII alone."""
    if os.environ.get("PMAP_ASCII"):
        return True
    locale = os.environ.get("LC_ALL") or os.environ.get("LC_CTYPE") or os.environ.get("LANG", "")
    return locale in {"C", "POSIX"}
