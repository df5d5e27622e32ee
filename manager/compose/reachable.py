"""Entries that other machines can reach, and how to bind them to loopback."""

from __future__ import annotations

from collections.abc import Iterator

from manager.compose.rule import Context, Hit, Mend
from manager.compose.values import (
    UNKNOWN,
    Place,
    PortEntry,
    Service,
    SourceText,
    Syntax,
    Variable,
)
from manager.compose.words import LOOPBACK, host_span, part_span, rewritten
from manager.model.finding import Edit
from manager.model.ports import IPAddress, PortRange, format_host

Exposed = tuple[Service, PortEntry, IPAddress | None]
"""An entry, and the address that it is bound to."""


def exposed(context: Context) -> list[Exposed]:
    """Entries whose known address is open wider than loopback, and not on purpose."""
    return context.once("exposed", _exposed)


def _exposed(context: Context) -> list[Exposed]:
    found: list[Exposed] = []
    for service, entry in context.published:
        address = context.address(service, entry)
        if address is UNKNOWN or (address is not None and address.is_loopback):
            continue
        if not meant(context, service, entry):
            found.append((service, entry, address))
    return found


def meant(context: Context, service: Service, entry: PortEntry) -> bool:
    """Whether the configuration says that this entry is open on purpose."""
    ports, protocol = entry.published, entry.protocol
    if not isinstance(ports, PortRange) or protocol is UNKNOWN:
        return False
    return context.config.meant_to_be_open(service.name, ports, protocol)


def exposure_hit(
    context: Context, service: Service, entry: PortEntry, what: str, address: IPAddress | None
) -> Hit:
    """The hit for an exposed entry; `what` is open to whom."""
    return Hit(
        Place(entry.file, part_span(entry.parts.host_ip, host_span(entry))),
        f"{what} is open to {_reach(address)}; ufw does not stop it",
        _way_out(service, entry, address),
        service.name,
        entry,
        mend=loopback_mend(context, entry),
    )


def _reach(address: IPAddress | None) -> str:
    if address is None:
        return "every machine that reaches this host"
    if address.is_unspecified:
        return f"every machine that reaches this host over IPv{address.version}"
    return f"every machine that reaches {format_host(address)}"


def _way_out(service: Service, entry: PortEntry, address: IPAddress | None) -> str:
    loopback = "[::1]" if address is not None and address.version == 6 else LOOPBACK
    if entry.syntax is Syntax.LONG:
        loopback = loopback.strip("[]")
    way = f"write {rewritten(entry, host_ip=loopback)}"
    if not isinstance(entry.published, PortRange):
        return way
    name = f"{service.name}:{entry.published}"
    return f'{way}; or, when it is meant to be open, name it in pmap.toml: open = ["{name}"]'


def loopback_mend(context: Context, entry: PortEntry) -> Mend | None:
    """Bind an entry without an address to 127.0.0.1; None where that cannot be written.

    An address that stands there was chosen by somebody, and is left alone. A variable that may
    hold more than one part of the entry is left alone too.
    """
    source = context.source(entry.file)
    if source is None or entry.host_ip is not None or any(_holds_parts(v) for v in entry.variables):
        return None
    make = _long_edit if entry.syntax is Syntax.LONG else _short_edit
    edit = make(source, entry)
    if edit is None:
        return None
    return Mend(f"bind it to {LOOPBACK}", (edit,), "loopback", safe=False)


def _holds_parts(variable: Variable) -> bool:
    return ":" in f"{variable.word or ''}{variable.value or ''}"


def _short_edit(source: SourceText, entry: PortEntry) -> Edit | None:
    address, published = entry.parts.host_ip, entry.parts.published
    if address is not None:
        # Written and empty: `::80` or `[]:8080:80`.
        return Edit(address.span.start, address.span.end, LOOPBACK)
    first = published if published is not None else entry.parts.target
    if first is None or not source.text.startswith(first.raw, first.span.start):
        return None
    colons = ":" if published is not None else "::"
    return Edit(first.span.start, first.span.start, LOOPBACK + colons)


def _long_edit(source: SourceText, entry: PortEntry) -> Edit | None:
    """A `host_ip` after the last of the written parts, in the style of the mapping."""
    written = [
        part
        for part in (entry.parts.target, entry.parts.published, entry.parts.protocol)
        if part is not None
    ]
    if not written or entry.parts.host_ip is not None:
        return None
    text, part = source.text, max(written, key=lambda part: part.span)
    last = part.span.end + (part.style.quoted and text[part.span.end :][:1] in {"'", '"'})
    if text.startswith("{", entry.span.start):
        quote = '"' if text[entry.span.start + 1 :].lstrip().startswith('"') else ""
        pair = f", {quote}host_ip{quote}: {quote}{LOOPBACK}{quote}"
        return Edit(last, last, pair)
    end = text.find("\n", last)
    if end < 0:
        end = len(text)
    elif text.startswith("\r", end - 1):
        end -= 1
    indent = " " * (entry.span.column - 1)
    return Edit(end, end, f"{source.newline}{indent}host_ip: {LOOPBACK}")


def hidden_address(context: Context) -> Iterator[tuple[Service, PortEntry, Variable]]:
    """Entries whose address is one variable that nobody set: compose makes them public."""
    for service, entry in context.published:
        part = entry.parts.host_ip
        if entry.host_ip is not UNKNOWN or part is None or entry.syntax is Syntax.LONG:
            continue
        unset = next((v for v in part.variables if v.unset), None)
        if unset is not None and part.text in {"", "[]"}:
            yield service, entry, unset
