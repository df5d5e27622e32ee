"""The lines around every page: the top bar with its tabs, and the footer with its keys."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from tui.actions import Action, Place
from tui.presentation.cells import Line, Role, Span, line_width, spread
from tui.presentation.glyphs import Glyphs

PAGES: tuple[tuple[Place, str], ...] = (
    (Place.PORTS, "Ports"),
    (Place.MAP, "Map"),
    (Place.HISTORY, "History"),
)
"""The pages in the order of their number keys."""


def tabs_line(current: Place, g: Glyphs) -> Line:
    """Name and pages; the current one stands out, the others are reached by key or click."""
    spans = [Span(f" {g.logo} ", Role.ACCENT), Span("pmap", Role.STRONG), Span("  ")]
    if len(PAGES) > 1:
        for number, (place, title) in enumerate(PAGES, 1):
            role = Role.TAB if place is current else Role.MUTED
            spans += [Span(f" {number} {title} ", role, f"page_{place}"), Span(" ")]
    return tuple(spans)


def top_line(current: Place, engine: Line, columns: int, g: Glyphs) -> Line:
    """Tabs at the left, the engine at the right."""
    return spread(tabs_line(current, g), (*engine, Span(" ")), columns)


def footer_line(actions: Iterable[Action], columns: int, *, idle: Collection[str] = ()) -> Line:
    """The keys that fit, in the order of their weight; `idle` ones make no sense just now."""
    wanted = sorted((a for a in actions if a.footer), key=lambda a: a.footer)
    kept: list[Action] = []
    room = columns - 1
    for action in wanted:
        size = line_width(_key(action, idle=False))
        if size <= room:
            kept.append(action)
            room -= size
    spans = [Span(" ")]
    for action in kept:
        spans.extend(_key(action, idle=action.name in idle))
    return tuple(spans)


def _key(action: Action, *, idle: bool) -> Line:
    role = Role.FAINT if idle else Role.MUTED
    return (
        Span(f" {action.key} ", Role.FAINT if idle else Role.KEY, action.name),
        Span(f" {action.label}  ", role, action.name),
    )
