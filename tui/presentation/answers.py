"""What a row said when it was asked: its answer, what listens inside, who reaches it, its log."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from manager.model.inside import Inside
from manager.model.probing import SILENT
from manager.model.text import printable
from tui.presentation.cells import Line, Role, Span
from tui.presentation.entry import Entry
from tui.presentation.glyphs import Glyphs

if TYPE_CHECKING:
    from manager.model.probing import ProbeResult
    from manager.model.truth import RowTruth
    from manager.model.verdict import Verdict

LOG_COLUMNS = 200
"""Longer lines of a log are cut off: it is a hint, the whole log is a key away."""

_FAILED = {
    "closed-at-once": "the connection is taken and closed at once",
    "refused": "the connection is refused",
    "timeout": "the connection is not answered",
}


def answer_line(entry: Entry, g: Glyphs, *, asking: bool) -> Line:
    """What answers behind the port and how fast; that it is being asked; empty where unknown."""
    if asking:
        return (Span(f"asking{g.ellipsis}", Role.MUTED),)
    if entry.asked is None or entry.row.bound is not True:
        return ()
    truth = entry.asked.truth
    answer = truth.answer
    if answer is None:
        return (Span("It cannot be asked from here.", Role.MUTED),)
    if answer.answering:
        return (Span(said(answer), Role.GOOD), Span(f".{_inside(truth)}"))
    if answer.answer == SILENT:
        return (Span("Nothing came back, which proves nothing of UDP.", Role.MUTED),
                Span(_inside(truth)))  # fmt: skip
    failed = _FAILED.get(answer.answer) or printable(answer.detail or answer.answer)
    return (Span("Nothing does", Role.BAD), Span(f": {failed}.{_inside(truth)}"))


def said(answer: ProbeResult) -> str:
    """`http, 200 OK (nginx/1.27), in 3 ms`, harmless to a terminal."""
    words = [printable(word) for word in (answer.protocol, answer.detail) if word]
    return ", ".join([*words, answer.pace]) if words else answer.pace.capitalize()


def _inside(truth: RowTruth) -> str:
    """What the container itself listens on, where that is not what is wrong."""
    view = truth.inside
    if view is None or view.state is not Inside.LISTENS:
        return ""
    return f" Something listens on {view.port} in the container."


def judged(verdict: Verdict) -> tuple[Span, ...]:
    """The verdict's reasons, behind the word for who reaches the port."""
    reasons = ". ".join(_sentence(caveat) for caveat in verdict.caveats)
    role = Role.WARN if verdict.neighbours else Role.TEXT
    return (Span(": "), Span(printable(f"{reasons[:1].lower()}{reasons[1:]}."), role))


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def log_lines(entry: Entry) -> Iterator[Line]:
    """The last lines of a container that does not answer."""
    for text in entry.asked.log if entry.asked is not None else ():
        yield (Span(printable(text.expandtabs())[:LOG_COLUMNS], Role.MUTED),)
