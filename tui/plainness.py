"""What is drawn with: Unicode, or ASCII alone in signs, borders and scrollbars."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.scrollbar import ScrollBar, ScrollBarRender

from tui.presentation.glyphs import ASCII, UNICODE

if TYPE_CHECKING:
    from tui.app import PmapApp


class PlainBar(ScrollBarRender):
    """A bar of whole cells."""

    VERTICAL_BARS: ClassVar = [" "] * 8
    HORIZONTAL_BARS: ClassVar = [" "] * 8


def draw(app: PmapApp, *, ascii_only: bool) -> None:
    """Draw with these signs from now on; the style sheet has borders for `-ascii`."""
    app.glyphs = ASCII if ascii_only else UNICODE
    app.set_class(ascii_only, "-ascii")
    ScrollBar.renderer = PlainBar if ascii_only else ScrollBarRender
