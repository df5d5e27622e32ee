"""The host port lies in the range that the system hands to clients.

Linux gives outgoing connections a port from 32768-60999 (`ip_local_port_range`). Where one of
them has the port at the moment of start, the container does not come up, once in a while and
never when somebody looks. Another range is set by `ephemeral-range` in the configuration.
"""

from __future__ import annotations

from collections.abc import Iterator

from manager.compose.rule import Context, Hit
from manager.compose.values import Place
from manager.compose.words import host_side, host_span
from manager.model.ports import PortRange


def check(context: Context) -> Iterator[Hit]:
    """Entries with a host port in the ephemeral range."""
    ephemeral = context.config.ephemeral_range
    for service, entry in context.published:
        if isinstance(entry.published, PortRange) and entry.published.overlaps(ephemeral):
            yield Hit(
                Place(entry.file, host_span(entry)),
                f"{host_side(entry)} lies in the ephemeral range {ephemeral}:"
                " a client may hold it at start",
                f"take a host port under {ephemeral.start}",
                service.name,
                entry,
            )
