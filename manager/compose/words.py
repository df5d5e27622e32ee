"""How the rules name things: places, host ports, entries as they should be written."""

from __future__ import annotations

from collections.abc import Sequence

from manager.compose.values import Part, Place, PortEntry, Syntax
from manager.model.finding import Span
from manager.model.ports import PortRange
from manager.model.text import printable

LOOPBACK = "127.0.0.1"
_LONGEST = 60


def where(place: Place) -> str:
    """`compose.yaml:12`."""
    return f"{place.file}:{place.span.line}"


def shortened(text: str) -> str:
    """`text` on one line, cut where it would fill it."""
    text = printable(text[: 2 * _LONGEST])
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


def host_side(entry: PortEntry) -> str:
    """The host ports of an entry as they stand there: `port 8080`, `ports 8000-8010`."""
    if isinstance(entry.published, PortRange) and entry.published.end:
        plural = "s" if len(entry.published) > 1 and not entry.picks else ""
        one_of = "one of the ports " if entry.picks else f"port{plural} "
        return f"{one_of}{entry.published}"
    written = entry.parts.published
    if written is not None and written.raw and not written.known:
        return f"port {shortened(written.raw)}"
    return "a random port"


def part_span(part: Part | None, otherwise: Span) -> Span:
    """Where a part stands; `otherwise` when it is absent or empty."""
    return part.span if part is not None and part.span.start < part.span.end else otherwise


def host_span(entry: PortEntry) -> Span:
    """Where the host port stands, the container's when there is none, else the entry."""
    return part_span(entry.parts.published, part_span(entry.parts.target, entry.span))


def rewritten(entry: PortEntry, *, host_ip: str | None = None, published: str | None = None) -> str:
    """What to write instead: the entry with another address or host port, in its own syntax."""
    if entry.syntax is Syntax.LONG:
        pairs = (("host_ip", host_ip), ("published", published))
        return ", ".join(f'{key}: "{value}"' for key, value in pairs if value is not None)
    parts = entry.parts
    address = _raw(parts.host_ip) if host_ip is None else host_ip
    port = _raw(parts.published) if published is None else published
    protocol = _raw(parts.protocol)
    after = f"{_raw(parts.target)}/{protocol}" if protocol else _raw(parts.target)
    before = f"{address}:{port}:" if address else f"{port}:" if port else ""
    return f'"{shortened(before + after)}"'


def _raw(part: Part | None) -> str:
    return part.raw if part is not None else ""


def listed(words: Sequence[str], most: int = 3) -> str:
    """`a, b and c`, and how many more there are."""
    shown = list(words[:most])
    if len(words) > most:
        return f"{', '.join(shown)} and {len(words) - most} more"
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)
