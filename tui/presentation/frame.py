"""The lines around every page: the top bar with its tabs, and the footer with its keys."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from enum import IntEnum

from tui.actions import Action, Place
from tui.presentation.cells import Line, Role, Span, line_width, spread
from tui.presentation.glyphs import Glyphs

PAGES: tuple[tuple[Place, str], ...] = (
    (Place.PORTS, "Ports"),
    (Place.MAP, "Map"),
    (Place.COMPOSE, "Compose"),
    (Place.HISTORY, "History"),
    (Place.DOCTOR, "Doctor"),
)
"""The pages in the order of their number keys."""


class Tabs(IntEnum):
    """How much room the pages take at the top."""

    WIDE = 0
    CLOSE = 1
    """Without a column between them, nor the program's name."""
    NUMBERS = 2
    """Of the other pages only the numbers."""


def tabs_line(current: Place, g: Glyphs, size: Tabs = Tabs.WIDE) -> Line:
    """Name and pages; the current one stands out, the others are reached by key or click."""
    spans = [Span(f" {g.logo} ", Role.ACCENT)]
    if size is not Tabs.CLOSE:
        spans += [Span("pmap", Role.STRONG), Span("  ")]
    for number, (place, title) in enumerate(PAGES, 1):
        here = place is current
        short = size is Tabs.NUMBERS and not here
        text = f" {number} " if short else f" {number} {title} "
        spans.append(Span(text, Role.TAB if here else Role.MUTED, f"page_{place}"))
        if size is Tabs.WIDE:
            spans.append(Span(" "))
    return tuple(spans)


def top_line(current: Place, engine: Line, columns: int, g: Glyphs) -> Line:
    """Tabs at the left, the engine at the right; the tabs as wide as both have room for."""
    right = (*engine, Span(" "))
    every = [tabs_line(current, g, size) for size in Tabs]
    fitting = (tabs for tabs in every if line_width(tabs) + line_width(right) < columns)
    return spread(next(fitting, every[-1]), right, columns)


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
