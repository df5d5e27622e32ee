"""Declared, bound, answering: the three marks of a row, and one word for what they come to."""

from __future__ import annotations

from dataclasses import dataclass

from manager.model.exposure import Exposure
from manager.model.probing import SILENT
from manager.model.rows import Source
from tui.presentation.cells import Role
from tui.presentation.entry import Entry


@dataclass(frozen=True, slots=True)
class State:
    """None in a mark: not known, or it does not apply. word is at most nine columns wide."""

    declared: bool | None
    bound: bool | None
    answering: bool | None
    word: str
    role: Role

    @property
    def marks(self) -> tuple[bool | None, bool | None, bool | None]:
        """The three marks in their order."""
        return (self.declared, self.bound, self.answering)


def state_of(entry: Entry) -> State:
    """The state of an entry: the worst that is known of it gives the word."""
    row = entry.row
    declared = True if row.declared else None
    answering = _answering(entry)
    word, role = _word(entry, answering)
    return State(declared, row.bound, answering, word, role)


def _answering(entry: Entry) -> bool | None:
    """None too where nothing came back over UDP, which proves nothing."""
    answer = entry.answer
    return None if answer is None or answer.answer == SILENT else answer.answering


def _word(entry: Entry, answering: bool | None) -> tuple[str, Role]:
    row = entry.row
    if entry.bare:
        return "no port", Role.MUTED
    if entry.conflicts:
        return "conflict", Role.BAD
    if row.source is Source.COMPOSE_FILE:
        return "in file", Role.MUTED
    if row.source is Source.RESERVED:
        return "reserved", Role.MUTED
    if row.bound is False:
        return "not bound", Role.BAD
    if answering is not None:
        return ("answers", Role.GOOD) if answering else ("silent", Role.WARN)
    if row.source is Source.HOST_NETWORK:
        return "host net", Role.TEXT
    return ("listening", Role.MUTED) if row.source is Source.PROCESS else ("bound", Role.TEXT)


def reach_word(entry: Entry) -> tuple[str, Role]:
    """Who can reach it, in at most twelve columns, and how loud to say it."""
    exposure = entry.exposure
    if entry.bare:
        return "nobody", Role.MUTED
    held = entry.row.bound is not False
    if exposure is Exposure.LOOPBACK:
        return "this host", Role.GOOD if held else Role.MUTED
    if exposure is Exposure.ADDRESS:
        return "one address", Role.WARN if held else Role.MUTED
    if not held:
        return "all networks", Role.MUTED
    # A process of the host is not ours to mend: said in red, not shouted.
    return "all networks", Role.BAD if entry.row.container is None else Role.CHIP
