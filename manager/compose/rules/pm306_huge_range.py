"""More than 50 host ports of one service.

Each published port costs a proxy process and firewall rules: a thousand of them take minutes
to start and hundreds of megabytes. `network_mode: host` costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from manager.compose.rule import Context, Hit
from manager.compose.values import Place, PortEntry

MOST = 50
"""So many ports of a service are taken as normal."""


def check(context: Context) -> Iterator[Hit]:
    """Services with too many ports, at their widest entry."""
    if sum([run.count for _, entry in context.published for run in entry.runs]) <= MOST:
        return
    entries: dict[str, list[PortEntry]] = {}
    for service, entry in context.published:
        entries.setdefault(service.name, []).append(entry)
    for name, own in entries.items():
        total = sum(map(_count, own))
        if total > MOST:
            widest = max(own, key=_count)
            yield Hit(
                Place(widest.file, widest.span),
                f"{total} ports of one service: each costs a proxy process and firewall rules",
                "publish fewer, or use network_mode: host",
                name,
                widest,
            )


def _count(entry: PortEntry) -> int:
    return sum(run.count for run in entry.runs)
