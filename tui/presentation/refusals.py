"""What the core says, in the words of a form: its fields and keys in place of options to type."""

from __future__ import annotations

from typing import TYPE_CHECKING

from manager.model.text import printable
from tui.actions import by_name
from tui.presentation.cells import Line, Role, Span, wrap
from tui.presentation.glyphs import Glyphs

if TYPE_CHECKING:
    from tui.messages import PlanReady

LABELS = {
    "expose": "Agree",
    "save": "Compose file",
    "layer": "Files inside",
    "auto_remove": "Made by --rm",
    "keep_logs": "Logs",
}
"""The names of the choices in a form, by the field of the draft."""

_CHOICES = {
    "expose": '"Agree" opens it up; without an address it stays on this host.',
    "layer": '"Files inside" copies them over, or lets them go.',
    "auto_remove": '"Made by --rm" makes it anew all the same.',
}
_WORDS = (("--save writes the change there", '"Compose file" writes the change there too'),)
"""What the plan's texts say to those who type commands, and what a form says instead."""


def in_form(text: str) -> str:
    """A text of the plan in the words of a form, harmless to a terminal."""
    for typed, chosen in _WORDS:
        text = text.replace(typed, chosen)
    return printable(text)


def refusal_lines(answer: PlanReady, columns: int, g: Glyphs) -> list[Line]:
    """Why the draft cannot be planned, and which key or choice gets past that."""
    error = answer.error
    if error is None:
        return []
    lines = wrap(
        (Span(f"{g.cross} ", Role.BAD), Span(in_form(error.message), Role.BAD)),
        columns,
        indent="  ",
    )
    for hint in _hints(answer):
        lines += [(Span("  "), *line) for line in wrap(hint, columns - 2)]
    return lines


def _hints(answer: PlanReady) -> list[Line]:
    hints: list[Line] = []
    if answer.free is not None:
        key = by_name("free").key
        hints.append((
            Span(f" {key} ", Role.KEY, "free"),
            Span(f" takes {answer.free}, which is free.", Role.TEXT, "free"),
        ))  # fmt: skip
    hints += [(Span(_CHOICES[name]),) for name in _CHOICES if name in answer.agreements]
    if not hints and answer.error is not None and answer.error.hint:
        hints.append((Span(in_form(answer.error.hint), Role.MUTED),))
    return hints
