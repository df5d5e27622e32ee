"""What the header says: the engine, the counts, and what is wrong with the connection."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from manager.model.rows import Source
from manager.model.snapshot import EngineInfo
from manager.model.text import printable
from tui.presentation.cells import Line, Role, Span, line_width, spread, wrap
from tui.presentation.entry import Entry
from tui.presentation.glyphs import Glyphs

LEAST_FILTER = 36
"""Columns that a filter needs more than the alarms do."""
_GAP = Span("   ")
"""Between two counts."""
EXAMPLES = ("text", ":8080", "exposed", "project:shop", "-word", "conflict", "state:exited")
"""What may be typed into the filter, the most useful first."""


@dataclass(frozen=True, slots=True)
class Link:
    """How it stands with the engine.

    engine is the last one known; connected says whether it answers now. problem and hint are
    the error's own words where it does not; retry the seconds until the next try.
    """

    engine: EngineInfo | None = None
    connected: bool = False
    opening: bool = True
    problem: str = ""
    hint: str = ""
    retry: float | None = None
    wrong: bool = False
    """The problem is no engine's: a setting or an option that cannot be used."""

    @property
    def stale(self) -> bool:
        """Whether what is shown is what was known before the engine went away."""
        return self.engine is not None and not self.connected


def engine_line(link: Link, g: Glyphs) -> Line:
    """The engine: name, version, context, and whether it answers."""
    if link.opening:
        return (Span(f"{g.unknown} looking for an engine", Role.MUTED),)
    engine = link.engine
    if engine is None:
        return (Span(f"{g.no} no engine", Role.BAD),)
    name = "podman" if engine.podman else "docker"
    # What a distribution adds after the plus says nothing here; doctor tells it.
    version = engine.version.partition("+")[0]
    spans = [Span(f"{name} {printable(version)}", Role.TEXT)]
    where = engine.context or ("" if engine.local else engine.host)
    if where:
        spans.append(Span(f" {g.dot} {printable(where)}", Role.MUTED))
    if not engine.local:
        spans.append(Span(f" {g.dot} remote", Role.WARN))
    if link.connected:
        return (Span(f"{g.yes} ", Role.GOOD), *spans)
    return (Span(f"{g.no} gone ", Role.BAD), *spans)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many rows there are of each kind."""

    published: int = 0
    exposed: int = 0
    conflicts: int = 0
    reserved: int = 0
    host: int = 0


def count(entries: Sequence[Entry]) -> Counts:
    """Count the entries."""
    host = {Source.PROCESS, Source.HOST_NETWORK}
    return Counts(
        published=sum(e.row.source is Source.PUBLISHED and e.row.bound is True for e in entries),
        exposed=sum(e.exposed for e in entries),
        conflicts=sum(bool(e.conflicts) for e in entries),
        reserved=sum(e.row.source is Source.RESERVED for e in entries),
        host=sum(e.row.source in host for e in entries),
    )


def counts_line(counts: Counts, g: Glyphs) -> Line:
    """Published, exposed, conflicts, reserved, the host's own. The alarms filter by a click."""
    spans = [Span(str(counts.published), Role.STRONG), Span(" published", Role.MUTED)]
    spans += _alarms(counts, g)
    spans += [_GAP, Span(str(counts.reserved), Role.STRONG), Span(" reserved", Role.MUTED)]
    spans += [_GAP, Span(str(counts.host), Role.STRONG), Span(" of the host", Role.MUTED)]
    return tuple(spans)


def _alarms(counts: Counts, g: Glyphs) -> list[Span]:
    word = "conflict" if counts.conflicts == 1 else "conflicts"
    return [
        *_alarm(counts.exposed, "exposed", "exposed", g),
        *_alarm(counts.conflicts, word, "conflict", g),
    ]


def _alarm(count: int, word: str, wanted: str, g: Glyphs) -> list[Span]:
    if not count:
        return [_GAP, Span(f"0 {word}", Role.GOOD)]
    return [_GAP, Span(f"{g.alarm} {count} {word}", Role.BAD, f"filter:{wanted}")]


def band_line(counts: Counts, marked: int, columns: int, g: Glyphs) -> Line:
    """The counts at the left; at the right what is marked, for which the last counts give way."""
    found = (Span(f"{g.marked} {marked} marked ", Role.ACCENT),) if marked else ()
    told = (Span(" "), *counts_line(counts, g))
    while found and _GAP in told and line_width((*told, *found)) >= columns:
        told = told[: len(told) - 1 - told[::-1].index(_GAP)]
    return spread(told, found, columns)


def beside_filter(  # noqa: PLR0917
    counts: Counts, shown: int, total: int, marked: int, columns: int, g: Glyphs
) -> Line:
    """What stands right of an open filter: how much it lets through, then the alarms.

    Its width does not change with `shown`. The alarms are left out where they take the room
    that typing needs.
    """
    spans = [Span("  ")]
    if marked:
        spans += [Span(f"{g.marked} {marked} marked", Role.ACCENT), Span("   ")]
    spans.append(Span(f"{shown:>{len(str(total))}} of {total}", Role.ACCENT))
    alarms = _alarms(counts, g)
    room = columns - line_width(spans) - line_width(alarms) - 1
    return (*spans, *(alarms if room >= LEAST_FILTER else ()), Span(" "))


def example(columns: int) -> str:
    """What may be typed into an empty filter, as far as there is room for it."""
    words = ""
    for word in EXAMPLES:
        longer = f"{words}  {word}" if words else word
        if len(longer) > columns:
            break
        words = longer
    return words


def trouble_lines(link: Link, columns: int, g: Glyphs) -> tuple[Line, ...]:
    """The banner over the table while the engine does not answer; none while it does."""
    if link.opening or link.connected:
        return ()
    said = "No engine answers; pmap connects as soon as one does."
    if link.wrong:
        said = "pmap cannot look for an engine before this is put right; q leaves."
    elif link.stale:
        said = "The engine went away: this is what was known before."
    lines = wrap((Span(f"{g.alarm} ", Role.BAD), Span(said, Role.BAD)), columns, indent="  ")
    for label, text, role in (("Looked", link.problem, Role.TEXT), ("Try", link.hint, Role.STRONG)):
        if text:
            head = Span(f"  {label:<8}", Role.MUTED)
            lines += wrap((head, Span(printable(text), role)), columns, indent=" " * 10)
    return tuple(lines)
