"""A database, queue, cache, debugger, admin page or the Docker API is reachable from outside.

What PM101 says, for ports where it hurts most: such services often have no password inside a
stack, and are searched for by machines all day long. Found by the image's name or by the
container port.

Fix (unsafe): as PM101.
"""

from __future__ import annotations

from collections.abc import Iterator

from manager.compose.known_services import known_service
from manager.compose.reachable import exposed, exposure_hit
from manager.compose.rule import Context, Hit
from manager.compose.values import PortEntry, Service
from manager.compose.words import host_side
from manager.model.ports import PortRange


def check(context: Context) -> Iterator[Hit]:
    """Exposed entries behind which a known service stands."""
    for service, entry, address in exposed(context):
        name = _known(service, entry)
        if name is not None:
            yield exposure_hit(context, service, entry, f"{name} on {host_side(entry)}", address)


def _known(service: Service, entry: PortEntry) -> str | None:
    ports = range(0)
    if isinstance(entry.target, PortRange):
        ports = range(entry.target.start, entry.target.end + 1)
    return known_service(service.image.text if service.image else "", ports)
