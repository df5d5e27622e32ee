"""What every page has: the top bar and the footer."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Collection
from typing import TYPE_CHECKING, ClassVar, Protocol

from textual import events
from textual.app import ComposeResult
from textual.dom import DOMNode
from textual.reactive import Reactive
from textual.screen import Screen
from textual.widget import Widget

from tui.actions import Place, actions_of
from tui.presentation.frame import footer_line, top_line
from tui.presentation.summary import engine_line
from tui.widgets.lines import Lines

if TYPE_CHECKING:
    from tui.app import PmapApp


def the_app(node: DOMNode) -> PmapApp:
    """The app, by its own type."""
    from tui.app import PmapApp

    assert isinstance(node.app, PmapApp)
    return node.app


class Mover(Protocol):
    """A list, a table or a picture with a cursor."""

    def move(self, steps: int) -> None:
        """Move by rows."""
        ...

    def page(self, pages: int) -> None:
        """Move by screens."""
        ...


class Page(Screen[None]):
    """A page; subclasses say which place they are and give their body."""

    PLACE: ClassVar[Place]
    AUTO_FOCUS = ""
    # What has the focus paints that itself; Textual would paint the whole page once more.
    focused: Reactive[Widget | None] = Reactive(None, repaint=False)

    @property
    def pmap(self) -> PmapApp:
        """The app, by its own type."""
        return the_app(self)

    @property
    @abstractmethod
    def mover(self) -> Mover:
        """What the movement keys move in; every page has its own."""

    @property
    def composed(self) -> bool:
        """Whether all of its lines are there: not before it is composed, nor while it closes."""
        return self.is_attached and bool(self.query("#top")) and bool(self.query("#footer"))

    def body(self) -> ComposeResult:
        """The widgets between top bar and footer."""
        yield Widget()

    def compose(self) -> ComposeResult:
        """Top bar, body, footer."""
        yield Lines(id="top")
        yield from self.body()
        yield Lines(id="footer")

    def on_mount(self) -> None:
        """Draw the frame for the first time."""
        self.frame()

    def on_screen_resume(self) -> None:
        """What stood over the page is gone: it may have changed something."""
        if self.composed:
            self.frame()

    def on_resize(self, event: events.Resize) -> None:
        """Give the frame its new room."""
        self.frame()

    def frame(self) -> None:
        """Draw top bar and footer as things stand now."""
        app, columns = self.pmap, self.size.width
        engine = engine_line(app.link, app.glyphs)
        self.query_one("#top", Lines).show([top_line(self.PLACE, engine, columns, app.glyphs)])
        actions = actions_of(self.PLACE, app.actions)
        self.query_one("#footer", Lines).show([footer_line(actions, columns, idle=self.idle())])

    def idle(self) -> Collection[str]:
        """The names of actions that make no sense just now."""
        return ()
