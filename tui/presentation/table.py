"""The columns of the ports table: which have room, how wide, and the line of each row."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from tui.presentation.cells import Line, Role, Span, clip_line, fit, line_width, width
from tui.presentation.entry import Entry
from tui.presentation.glyphs import Glyphs
from tui.presentation.ordering import Heading, SortKey, View
from tui.presentation.state import reach_word, state_of

GAP = 2
LEAD = 2
STATE_WORD = 9
REACH_WORD = 13
NAMES_BEFORE_WORDS = 16
"""So much of a name is worth more than the word of its state."""


@dataclass(frozen=True, slots=True)
class Column:
    """An optional column right of the fixed ones. Lower `rank` stays longer when room is short.

    least and most bound its width; it takes what its texts need between the two.
    """

    title: str
    rank: int
    least: int
    most: int
    text: Callable[[Entry], str]
    role: Role = Role.MUTED
    sort: SortKey | None = None


COLUMNS: tuple[Column, ...] = (
    Column("WHO", 0, 8, 34, lambda e: e.owner, Role.TEXT, SortKey.OWNER),
    Column("PROJECT", 2, 8, 20, lambda e: e.project, Role.PROJECT),
    Column("SERVICE", 4, 7, 18, lambda e: (e.row.container and e.row.container.service) or ""),
    Column("RUNS", 3, 12, 36, lambda e: e.image or _command(e)),
)


def _command(entry: Entry) -> str:
    """What is no container's is told by its command line, where a container has its image."""
    from manager.model.text import printable

    process = entry.row.process
    return printable(process.command) if process and not entry.row.container else ""


@dataclass(frozen=True, slots=True)
class Layout:
    """The widths of one drawing of the table; 0 where a part is left out."""

    total: int
    address: int
    port: int
    target: int
    words: bool
    reach: bool
    columns: tuple[tuple[Column, int], ...]
    glyphs: Glyphs


def layout(entries: Iterable[Entry], view: View, total: int, glyphs: Glyphs) -> Layout:
    """Room for every part. The host side is never cut: the parts right of it give way first."""
    rows = tuple(entries)
    address = max((width(e.address) for e in rows), default=9)
    port = max((width(e.port) for e in rows), default=5)
    target = max((width(e.target) for e in rows), default=6)
    fixed = LEAD + address + 1 + port + len(glyphs.arrow) + 2 + target + GAP + 3
    words, reach = True, True
    spare = total - fixed - (1 + STATE_WORD) - (GAP + REACH_WORD)
    wanted = [c for c in COLUMNS if c.title != "PROJECT" or not view.grouped]
    names = max((width(e.owner) for e in rows), default=0)
    if view.grouped and GAP + names > spare:
        # The heading above says the project already.
        wanted[0] = replace(COLUMNS[0], text=short_owner)
        names = max((width(short_owner(e)) for e in rows), default=0)
    if spare < GAP + min(names, NAMES_BEFORE_WORDS):
        words, spare = False, spare + 1 + STATE_WORD
    if spare < GAP + COLUMNS[0].least:
        reach, spare = False, spare + GAP + REACH_WORD
    columns = _columns(wanted, rows, spare)
    return Layout(total, address, port, target, words, reach, columns, glyphs)


def short_owner(entry: Entry) -> str:
    """The owner's name without its compose project's before it."""
    for sign in "-_":
        prefix = f"{entry.project}{sign}"
        if entry.project and entry.owner.startswith(prefix) and entry.owner != prefix:
            return entry.owner.removeprefix(prefix)
    return entry.owner


def _columns(
    wanted: Iterable[Column], rows: tuple[Entry, ...], spare: int
) -> tuple[tuple[Column, int], ...]:
    """The optional columns that fit into `spare`, in their order, the important ones first.

    Where one has no room, a smaller one after it may.
    """
    needs = {c: max((width(c.text(e)) for e in rows), default=0) for c in wanted}
    needs = {c: min(max(n, len(c.title)), c.most) for c, n in needs.items() if n or c.rank == 0}
    sizes: dict[Column, int] = {}
    for column in sorted(needs, key=lambda c: c.rank):
        least = min(needs[column], column.least)
        if spare < GAP + least:
            continue
        sizes[column] = min(needs[column], spare - GAP)
        spare -= GAP + sizes[column]
    return tuple((c, sizes[c]) for c in needs if c in sizes)


