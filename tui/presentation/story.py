"""A row's story in sentences: what was asked, what is held, who reaches it, what to do next."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from manager.model.container import Container
from manager.model.exposure import Exposure
from manager.model.ports import format_host
from manager.model.rows import Source
from manager.model.snapshot import EngineInfo
from manager.model.text import printable
from manager.model.verdict import verdict
from tui.actions import by_name
from tui.presentation.answers import answer_line, judged, log_lines
from tui.presentation.cells import Line, Role, Span, line_width, wrap
from tui.presentation.entry import Entry
from tui.presentation.glyphs import Glyphs
from tui.presentation.offers import offered
from tui.presentation.state import reach_word, state_of

LABEL = 9
"""Columns of the words at the left."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One paragraph of the story, under a word that says what it is about."""

    label: str
    text: Line
    more: Line = ()
    """A sentence after it: on a line of its own where it would break."""


@dataclass(frozen=True, slots=True)
class Story:
    """title names the row, facts tell it, next are the keys that change it, one a piece."""

    title: Line
    facts: tuple[Fact, ...]
    next: tuple[Line, ...]


def story(entry: Entry, engine: EngineInfo | None, g: Glyphs, *, asking: bool = False) -> Story:
    """The story of one row. `asking`: its port is being asked right now."""
    tellers: tuple[tuple[str, Callable[[], Line]], ...] = (
        ("Why", lambda: _trouble(entry, engine)),
        ("Open to", lambda: _reach(entry, engine)),
        ("Answers", lambda: answer_line(entry, g, asking=asking)),
        ("State", lambda: () if entry.bare else _state(entry, g)),
        ("Who", lambda: _who(entry)),
        ("From", lambda: _origin(entry)),
    )
    facts = [Fact(label, line) for label, tell in tellers if (line := tell())]
    said = (Span(_said(entry)),)
    facts = [replace(fact, more=said) if fact.label == "State" else fact for fact in facts]
    facts += [Fact("" if n else "Log", line) for n, line in enumerate(log_lines(entry))]
    return Story(_title(entry, g), tuple(facts), _next(entry))


def story_lines(told: Story, columns: int, *, airy: bool = False) -> tuple[list[Line], list[Line]]:
    """The facts, and the next steps, wrapped under their labels.

    `airy`: there is room below, so lines stand between, and every step has a line of its own.
    """
    facts: list[Line] = []
    for fact in told.facts:
        head = Span(f"{fact.label:<{LABEL}}", Role.HEAD)
        facts.extend(_paragraph((head, *fact.text), fact.more, columns))
        if airy:
            facts.append(())
    steps: list[Line] = []
    for step in told.next:
        if steps and not airy and line_width(steps[-1]) + 2 + line_width(step) <= columns:
            steps[-1] = (*steps[-1], Span("  "), *step)
        else:
            label = "" if steps else "Next"
            steps.append((Span(f"{label:<{LABEL}}", Role.HEAD), *step))
    return facts, steps


def _paragraph(line: Line, more: Line, columns: int) -> list[Line]:
    indent = " " * LABEL
    running = wrap((*line, *more), columns, indent=indent)
    if not more or len(running) == 1:
        return running
    below = wrap((Span(indent), *more), columns, indent=indent)
    apart = [*wrap(line, columns, indent=indent), *below]
    return apart if len(apart) <= len(running) else running


def _title(entry: Entry, g: Glyphs) -> Line:
    colour = reach_word(entry)[1]
    role = Role.BAD if colour is Role.CHIP else colour
    spans = [Span(f"{entry.address}:{entry.port}", role)]
    if entry.bare:
        return (Span("no port", Role.MUTED), Span(f"  {entry.owner}", Role.STRONG))
    if entry.row.container_port is not None:
        spans.append(Span(f" {g.arrow} {entry.target}", Role.STRONG))
    else:
        spans.append(Span(f"/{entry.row.protocol}", Role.STRONG))
    return (*spans, Span(f"  {entry.owner}", Role.MUTED))


def _trouble(entry: Entry, engine: EngineInfo | None) -> Line:
    """What is wrong and what to type, in the words that the commands use too."""
    from manager.model.story import why

    if entry.bare:
        return ()
    if entry.asked is not None:
        reason = entry.asked.truth.why
    else:
        reason = why(entry.row, conflicts=entry.conflicts, engine=engine)
    if reason is None:
        return ()
    role = Role.BAD if entry.conflicts or entry.row.source is not Source.RESERVED else Role.MUTED
    spans = [Span(f"{printable(reason.sentence)}.", role)]
    if reason.next:
        spans.append(Span(f" {printable(reason.next)}", Role.STRONG))
    return tuple(spans)


def _reach(entry: Entry, engine: EngineInfo | None) -> Line:
    if entry.bare:
        ports = ", ".join(map(str, entry.row.container.exposed)) if entry.row.container else ""
        text = f": it publishes nothing. It exposes {ports or 'no port'}."
        return (Span("Nobody", Role.MUTED), Span(text))
    exposure, held = entry.exposure, entry.row.bound is not False
    word, role = reach_word(entry)
    would = "" if held else "would be "
    first = Span(f"{would}{word}".capitalize(), role if role is not Role.CHIP else Role.BAD)
    if entry.asked is not None and entry.asked.truth.verdict.caveats:
        return (first, *judged(entry.asked.truth.verdict))
    if exposure is Exposure.LOOPBACK:
        text = ": nobody outside can connect."
        if entry.row.source is Source.PUBLISHED and verdict(entry.row, engine).neighbours:
            text += " Before engine 28, neighbours may still reach the container's own address."
    elif exposure is Exposure.ADDRESS:
        text = f": whoever can reach {entry.address}."
    elif entry.row.service is not None:
        text = ": every network of every node, and a service cannot be bound to less."
    elif entry.row.container is None:
        text = ": every network of this host, as far as its firewall lets them in."
    elif entry.row.source is Source.HOST_NETWORK:
        text = ": it listens on every address of this host."
    else:
        asked = "no address was asked for" if entry.row.host_ip is None else "it was asked so"
        text = f": {asked}, and the engine's own rules come before ufw or firewalld."
    return (first, Span(text))


