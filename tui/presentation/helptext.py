"""The help and the documentation of keys, both made from the list of actions."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby, zip_longest

from tui.actions import ACTIONS, Action, key_text
from tui.presentation.cells import Line, Role, Span, line_width, wrap

_KEYS = 9
_NAMES = 14
GUTTER = 4
"""Columns between two columns of the help."""
TWICE = 150
"""Columns from which on the help stands in two columns."""
NAMED = 80
"""Columns from which on the actions are also named."""
HELP = 176
"""Columns of the help at most."""

FILTERS: tuple[tuple[str, str], ...] = (
    ("text", "anything that is shown: name, image, process, address"),
    (":8080", "host or container ports that begin so; :80/ that port alone"),
    (":8000-8999", "ports in a range"),
    ("exposed", "open wider than loopback"),
    ("conflict", "stopped containers that could not start now"),
    ("stopped process host", "kinds of rows"),
    ("tcp udp", "one protocol alone"),
    ("bare", "running containers that publish nothing"),
    ("project:shop", "also service: container: image: state: address:"),
    ("-word", "everything but that"),
)
"""The filter language, for the help."""
MARKS: tuple[tuple[str, str], ...] = (
    ("D declared", "first mark: asked for in the container's configuration"),
    ("B bound", "second: the engine holds it, or the host listens"),
    ("A answering", "third: something behind it talked when it was asked"),
)
"""What the three signs of a row say, for the help."""


def help_lines(actions: Iterable[Action], columns: int) -> list[Line]:
    """Every action with its keys, group by group, then the filter language and the marks.

    In two columns where there is room for them, so that it is read without scrolling.
    """
    if columns < TWICE:
        return [line for block in _blocks(actions, columns) for line in (*block, ())][:-1]
    side = (columns - GUTTER) // 2
    blocks = _blocks(actions, side)
    left: list[Line] = []
    while blocks and len(left) < sum(map(len, blocks)):
        left += [*blocks.pop(0), ()]
    right = [line for block in blocks for line in (*block, ())][:-1]
    return [
        (*first, Span(" " * (side + GUTTER - line_width(first))), *second)
        for first, second in zip_longest(left, right, fillvalue=())
    ]


def _blocks(actions: Iterable[Action], columns: int) -> list[list[Line]]:
    """The parts of the help, each under its title."""
    blocks: list[list[Line]] = []
    order = list(dict.fromkeys(action.group for action in ACTIONS))
    ranked = sorted(actions, key=lambda action: order.index(action.group))
    for group, members in groupby(ranked, key=lambda action: action.group):
        block: list[Line] = [(Span(group, Role.PROJECT),)]
        for action in members:
            keys = " ".join(key_text(key) for key in action.keys)
            named = [Span(f"  {keys:<{_KEYS}} ", Role.ACCENT)]
            if columns >= NAMED:
                named.append(Span(f"{action.label:<{_NAMES}} ", Role.STRONG))
            block += _entry(tuple(named), action.help, columns)
        blocks.append(block)
    for title, words in (("Filter", FILTERS), ("Marks of a row", MARKS)):
        block = [(Span(title, Role.PROJECT),)]
        for word, text in words:
            head = Span(f"  {word:<{_KEYS + 1 + _NAMES}} ", Role.STRONG)
            block += _entry((head,), text, columns)
        blocks.append(block)
    return blocks


def _entry(head: Line, text: str, columns: int) -> list[Line]:
    indent = " " * min(line_width(head), _KEYS + _NAMES + 4)
    return wrap((*head, Span(text, Role.MUTED)), columns, indent=indent)


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