def header_line(plan: Layout, view: View) -> Line:
    """The titles; the sorted one carries the direction. A click on a title sorts by it."""
    g = plan.glyphs
    sign = g.descending if view.descending else g.ascending

    def title(text: str, columns: int, key: SortKey | None, *, right: bool = False) -> Span:
        if key is None:
            return Span(fit(text, columns), Role.HEAD)
        mark = f"{text} {sign}" if key is view.sort else text
        role = Role.ACCENT if key is view.sort else Role.HEAD
        return Span(fit(mark, columns, right=right), role, f"sort:{key}")

    host = title("HOST", plan.address + 1 + plan.port, SortKey.HOST)
    spans = [Span(" " * LEAD), host, Span(" " * (len(g.arrow) + 2))]
    spans += [title("TO", plan.target, SortKey.TARGET), Span(" " * GAP)]
    spans.append(title("STATE" if plan.words else "DBA", _state_width(plan), SortKey.STATE))
    if plan.reach:
        spans += [Span(" " * GAP), title("OPEN TO", REACH_WORD, SortKey.REACH)]
    for column, size in plan.columns:
        spans += [Span(" " * GAP), title(column.title, size, column.sort)]
    return clip_line(tuple(spans), plan.total)


def _state_width(plan: Layout) -> int:
    return 3 + (1 + STATE_WORD if plan.words else 0)


def row_line(entry: Entry, plan: Layout, *, cursor: bool = False, marked: bool = False) -> Line:
    """One row, at most `plan.total` columns wide."""
    g = plan.glyphs
    live = entry.row.bound is not False and not entry.bare
    loud = reach_word(entry)[1]
    colour = {Role.CHIP: Role.LOUD, Role.BAD: Role.LOUD}.get(loud, loud)
    # Fainter than this, a sign is lost on the ground of the cursor.
    faint = Role.MUTED if cursor else Role.FAINT
    lead = g.marked if marked else g.alarm if entry.conflicts else " "
    spans = [
        Span(g.cursor if cursor else " ", Role.ACCENT),
        Span(lead, Role.ACCENT if marked else Role.BAD),
        Span(fit(entry.address, plan.address, right=True), colour if live else Role.MUTED),
        Span(" " if entry.bare else ":", faint),
        Span(fit(entry.port, plan.port), Role.STRONG if live else Role.MUTED),
        Span(f" {g.arrow} ", faint),
        Span(fit(entry.target, plan.target), Role.TEXT if live else Role.MUTED),
        Span(" " * GAP),
        *_state(entry, plan, faint),
    ]
    if plan.reach:
        spans += _reach(entry)
    for column, size in plan.columns:
        role = column.role if live else Role.MUTED
        spans += [Span(" " * GAP), Span(fit(column.text(entry), size, ellipsis=g.ellipsis), role)]
    return tuple(spans)


def _reach(entry: Entry) -> tuple[Span, ...]:
    """Gap and word; the loudest word stands on a ground of its own, a column wider each side."""
    word, role = reach_word(entry)
    if role is Role.CHIP:
        return (Span(" " * (GAP - 1)), Span(f" {word} ", role), Span(" " * (REACH_WORD - 13)))
    return (Span(" " * GAP), Span(f"{word:<{REACH_WORD}}", role))


def _state(entry: Entry, plan: Layout, faint: Role) -> list[Span]:
    g, state = plan.glyphs, state_of(entry)
    spans = []
    for mark in state.marks:
        if mark is None:
            spans.append(Span(g.unknown, faint))
        elif mark:
            spans.append(Span(g.yes, Role.GOOD))
        else:
            spans.append(Span(g.no, Role.WARN if state.role is not Role.MUTED else faint))
    if plan.words:
        spans.append(Span(f" {fit(state.word, STATE_WORD)}", state.role))
    return spans


def heading_line(heading: Heading, plan: Layout) -> Line:
    """The line above a group: its name, how many ports, how many of them exposed."""
    g = plan.glyphs
    ports = f"{heading.ports} port" + ("" if heading.ports == 1 else "s")
    spans = [
        Span(f"{g.group} ", Role.PROJECT),
        Span(heading.title, Role.PROJECT),
        Span(f"  {ports}", Role.MUTED),
    ]
    if heading.exposed:
        spans.append(Span(f" {g.dot} {heading.exposed} exposed", Role.BAD))
    if heading.note:
        spans.append(Span(f" {g.dot} {heading.note}", Role.MUTED))
    spans.append(Span(" "))
    rule = plan.total - line_width(spans) - 1
    return clip_line((*spans, Span(g.rule * max(rule, 0), Role.FAINT)), plan.total, g.ellipsis)
