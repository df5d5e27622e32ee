"""What stands in a table without rows: why it is empty, and how to see more."""

from __future__ import annotations

from manager.model.text import printable
from tui.actions import by_name
from tui.presentation.cells import Line, Role, Span
from tui.presentation.ordering import View
from tui.presentation.summary import Link

_KEY = 7
"""Columns of a key and of the space after it, so that what the keys do begins in one column."""


def nothing_lines(link: Link, view: View, known: int) -> tuple[Line, ...]:
    """The lines for a table that shows none of `known` entries in this view."""
    if link.opening:
        return ((), (Span("  looking for an engine and this host's ports", Role.MUTED),))
    if not known:
        return (
            (),
            (Span("  No container publishes a port here, and nothing listens.", Role.STRONG),),
            _key("palette", "finds every action by its name"),
        )
    if view.filter:
        return (
            (),
            (
                Span("  None of ", Role.TEXT),
                Span(f"{known} rows", Role.STRONG),
                Span(" matches ", Role.TEXT),
                Span(printable(view.filter), Role.ACCENT),
            ),
            (),
            _key("back", "shows all of them again"),
            _key("filter", "goes on with this filter"),
            _key("help", "tells the words that a filter knows"),
        )
    return (
        (),
        (Span("  What there is to see is switched off.", Role.TEXT),),
        (),
        _key("stopped", "shows what stopped containers reserve"),
        _key("host", "shows the host's own listeners"),
    )


def _key(name: str, promise: str) -> Line:
    key = f" {by_name(name).key} "
    return (
        Span("  "),
        Span(key, Role.KEY, name),
        Span(" " * (_KEY - len(key)), action=name),
        Span(promise, Role.MUTED, name),
    )