def _state(entry: Entry, g: Glyphs) -> Line:
    state = state_of(entry)
    marks = zip(("declared", "bound", "answering"), state.marks, strict=True)
    spans: list[Span] = []
    for word, mark in marks:
        sign, role = {
            True: (g.yes, Role.GOOD),
            False: (g.no, Role.WARN),
            None: (g.unknown, Role.FAINT),
        }[mark]
        spans += [Span(f"{sign} ", role), Span(f"{word}  ", Role.MUTED)]
    return tuple(spans)


def _said(entry: Entry) -> str:
    row, container = entry.row, entry.row.container
    if row.source is Source.COMPOSE_FILE:
        return "Written in the file; not up."
    if row.source is Source.RESERVED and container is not None:
        return f"The {container.state} container takes it again at its next start."
    if row.service is not None:
        where = "on every node" if row.mode != "host" else "on the nodes that its tasks run on"
        return f"A swarm publishes it {where} (mode {row.mode})."
    if row.bound is False:
        return "Asked for, but the engine does not hold it: the container runs without it."
    if container is None:
        return "The process opened it itself."
    if row.source is Source.HOST_NETWORK:
        return "It shares the host's network and listens itself: nothing is published."
    asked, held = _asked(entry, container), _held(entry, container)
    if asked == held:
        return "Held as it was asked for."
    return f"Asked {asked}; the engine holds {held}."


def _asked(entry: Entry, container: Container) -> str:
    row = entry.row
    texts = [
        str(mapping.binding)
        for mapping in container.mappings
        if mapping.container_port == row.container_port
        and (mapping.binding.host_ip is None or mapping.binding.host_ip == row.host_ip)
        and (mapping.binding.host_ports is None or entry.host_port in mapping.binding.host_ports)
    ]
    return " and ".join(texts) or f"{entry.address}:{entry.port}"


def _held(entry: Entry, container: Container) -> str:
    ports = entry.row.host_ports
    texts = [
        f"{format_host(p.host_ip)}:{p.host_port}"
        for p in container.published
        if p.container_port == entry.row.container_port
        and ports is not None
        and p.host_port in ports
        and (entry.row.host_ip is None or entry.row.host_ip == p.host_ip)
    ]
    return " and ".join(texts) or "nothing"


def _who(entry: Entry) -> Line:
    container, process = entry.row.container, entry.row.process
    spans: list[Span] = []
    if container is not None:
        spans.append(Span(f"{entry.owner}", Role.STRONG))
        spans.append(Span(f" of {entry.image}, {_condition(container)}."))
    if entry.row.service is not None:
        tasks = entry.row.service.replicas
        spans.append(Span(f"Swarm service {entry.owner}", Role.STRONG))
        spans.append(Span(f" of {entry.image}{f', {tasks}' if tasks else ''}."))
    if process is not None:
        text = printable(process.command or process.name)
        where = f" in {printable(process.cwd)}" if process.cwd else ""
        user = f" as {printable(process.user)}" if process.user else ""
        spans.append(Span(f"{' ' if spans else ''}Process {process.pid}{user}: {text}{where}."))
    elif container is None and entry.row.source is Source.PROCESS:
        spans.append(Span("A process that this user may not see; run pmap with sudo to see it."))
    return tuple(spans)


def _condition(container: Container) -> str:
    """Its state, with health or exit code; since when would be wrong as soon as it is shown."""
    notes = re.findall(r"\([^()]*\)", container.status)
    return printable(" ".join([str(container.state), *notes]))


def _origin(entry: Entry) -> Line:
    origin = entry.row.container.origin if entry.row.container else None
    if origin is None:
        return ()
    files = ", ".join(printable(name) for name in origin.files)
    if entry.asked is not None and entry.asked.place:
        files = printable(entry.asked.place)
    where = f", {files}" if files else ""
    return (
        Span("project "),
        Span(printable(origin.project), Role.PROJECT),
        Span(f", service {printable(origin.service)}{where}."),
    )


_PROMISES = {
    "loopback": "bind to loopback",
    "move": "move it",
    "unpublish": "take it away",
    "publish": "publish more",
    "logs": "its whole log",
    "power": "start it",
}


def _next(entry: Entry) -> tuple[Line, ...]:
    return tuple(
        (Span(f" {by_name(name).key} ", Role.KEY, name), Span(f" {_PROMISES[name]}"))
        for name in (*_remedies(entry), *offered(entry))
    )


def _remedies(entry: Entry) -> tuple[str, ...]:
    """What is to be done before any change: for a container that is silent, or at rest."""
    if entry.row.container is None or entry.bare or entry.conflicts:
        return ()
    if entry.row.source is Source.RESERVED:
        return ("power",)
    silent = entry.asked is not None and entry.row.bound and not entry.asked.truth.good
    return ("logs",) if silent else ()
