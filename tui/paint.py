"""From lines of roles to what Textual draws. Text is never read as markup."""

from __future__ import annotations

from collections.abc import Iterable

from rich.segment import Segment
from rich.style import Style as RichStyle
from textual.color import Color
from textual.content import Content
from textual.strip import Strip
from textual.style import Style
from textual.theme import Theme

from tui.presentation.cells import Line, Role, Span, width
from tui.theme import role_styles


def content(lines: Iterable[Line], theme: Theme) -> Content:
    """Lines as one Content; a span's action is performed by a click."""
    return Content("\n").join(_content_line(line, theme) for line in lines)


def _content_line(line: Line, theme: Theme) -> Content:
    styles = role_styles(theme)
    return Content.assemble(*((span.text, _with_action(styles[span.role], span)) for span in line))


def _with_action(style: Style, span: Span) -> Style:
    if not span.action:
        return style
    return style + Style.from_meta({"@click": f"app.perform({span.action!r})"})


class Painter:
    """Paints lines on one ground, for widgets that draw line by line. Keeps the rich styles."""

    def __init__(
        self, theme: Theme, ground: Style, *, faded: bool = False, plain: bool = False
    ) -> None:
        """`faded`: half way to the ground. `plain`: no role has a colour of its own."""
        self._ground = ground.rich_style
        self._styles: dict[Role, RichStyle] = {}
        for role, style in role_styles(theme).items():
            shown = Style() if plain else _faded(style, ground) if faded else style
            self._styles[role] = (ground + shown).rich_style

    def strip(self, line: Line, columns: int) -> Strip:
        """The line, filled up with the ground to `columns`."""
        segments = [Segment(span.text, self._styles[span.role]) for span in line if span.text]
        used = sum(width(span.text) for span in line)
        if used < columns:
            segments.append(Segment(" " * (columns - used), self._ground))
        strip = Strip(segments, max(used, columns))
        return strip if used <= columns else strip.crop(0, columns)


def cursor_ground(theme: Theme, ground: Color | None, part: float, *, cursor: bool) -> Style:
    """The ground of a line: `part` of the accent over `ground`, or reverse in sixteen colours."""
    if theme.ansi:
        return Style(reverse=True) if cursor else Style()
    accent = role_styles(theme)[Role.ACCENT].foreground
    if ground is None or accent is None:
        return Style()
    return Style(background=ground.blend(accent, part))


def _faded(style: Style, ground: Style) -> Style:
    """Half way to the ground: for what was known before the engine went away."""
    ink, paper = style.foreground, ground.background
    if ink is None or paper is None:
        return Style(dim=True) + style
    return style + Style(foreground=paper.blend(ink, 0.5))
