"""The whole range of host ports as a picture: cells of ports, each with the worst it holds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

from manager.model.exposure import Exposure
from manager.model.portclass import port_class
from manager.model.ports import MAX_PORT, PortRange
from manager.model.rows import Source
from tui.presentation.cells import Line, Role, Span, line_width
from tui.presentation.entry import Entry
from tui.presentation.glyphs import Glyphs

PORTS = MAX_PORT + 1
DYNAMIC = 49152
"""The first dynamic port (RFC 6335): nobody is registered there."""
_SPANS = (
    500,
    1000,
    1024,
    1250,
    1500,
    2000,
    2048,
    2500,
    3000,
    4000,
    4096,
    5000,
    8000,
    8192,
    10000,
    20000,
)


class Hold(IntEnum):
    """What a port is held by; the higher, the louder."""

    FREE = 0
    RESERVED = 1
    LOOPBACK = 2
    ADDRESS = 3
    EXPOSED = 4


SIGNS: dict[Hold, Role] = {
    Hold.FREE: Role.FAINT,
    Hold.RESERVED: Role.MUTED,
    Hold.LOOPBACK: Role.GOOD,
    Hold.ADDRESS: Role.WARN,
    Hold.EXPOSED: Role.LOUD,
}


@dataclass(frozen=True, slots=True)
class Zoom:
    """What the map shows: `per` ports a cell from port `first` on, `columns` by `rows` cells."""

    first: int
    per: int
    columns: int
    rows: int

    @property
    def cells(self) -> int:
        """How many cells there are."""
        return self.columns * self.rows

    def ports(self, cell: int) -> PortRange | None:
        """The ports of a cell, None past the last one."""
        start = self.first + cell * self.per
        if start > MAX_PORT:
            return None
        return PortRange(start, min(start + self.per - 1, MAX_PORT))

    def cell(self, port: int) -> int:
        """The cell of a port, the nearest one when it is outside."""
        return min(max((port - self.first) // self.per, 0), self.cells - 1)


def whole(columns: int, rows: int) -> Zoom:
    """Every port in at most that many cells, a round number of ports in a row."""
    for span in _SPANS:
        if span * rows >= PORTS:
            per = next(n for n in range(-(-span // columns), span + 1) if span % n == 0)
            return Zoom(0, per, span // per, rows)
    return Zoom(0, -(-PORTS // (columns * rows)), columns, rows)


def zoomed(zoom: Zoom, port: int, factor: int) -> Zoom:
    """Nearer (factor over 1) or further around a port; never further than the whole."""
    most = whole(zoom.columns, zoom.rows).per
    per = max(1, zoom.per // factor) if factor > 1 else min(most, zoom.per * -factor)
    if per >= most:
        return whole(zoom.columns, zoom.rows)
    span = per * zoom.cells
    first = min(max(port - span // 2, 0), max(PORTS - span, 0))
    first -= first % per
    if port >= first + span:
        first += per
    return Zoom(first, per, zoom.columns, zoom.rows)


def holds(entries: Iterable[Entry]) -> Mapping[int, tuple[Entry, ...]]:
    """The entries of every port that somebody has."""
    found: dict[int, list[Entry]] = defaultdict(list)
    for entry in entries:
        ports = entry.row.host_ports
        if ports is not None and len(ports) <= 4096:
            for port in range(ports.start, ports.end + 1):
                found[port].append(entry)
    return {port: tuple(list_) for port, list_ in found.items()}


def hold_of(entries: Sequence[Entry]) -> Hold:
    """The loudest of what holds a port."""
    return max((_hold(entry) for entry in entries), default=Hold.FREE)


def _hold(entry: Entry) -> Hold:
    if entry.row.source in {Source.RESERVED, Source.COMPOSE_FILE} or entry.row.bound is False:
        return Hold.RESERVED
    return {
        Exposure.LOOPBACK: Hold.LOOPBACK,
        Exposure.ADDRESS: Hold.ADDRESS,
        Exposure.ALL: Hold.EXPOSED,
    }[entry.exposure]


def map_rows(
    held: Mapping[int, Sequence[Entry]], zoom: Zoom, ephemeral: PortRange, g: Glyphs
) -> list[list[Span]]:
    """The cells, row by row: who holds them, else whether clients are given them."""
    loudest: dict[int, Hold] = {}
    for port, entries in held.items():
        cell = (port - zoom.first) // zoom.per
        if 0 <= cell < zoom.cells:
            loudest[cell] = max(loudest.get(cell, Hold.FREE), hold_of(entries))
    rows = []
    for row in range(zoom.rows):
        cells = range(row * zoom.columns, (row + 1) * zoom.columns)
        rows.append([_cell(loudest.get(c, Hold.FREE), zoom.ports(c), ephemeral, g) for c in cells])
    return rows


def _cell(hold: Hold, ports: PortRange | None, ephemeral: PortRange, g: Glyphs) -> Span:
    if ports is None:
        return Span(" ")
    if hold is not Hold.FREE:
        sign = _sign(hold, g)
        return Span(sign, SIGNS[hold])
    return Span(g.shade if ports.overlaps(ephemeral) else g.unknown, Role.FAINT)


def _sign(hold: Hold, g: Glyphs) -> str:
    """Each hold has a sign of its own: the colour says nothing that the sign does not."""
    signs = {Hold.RESERVED: g.no, Hold.ADDRESS: g.some, Hold.EXPOSED: g.alarm}
    return signs.get(hold, g.yes)


def legend(ephemeral: PortRange, columns: int, g: Glyphs) -> Line:
    """What the signs mean, in as many words as there is room for."""
    return next((line for line in _legends(ephemeral, g) if line_width(line) < columns), ())


def _legends(ephemeral: PortRange, g: Glyphs) -> Iterator[Line]:
    short = f"clients ({ephemeral})"
    yield _legend("all networks", "one address", f"given to {short}", "dynamic", g, gap=3)
    yield _legend("all networks", "one address", short, "dynamic", g, gap=2)
    yield _legend("all", "one", "clients", "dynamic", g, gap=2)
    yield _legend("all", "one", "clients", "", g, gap=1)


def _legend(every: str, one: str, clients: str, dynamic: str, g: Glyphs, *, gap: int) -> Line:
    known = (
        (_sign(Hold.EXPOSED, g), SIGNS[Hold.EXPOSED], every),
        (_sign(Hold.ADDRESS, g), SIGNS[Hold.ADDRESS], one),
        (_sign(Hold.LOOPBACK, g), SIGNS[Hold.LOOPBACK], "this host"),
        (_sign(Hold.RESERVED, g), SIGNS[Hold.RESERVED], "reserved"),
        (g.unknown, Role.FAINT, "free"),
        (g.shade, Role.FAINT, clients),
        (str(DYNAMIC), Role.PROJECT, f"on: {dynamic}"),
    )
    spans = [Span(" ")]
    for sign, role, word in known[: None if dynamic else -1]:
        spans += [Span(sign, role), Span(f" {word}{' ' * gap}", Role.MUTED)]
    return tuple(spans)


def cell_lines(
    ports: PortRange | None, held: Mapping[int, Sequence[Entry]], ephemeral: PortRange, g: Glyphs
) -> list[Line]:
    """What is under the cursor: the ports, their class, and who has them."""
    if ports is None:
        return [()]
    kind = port_class(ports.start).value
    where = f"{kind} ports" if len(ports) > 1 else f"{kind} port"
    note = ", given to clients by this host" if ports.overlaps(ephemeral) else ""
    word = "ports" if len(ports) > 1 else "port"
    lines: list[Line] = [
        (Span(f" {word} {ports}", Role.STRONG), Span(f"  {where}{note}", Role.MUTED))
    ]
    taken = [port for port in range(ports.start, ports.end + 1) if port in held]
    if not taken:
        lines.append((Span(" free: ", Role.GOOD), Span("p publishes a container here", Role.TEXT)))
    for port in taken:
        lines += [_holder(entry, g) for entry in held[port]]
    return lines


def after_lines(
    ports: PortRange | None, held: Mapping[int, Sequence[Entry]], g: Glyphs
) -> list[Line]:
    """Who holds the ports past those under the cursor, as `n` comes to them."""
    after = sorted(port for port in held if ports is not None and port > ports.end)
    lines: list[Line] = [(), (Span(" Further on", Role.HEAD),)] if after else []
    return [*lines, *(_holder(entry, g) for port in after for entry in held[port])]


def _holder(entry: Entry, g: Glyphs) -> Line:
    role = SIGNS[_hold(entry)]
    to = f" {g.arrow} {entry.target}" if entry.row.container_port else ""
    return (Span(f" {entry.address}:{entry.port}", role), Span(f"{to}  {entry.owner}"))


def free_in(ports: PortRange, held: Mapping[int, Sequence[Entry]]) -> int | None:
    """The first port of a cell that nobody holds."""
    return next((p for p in range(max(ports.start, 1), ports.end + 1) if p not in held), None)
