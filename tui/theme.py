"""pmap's own themes, and what each role looks like in whatever theme is on."""

from __future__ import annotations

from collections.abc import Mapping

from textual.color import Color
from textual.style import Style
from textual.theme import Theme

from tui.presentation.cells import Role

DARK = Theme(
    name="pmap-dark",
    primary="#6cb6ff",
    secondary="#b79cff",
    accent="#6cb6ff",
    warning="#f0b866",
    error="#ff7b85",
    success="#7ddc95",
    foreground="#d7deea",
    background="#0f131a",
    surface="#161c26",
    panel="#1d2532",
    dark=True,
    variables={
        "input-cursor-background": "#6cb6ff",
        "input-selection-background": "#6cb6ff 30%",
        "footer-key-foreground": "#6cb6ff",
        "scrollbar": "#2b3648",
        "scrollbar-hover": "#3b4a63",
        "scrollbar-active": "#6cb6ff",
        "scrollbar-background": "#0f131a",
        "scrollbar-background-hover": "#0f131a",
        "scrollbar-background-active": "#0f131a",
        "scrollbar-corner-color": "#0f131a",
    },
)

LIGHT = Theme(
    name="pmap-light",
    primary="#0b62c4",
    secondary="#6d3fc0",
    accent="#0b62c4",
    warning="#854c00",
    error="#b01a30",
    success="#0c672f",
    foreground="#232a36",
    background="#fbfbf9",
    surface="#f1f2f0",
    panel="#e6e9ea",
    dark=False,
    variables={
        "input-cursor-background": "#0b62c4",
        "input-selection-background": "#0b62c4 25%",
        "footer-key-foreground": "#0b62c4",
        "scrollbar": "#cbd1d8",
        "scrollbar-hover": "#b0b9c4",
        "scrollbar-active": "#0b62c4",
        "scrollbar-background": "#fbfbf9",
        "scrollbar-background-hover": "#fbfbf9",
        "scrollbar-background-active": "#fbfbf9",
        "scrollbar-corner-color": "#fbfbf9",
    },
)

TERMINAL = Theme(
    name="pmap-terminal",
    primary="ansi_blue",
    secondary="ansi_magenta",
    accent="ansi_cyan",
    warning="ansi_yellow",
    error="ansi_red",
    success="ansi_green",
    foreground="ansi_default",
    background="ansi_default",
    surface="ansi_default",
    panel="ansi_default",
    boost="ansi_default",
    ansi=True,
    variables={
        "ansi-background": "ansi_default",
        "ansi-foreground": "ansi_default",
        "border-blurred": "ansi_default",
        "block-cursor-foreground": "ansi_default",
        "block-cursor-background": "ansi_default",
        "block-cursor-text-style": "reverse",
        "input-cursor-background": "ansi_default",
        "input-cursor-foreground": "ansi_default",
        "input-cursor-text-style": "reverse",
        "input-selection-background": "ansi_blue",
        "input-selection-foreground": "ansi_default",
        "screen-selection-background": "ansi_blue",
        "screen-selection-foreground": "ansi_default",
    },
)
"""The terminal's own sixteen colours and ground."""

THEMES = (DARK, LIGHT, TERMINAL)


_KNOWN: dict[str, tuple[Theme, Mapping[Role, Style]]] = {}
"""Styles by the theme's name; a Theme cannot be a key itself."""


def role_styles(theme: Theme) -> Mapping[Role, Style]:
    """The style of every role, without the ground, for any Textual theme.

    Of pmap's own themes every role that writes words has a contrast of 4.5 or more (WCAG AA) on
    the page and on the selected line; FAINT, which only draws signs and rules, has 3.
    """
    known = _KNOWN.get(theme.name)
    if known is None or known[0] is not theme:
        known = (theme, _ansi_styles() if theme.ansi else _colour_styles(theme))
        _KNOWN[theme.name] = known
    return known[1]


def _colour_styles(theme: Theme) -> Mapping[Role, Style]:
    system = theme.to_color_system().generate()
    ground = Color.parse(system["background"])
    ink = Color.parse(system["foreground"])

    def colour(name: str) -> Color:
        return Color.parse(system[name])

    error = colour("error")
    return {
        Role.TEXT: Style(foreground=ground.blend(ink, 0.92)),
        Role.STRONG: Style(foreground=ink, bold=True),
        Role.MUTED: Style(foreground=ground.blend(ink, 0.71 if theme.dark else 0.77)),
        # Dark on light needs more ink than light on dark to be read as well.
        Role.FAINT: Style(foreground=ground.blend(ink, 0.42 if theme.dark else 0.53)),
        Role.ACCENT: Style(foreground=colour("accent"), bold=True),
        Role.GOOD: Style(foreground=colour("success")),
        Role.WARN: Style(foreground=colour("warning")),
        Role.BAD: Style(foreground=error),
        Role.CHIP: Style(foreground=ground, background=error, bold=True),
        Role.LOUD: Style(foreground=error, bold=True),
        Role.PROJECT: Style(foreground=colour("secondary"), bold=True),
        Role.KEY: Style(foreground=colour("accent"), background=colour("panel"), bold=True),
        Role.HEAD: Style(foreground=ground.blend(ink, 0.56 if theme.dark else 0.68)),
        Role.TAB: Style(foreground=ground, background=colour("accent"), bold=True),
        Role.ADDED: Style(foreground=colour("success"), bold=True),
        Role.REMOVED: Style(foreground=error, strike=True),
    }


def _ansi_styles() -> Mapping[Role, Style]:
    """Sixteen colours: every difference is also one of weight."""

    def colour(name: str) -> Color:
        return Color.parse(f"ansi_{name}")

    return {
        Role.TEXT: Style(),
        Role.STRONG: Style(bold=True),
        Role.MUTED: Style(dim=True),
        Role.FAINT: Style(dim=True),
        Role.ACCENT: Style(foreground=colour("cyan"), bold=True),
        Role.GOOD: Style(foreground=colour("green")),
        Role.WARN: Style(foreground=colour("yellow")),
        Role.BAD: Style(foreground=colour("red")),
        Role.CHIP: Style(foreground=colour("red"), bold=True, reverse=True),
        Role.LOUD: Style(foreground=colour("red"), bold=True),
        Role.PROJECT: Style(foreground=colour("magenta"), bold=True),
        Role.KEY: Style(bold=True),
        Role.HEAD: Style(dim=True),
        Role.TAB: Style(reverse=True),
        Role.ADDED: Style(foreground=colour("green"), bold=True),
        Role.REMOVED: Style(foreground=colour("red"), dim=True),
    }
