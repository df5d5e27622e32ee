"""A scrolled widget that Textual makes paint no more than what has changed."""

from __future__ import annotations

from abc import abstractmethod

from textual import events
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView


class Calm(ScrollView):
    """For tables of many lines: each line that is painted again costs time at every key."""

    _measured: tuple[Size, Size, Size] | None = None

    def on_mount(self) -> None:
        """Give the scrollbar its style now: else the first key that takes the focus pays for it."""
        self.app.stylesheet.apply(self.vertical_scrollbar)

    @abstractmethod
    def move(self, steps: int) -> None:
        """Move the cursor by that many rows, stopping at the ends."""

    def page(self, pages: int) -> None:
        """Move the cursor by that many screens."""
        self.move(pages * max(self.size.height - 2, 1))

    def focus_region(self) -> Region:
        """What looks different with the focus than without it."""
        return self.size.region

    def on_focus(self, event: events.Focus) -> None:
        """Paint what the focus changes; Textual's own way is to paint all of it."""
        self._take_focus(event, events.DescendantFocus(self), has=True)

    def on_blur(self, event: events.Blur) -> None:
        """Paint what the focus changes."""
        self._take_focus(event, events.DescendantBlur(self), has=False)

    def watch_has_focus(self, has_focus: bool) -> None:
        """No rule of the sheet asks for the focus: Textual would style and paint all anew."""
        self.notify_style_update()

    def _take_focus(self, event: events.Event, said: events.Event, *, has: bool) -> None:
        event.prevent_default()
        self.has_focus = has
        self.refresh(self.focus_region())
        if self.parent is not None:
            self.parent.post_message(said)

    def _scroll_update(self, virtual_size: Size) -> None:
        """Leave the scrollbar as it is where nothing has changed: each layout paints it again."""
        now = (virtual_size, self.container_size, self.size)
        if now != self._measured:
            self._measured = now
            super()._scroll_update(virtual_size)
