"""An item of a `ports` list that is a scalar: the short syntax, or a bare number."""

from __future__ import annotations

from manager.compose.interpolate import UNSET_MARK
from manager.compose.libyaml import ScalarNode
from manager.compose.reads import NOTHING_KNOWN, Frame, Meaning, Read, key_of
from manager.compose.scalars import Timestamp
from manager.compose.scope import Reading
from manager.compose.short import (
    ShortError,
    ShortPort,
    meaning_of,
    parse_short,
    port_range,
    shown,
    take_apart,
)
from manager.compose.text import UNKNOWN, Part, UnknownType
from manager.compose.values import PortError, PortParts, PortRun, Stage, Syntax
from manager.model.ports import IPAddress, PortRange
from manager.model.value import replace

_BARE = Meaning(host_ip=None, published=None, protocol="tcp")


def read_short(frame: Frame, node: ScalarNode) -> Read:
    """An item that is a scalar: text or a bare number."""
    reading = frame.scope.read(node)
    value = reading.value
    if reading.error is None and isinstance(value, str):
        return _read_text(frame, node, reading)
    parts = PortParts(target=frame.scope.part(node))
    if reading.error is None and isinstance(value, int) and not isinstance(value, bool):
        return _read_number(frame, parts, value)
    error = _no_entry(frame, node, reading)
    return Read(frame.entry(Syntax.SHORT, parts, NOTHING_KNOWN, error=error), None)


def _no_entry(frame: Frame, node: ScalarNode, reading: Reading) -> PortError:
    """Why a scalar is no entry at all: a float, a truth value, nothing, a broken variable."""
    value, written = reading.value, shown(node.value)
    hint = f'quote it: "{written}"'
    if reading.error is not None:
        return PortError(reading.error, None, frame.scope.raw_span(node, *reading.error_range))
    if value is None:
        message, hint = "is empty", "drop it, or write the port"
    elif isinstance(value, bool):
        message, hint = f"{written} is a truth value, not a port", ""
    elif isinstance(value, Timestamp):
        message = f"{written} reads as a date"
    else:
        message = f"{written} without quotes reads as a number that is no integer"
        if not _is_port(node.value):
            message, hint = (
                f"{written} is no whole number",
                'write the port, as in "127.0.0.1:8080:80"',
            )
    return PortError(message, None, frame.span, reason="must be a number", hint=hint)


def _is_port(text: str) -> bool:
    try:
        parse_short(text)
    except ShortError:
        return False
    return True


def _read_number(frame: Frame, parts: PortParts, number: int) -> Read:
    try:
        port = parse_short(str(number))
    except ShortError as error:
        refusal = _port_error(error, frame, parts)
        return Read(frame.entry(Syntax.SHORT, parts, _BARE, error=refusal), None)
    return _accepted(frame, parts, port, plain=number)


def _read_text(frame: Frame, node: ScalarNode, reading: Reading) -> Read:
    scope, marked = frame.scope, reading.text.marked
    slices = take_apart(marked)
    parts = PortParts(*scope.parts(node, slices))
    try:
        port = parse_short(reading.text.text, slices if UNSET_MARK not in marked else None)
    except ShortError as error:
        meaning = NOTHING_KNOWN if marked == UNSET_MARK else _partly_known(parts)
        refusal = _port_error(error, frame, parts)
        return Read(frame.entry(Syntax.SHORT, parts, meaning, error=refusal), None)
    read = _accepted(frame, parts, port, plain=reading.text.text)
    if UNSET_MARK not in marked:
        return read
    # Compose takes the entry with the unset variables empty; what it means stays unknown.
    meaning = _partly_known(parts)
    entry = frame.entry(Syntax.SHORT, parts, meaning, error=read.entry.error)
    return read._replace(entry=replace(entry, runs=read.entry.runs))


def _accepted(frame: Frame, parts: PortParts, port: ShortPort, plain: str | int) -> Read:
    published, target, picks = port.published, port.target, port.picks
    text = "" if published is None else str(published if picks else published.start)
    run = PortRun(
        port.host_ip, text, target.start, port.protocol, count=target.end - target.start + 1
    )
    error = None
    if published is not None and published.start == 0 and published.end > 0:
        error = _zero_range(frame, parts)
    meaning = Meaning(
        meaning_of(port.host_ip) if port.host_ip else None,
        None if published is None or published.end == 0 else published,
        target,
        port.protocol,
        picks,
    )
    entry = frame.entry(Syntax.SHORT, parts, meaning, error=error, run=run)
    return Read(entry, key_of(run, port.host_ip or None, text or None, port.protocol), plain)


def _zero_range(frame: Frame, parts: PortParts) -> PortError:
    part = parts.published
    return PortError(
        "a range of host ports cannot begin at 0",
        "published",
        frame.span if part is None else part.span,
        Stage.START,
        hint="begin at 1, or write 0 alone for a random port",
    )


def _partly_known(parts: PortParts) -> Meaning:
    """What can be said of an entry of which some part is unknown or wrong."""
    published: PortRange | UnknownType | None = None
    if parts.published is not None and parts.published.value != "":
        published = _range(parts.published)
        if isinstance(published, PortRange) and published.end == 0:
            published = None
    protocol: str | UnknownType = "tcp"
    if parts.protocol is not None:
        value = parts.protocol.value
        protocol = UNKNOWN if value is UNKNOWN else value.lower() or "tcp"
    target = UNKNOWN if parts.target is None else _range(parts.target)
    return Meaning(_address(parts.host_ip), published, target, protocol)


def _address(part: Part | None) -> IPAddress | UnknownType | None:
    if part is None or part.value == "":
        return None
    if part.value is UNKNOWN:
        return UNKNOWN
    bare = part.text[1:-1] if part.text.startswith("[") else part.text
    return UNKNOWN if bare and meaning_of(bare) is None else meaning_of(bare)


def _range(part: Part) -> PortRange | UnknownType:
    value = part.value
    if value is UNKNOWN:
        return UNKNOWN
    try:
        return port_range(value)
    except ValueError:
        return UNKNOWN


def _port_error(error: ShortError, frame: Frame, parts: PortParts) -> PortError:
    part = parts.get(error.part)
    where = frame.span if part is None or part.span.start == part.span.end else part.span
    return PortError(error.message, error.part, where, Stage.CONFIG, error.reason, error.hint)
