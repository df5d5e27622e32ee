"""The engine refuses, cuts off or wraps what compose lets through.

In the long syntax `docker compose config` hardly looks at numbers, so the error comes at
`up`, when half of the stack runs already; or there is none, and another port is opened than
the file says:

    - target: 70000            refused by the engine
    - published: "8085-8080"   refused by the engine
    - target: 4294967376       wraps around to 80
    - published: "8080/udp"    binds tcp; the protocol is a key of its own
"""

from __future__ import annotations

from collections.abc import Iterator

from manager.compose.refusals import error_hit, refused
from manager.compose.rule import Context, Hit
from manager.compose.values import Part, Place, PortEntry, Service, Syntax
from manager.compose.words import shortened
from manager.model.ports import MAX_PORT


def check(context: Context) -> Iterator[Hit]:
    """Entries that only the engine refuses, or reads otherwise than a person does."""
    for name, entry, error in refused(context, "PM002"):
        yield error_hit(name, entry, error)
    for service in context.project.services:
        for entry in service.entries:
            if entry.error is None and entry.syntax is Syntax.LONG:
                yield from _misread(service, entry)


def _misread(service: Service, entry: PortEntry) -> Iterator[Hit]:
    target, published = entry.parts.target, entry.parts.published
    binds = entry.runs[0].target if entry.runs else None
    number = _number(target)
    if target is not None and number is not None and not 1 <= number <= MAX_PORT:
        message = f"container port {shortened(target.text)} is not in 1-{MAX_PORT}"
        if binds is not None and binds != number:
            message += f", and the engine takes {binds} for it"
        hint = "write the port that the container listens on"
        yield Hit(Place(entry.file, target.span), message, hint, service.name, entry)
    if published is not None and published.known and "/" in published.text:
        port, _, protocol = published.text.partition("/")
        yield Hit(
            Place(entry.file, published.span),
            f"the protocol in {shortened(published.text)!r} is not read: tcp is bound",
            f'write published: "{port}" and protocol: {protocol}',
            service.name,
            entry,
        )


def _number(part: Part | None) -> int | None:
    """A decimal number that is known; what is octal in the file reads small enough."""
    if part is None or not part.known:
        return None
    digits = part.text.replace("_", "")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 30 else None
