"""The help and the documentation of keys, both made from the list of actions."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from tui.actions import ACTIONS, Action, key_text
from tui.presentation.cells import Line, Role, Span, wrap

_KEYS = 14

FILTERS: tuple[tuple[str, str], ...] = (
    ("text", "anything that is shown: name, image, process, address"),
    (":8080", "host or container ports that begin so; :80/ that port alone"),
    (":8000-8999", "ports in a range"),
    ("exposed", "open wider than loopback"),
    ("conflict", "stopped containers that could not start now"),
    ("stopped process host tcp udp", "kinds of rows"),
    ("bare", "running containers that publish nothing"),
    ("project:shop", "also service: container: image: state: address:"),
    ("-word", "everything but that"),
)
"""The filter language, for the help."""


def help_lines(actions: Iterable[Action], columns: int) -> list[Line]:
    """Every action with its keys, group by group, then the filter language and the marks."""
    lines: list[Line] = []
    order = list(dict.fromkeys(action.group for action in ACTIONS))
    ranked = sorted(actions, key=lambda action: order.index(action.group))
    for group, members in groupby(ranked, key=lambda action: action.group):
        lines += [(Span(group, Role.PROJECT),)]
        for action in members:
            keys = " ".join(key_text(key) for key in action.keys)
            lines += _entry(keys, action.help, columns, Role.ACCENT)
        lines.append(())
    lines.append((Span("Filter", Role.PROJECT),))
    for word, text in FILTERS:
        lines += _entry(word, text, columns, Role.STRONG)
    lines += [(), (Span("Marks of a row", Role.PROJECT),)]
    lines += _entry("D declared", "first mark: asked for in the container's configuration", columns)
    lines += _entry("B bound", "second: the engine holds it, or the host listens", columns)
    lines += _entry("A answering", "third: something behind it talked when it was asked", columns)
    return lines


def _entry(word: str, text: str, columns: int, role: Role = Role.STRONG) -> list[Line]:
    head = Span(f"  {word:<{_KEYS}} ", role)
    return wrap((head, Span(text)), columns, indent=" " * (_KEYS + 3))


def keys_markdown() -> str:
    """The documentation of keys: a table a group, and the filter language."""
    lines = ["# Keys of the screen", "", "Made from `tui/actions.py`; change it there."]
    order = list(dict.fromkeys(action.group for action in ACTIONS))
    for group in order:
        lines += ["", f"## {group}", "", "| key | where | action | what it does |"]
        lines.append("| --- | --- | --- | --- |")
        for action in (action for action in ACTIONS if action.group == group):
            keys = " ".join(f"`{key_text(key)}`" for key in action.keys)
            lines.append(f"| {keys} | {action.place} | {action.label} | {action.help} |")
    lines += ["", "## Filter", "", "| word | what it finds |", "| --- | --- |"]
    lines += [f"| `{word}` | {text} |" for word, text in FILTERS]
    return "\n".join(lines) + "\n"
