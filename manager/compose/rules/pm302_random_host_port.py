"""No host port is given, so it is another one at each start.

`"80"` lets the engine choose from the ephemeral range. `docker compose port SERVICE 80` tells
which one it was.
"""

from __future__ import annotations

from collections.abc import Iterator

from manager.compose.rule import Context, Hit
from manager.compose.values import UNKNOWN, Place, PortEntry
from manager.compose.words import LOOPBACK, host_span, rewritten
from manager.model.ports import PortRange


def check(context: Context) -> Iterator[Hit]:
    """Entries that leave the host port to the engine."""
    for service, entry in context.published:
        if _is_random(entry):
            hint = "give it a host port"
            if isinstance(entry.target, PortRange):
                # No new hole: what had no address is offered one on loopback.
                address = LOOPBACK if entry.host_ip is None else None
                hint = f"write {rewritten(entry, host_ip=address, published=str(entry.target))}"
            yield Hit(
                Place(entry.file, host_span(entry)),
                "the engine chooses another host port at each start",
                hint,
                service.name,
                entry,
            )


def _is_random(entry: PortEntry) -> bool:
    if entry.published is UNKNOWN:
        return False
    return entry.published is None or entry.published.end == 0
