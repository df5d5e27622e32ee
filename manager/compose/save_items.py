"""Single edits of one `ports` list: change an item, take one away, add one."""

from __future__ import annotations

import re

from manager.compose.longedit import insert_pair, line_end
from manager.compose.save_keys import Asked
from manager.compose.values import Part, PortEntry, Service, SourceText, Syntax
from manager.model.finding import Edit, Span
from manager.model.ports import format_host

_EMPTY_VALUE = re.compile(
    r":(?P<tag>[ \t]+!override)?[ \t]*(?P<value>\[[ \t]*\]|~|null|)(?=[ \t]*(#[^\n]*)?\r?(\n|$))"
)
_TAG = re.compile(r"[ \t]+!\w+")


class CannotEditError(Exception):
    """Why a file cannot be edited so that it says what is wanted, in words."""


def change_item(source: SourceText, entry: PortEntry, old: Asked, new: Asked) -> Edit:
    """Make an entry of one mapping say `new`; parts that do not change stay as written."""
    edit_parts = _change_long if entry.syntax is Syntax.LONG else _change_short
    return edit_parts(source, entry, old, new)


def rewrite_item(source: SourceText, entry: PortEntry, texts: list[str]) -> Edit:
    """Put items of short syntax in the place of an entry."""
    _refuse_variables(entry.raw, bool(entry.variables))
    between = f"{source.newline}{_dash(source, entry)}" if _is_block(source, entry) else ", "
    words = between.join(_quoted(source, entry, text) for text in texts)
    return Edit(entry.span.start, entry.span.end, words)


def remove_item(source: SourceText, service: Service, entry: PortEntry) -> Edit:
    """Take an entry out of its list, with the comment behind it; the last one leaves `[]`."""
    text, span = source.text, entry.span
    beside = [e for e in service.entries if e.file == entry.file and e is not entry]
    if not _is_block(source, entry):
        return _remove_from_flow(text, entry, beside)
    start = text.rfind("\n", 0, span.start) + 1
    end = min(line_end(text, span.end) + len(source.newline), len(text))
    key = service.keys.get("ports")
    if beside or key is None or key.file != entry.file:
        return Edit(start, end, "")
    colon = text.index(":", key.span.end) + 1
    tag = _TAG.match(text, colon)
    at = colon if tag is None else tag.end()
    return Edit(at, end, " []" + text[at:start])


def add_item(source: SourceText, service: Service, words: str) -> Edit:
    """Put one more item of short syntax at the end of the service's list in this file."""
    listed = [e for e in service.entries if e.file == source.path and e.origin.alias is None]
    if listed:
        return _after(source, max(listed, key=lambda e: e.span), words)
    key = service.keys.get("ports")
    if key is not None and key.file == source.path and key.span in own_keys(source, service):
        return _into_empty(source, key.span.start, key.span.end, words)
    return _new_list(source, service, words)


def _change_short(source: SourceText, entry: PortEntry, old: Asked, new: Asked) -> Edit:
    parts = entry.parts
    address, published = _raw(parts.host_ip), _raw(parts.published)
    if new.host_ip != old.host_ip:
        _refuse_variables(address, _has_variables(parts.host_ip))
        address = "" if new.host_ip is None else format_host(new.host_ip)
    if new.published != old.published:
        _refuse_variables(published, _has_variables(parts.published))
        published = "" if new.published is None else str(new.published)
    target = _raw(parts.target) if new.target == old.target else str(new.target)
    protocol = f"/{_raw(parts.protocol)}" if _raw(parts.protocol) else ""
    if new.protocol != old.protocol:
        protocol = f"/{new.protocol}"
    head = f"{address}:" if address else ""
    middle = f"{published}:" if published or address else ""
    words = _quoted(source, entry, f"{head}{middle}{target}{protocol}")
    return Edit(entry.span.start, entry.span.end, words)


def _change_long(source: SourceText, entry: PortEntry, old: Asked, new: Asked) -> Edit:
    """One part at a time; the caller comes again for the next."""
    parts = entry.parts
    if new.host_ip != old.host_ip:
        if new.host_ip is None:
            raise CannotEditError(f"the host_ip of {entry.service} must be taken out by hand")
        return _set_part(source, entry, parts.host_ip, ("host_ip", str(new.host_ip)))
    if new.published != old.published:
        if new.published is None:
            raise CannotEditError(
                f"the published port of {entry.service} must be taken out by hand"
            )
        return _set_part(source, entry, parts.published, ("published", str(new.published)))
    return _set_part(source, entry, parts.target, ("target", str(new.target)))


