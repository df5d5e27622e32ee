"""An item of a `ports` list that is a scalar: the short syntax, or a bare number."""

from __future__ import annotations

from dataclasses import replace

from yaml.nodes import ScalarNode

from manager.compose.interpolate import UNSET_MARK
from manager.compose.reads import Read, blank, key_of
from manager.compose.scalars import Timestamp
from manager.compose.scope import Reading, Scope
from manager.compose.short import (
    ShortError,
    ShortPort,
    meaning_of,
    parse_short,
    port_range,
    take_apart,
)
from manager.compose.text import UNKNOWN, Part, Place, UnknownType
from manager.compose.values import PortEntry, PortError, PortParts, PortRun, Stage
from manager.model.ports import IPAddress, PortRange


def read_short(scope: Scope, node: ScalarNode, service: str, alias: Place | None) -> Read:
    """An item that is a scalar: text or a bare number."""
    reading = scope.read(node)
    if reading.error is not None:
        return _refused(scope, node, service, alias, reading)
    if isinstance(reading.value, str):
        return _read_text(scope, node, service, alias, reading)
    if isinstance(reading.value, int) and not isinstance(reading.value, bool):
        return _read_number(scope, node, service, alias, reading.value)
    return _refused(scope, node, service, alias, reading)


def _refused(
    scope: Scope, node: ScalarNode, service: str, alias: Place | None, reading: Reading
) -> Read:
    """A scalar that is no entry at all: a float, a truth value, nothing, a broken variable."""
    entry = blank(scope, node, service, alias)
    if reading.error is not None:
        where = scope.raw_span(node, *reading.error_range)
        error = PortError(reading.error, None, where)
    else:
        error = _wrong_type(entry, node, reading)
    return Read(replace(entry, parts=PortParts(target=scope.part(node)), error=error), None)


def _wrong_type(entry: PortEntry, node: ScalarNode, reading: Reading) -> PortError:
    value = reading.value
    if value is None:
        message, hint = "is empty", "drop it, or write the port"
    elif isinstance(value, bool):
        message, hint = f"{node.value} is a truth value, not a port", ""
    elif isinstance(value, Timestamp):
        message, hint = f"{node.value} reads as a date", f'quote it: "{node.value}"'
    else:
        message = f"{node.value} without quotes reads as a number that is no integer"
        hint = f'quote it: "{node.value}"'
    return PortError(message, None, entry.span, reason="must be a number", hint=hint)


def _read_number(
    scope: Scope, node: ScalarNode, service: str, alias: Place | None, number: int
) -> Read:
    entry = replace(blank(scope, node, service, alias), parts=PortParts(target=scope.part(node)))
    entry = replace(entry, host_ip=None, published=None, protocol="tcp")
    try:
        port = parse_short(str(number))
    except ShortError as error:
        return Read(replace(entry, error=_port_error(error, entry, entry.parts)), None)
    return replace(_accepted(entry, port), plain=number)


def _read_text(
    scope: Scope, node: ScalarNode, service: str, alias: Place | None, reading: Reading
) -> Read:
    marked = reading.text.marked
    slices = take_apart(marked)
    parts = PortParts(
        host_ip=None if slices.host_ip is None else scope.part(node, slices.host_ip),
        published=None if slices.published is None else scope.part(node, slices.published),
        target=scope.part(node, slices.target),
        protocol=None if slices.protocol is None else scope.part(node, slices.protocol),
    )
    entry = replace(blank(scope, node, service, alias), parts=parts)
    unknown = UNSET_MARK in marked
    if unknown:
        entry = _partly_known(entry, parts, whole=marked == UNSET_MARK)
    try:
        port = parse_short(reading.text.text)
    except ShortError as error:
        if not unknown:
            entry = _partly_known(entry, parts, whole=False)
        return Read(replace(entry, error=_port_error(error, entry, parts)), None)
    read = replace(_accepted(entry, port), plain=reading.text.text)
    if not unknown:
        return read
    # Compose takes the entry with the unset variables empty; what it means stays unknown.
    mixed = replace(entry, runs=read.entry.runs, picks=False, error=read.entry.error)
    return replace(read, entry=mixed)


def _accepted(entry: PortEntry, port: ShortPort) -> Read:
    published = port.published
    run = PortRun(
        host_ip=port.host_ip,
        published="" if published is None else str(published if port.picks else published.start),
        target=port.target.start,
        protocol=port.protocol,
        count=len(port.target),
    )
    error = None
    if published is not None and published.start == 0 and published.end > 0:
        error = _zero_range(entry)
    entry = replace(
        entry,
        host_ip=meaning_of(port.host_ip),
        published=None if published is None or published.end == 0 else published,
        target=port.target,
        protocol=port.protocol,
        runs=(run,),
        picks=port.picks,
        error=error,
    )
    return Read(entry, key_of(run, port.host_ip or None, run.published or None, port.protocol))


def _zero_range(entry: PortEntry) -> PortError:
    part = entry.parts.published
    return PortError(
        "a range of host ports cannot begin at 0",
        "published",
        entry.span if part is None else part.span,
        Stage.START,
        hint="begin at 1, or write 0 alone for a random port",
    )


def _partly_known(entry: PortEntry, parts: PortParts, *, whole: bool) -> PortEntry:
    """What can be said of an entry of which some part is unknown or wrong."""
    if whole:
        return entry
    published: PortRange | UnknownType | None = None
    if parts.published is not None and parts.published.value != "":
        published = _range(parts.published)
        if isinstance(published, PortRange) and published.end == 0:
            published = None
    protocol: str | UnknownType = "tcp"
    if parts.protocol is not None:
        value = parts.protocol.value
        protocol = UNKNOWN if value is UNKNOWN else value.lower() or "tcp"
    return replace(
        entry,
        host_ip=_address(parts.host_ip),
        published=published,
        target=UNKNOWN if parts.target is None else _range(parts.target),
        protocol=protocol,
    )


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


def _port_error(error: ShortError, entry: PortEntry, parts: PortParts) -> PortError:
    part = parts.get(error.part)
    where = entry.span if part is None or part.span.start == part.span.end else part.span
    return PortError(error.message, error.part, where, Stage.CONFIG, error.reason, error.hint)