def _set_part(
    source: SourceText, entry: PortEntry, part: Part | None, pair: tuple[str, str]
) -> Edit:
    if part is not None:
        _refuse_variables(part.raw, _has_variables(part))
        return Edit(part.span.start, part.span.end, pair[1])
    edit = insert_pair(source, entry, pair[0], f'"{pair[1]}"')
    if edit is None:
        raise CannotEditError(f"an entry of {entry.service} has no part to stand beside")
    return edit


def _remove_from_flow(text: str, entry: PortEntry, beside: list[PortEntry]) -> Edit:
    before = [e for e in beside if e.span.end <= entry.span.start]
    if before:
        return Edit(max(e.span.end for e in before), entry.span.end, "")
    if beside:
        return Edit(entry.span.start, min(e.span.start for e in beside), "")
    return Edit(entry.span.start, entry.span.end, "")


def _after(source: SourceText, last: PortEntry, words: str) -> Edit:
    quoted = _quoted(source, last, words)
    if not _is_block(source, last):
        return Edit(last.span.end, last.span.end, f", {quoted}")
    end = line_end(source.text, last.span.end)
    return Edit(end, end, f"{source.newline}{_dash(source, last)}{quoted}")


def _into_empty(source: SourceText, start: int, end: int, words: str) -> Edit:
    """Fill a `ports:` or `ports: []` that has no items."""
    found = _EMPTY_VALUE.match(source.text, end)
    if found is None:
        raise CannotEditError("its ports are written in a way that only a person should change")
    indent = " " * (start - source.text.rfind("\n", 0, start) - 1)
    rest = source.text[found.end("value") : line_end(source.text, found.end("value"))]
    item = f'{source.newline}{indent}  - "{words}"'
    return Edit(end, end + len(found[0]) + len(rest), f":{found['tag'] or ''}{rest}{item}")


def _new_list(source: SourceText, service: Service, words: str) -> Edit:
    """A `ports` list before the first key of the service."""
    keys = own_keys(source, service)
    if not keys:
        raise CannotEditError(f"{service.name} has no key of its own in {source.path}")
    first = min(keys)
    before = source.text[source.text.rfind("\n", 0, first.start) + 1 : first.start]
    if before.strip():
        return Edit(first.start, first.start, f'ports: ["{words}"], ')
    lines = f'ports:{source.newline}{before}  - "{words}"{source.newline}{before}'
    return Edit(first.start, first.start, lines)


def own_keys(source: SourceText, service: Service) -> list[Span]:
    """The service's keys that stand below its name in this file: none that is merged in (`<<`)."""
    if service.place.file == source.path:
        start = service.place.span
        end = _end_of_block(source.text, start.end, start.column)
        return [
            place.span
            for place in service.keys.values()
            if place.file == source.path and start.end <= place.span.start < end
        ]
    return [place.span for place in service.keys.values() if place.file == source.path]


def _end_of_block(text: str, offset: int, column: int) -> int:
    """Where the next line begins that is indented no deeper than `column` (from 1)."""
    for line in re.finditer(r"^([ ]*)[^\s#]", text[offset:], re.MULTILINE):
        if line.start() and len(line[1]) < column:
            return offset + line.start()
    return len(text)


def _quoted(source: SourceText, like: PortEntry, words: str) -> str:
    """`words` in the quotes of a neighbour; double ones where it has none."""
    mark = source.text[like.span.start : like.span.start + 1]
    quote = mark if mark in {"'", '"'} else '"'
    return f"{quote}{words}{quote}"


def _is_block(source: SourceText, entry: PortEntry) -> bool:
    return _dash(source, entry).strip().endswith("-")


def _dash(source: SourceText, entry: PortEntry) -> str:
    """What stands before an item on its line: the indent and the dash."""
    return source.text[source.text.rfind("\n", 0, entry.span.start) + 1 : entry.span.start]


def _refuse_variables(raw: str, found: bool) -> None:
    if found:
        raise CannotEditError(f"{raw} is a variable: change its value instead")


def _has_variables(part: Part | None) -> bool:
    return part is not None and bool(part.variables)


def _raw(part: Part | None) -> str:
    return part.raw if part is not None else ""
