"""Ports beside `network_mode: service:` or `container:`.

The container has no network of its own, and the engine refuses to create it. Publish the
ports on the service whose network it is:

    vpn:
      ports: ["127.0.0.1:8080:8080"]
    app:
      network_mode: service:vpn
"""

from __future__ import annotations

from collections.abc import Iterator

from manager.compose.rule import Context, Hit
from manager.compose.values import Place, Service


def check(context: Context) -> Iterator[Hit]:
    """Services with ports and somebody else's network."""
    for service in context.project.services:
        if service.entries and context.publishing(service) == "shared":
            mode = service.network_mode.text if service.network_mode else ""
            kind, _, owner = mode.partition(":")
            yield Hit(
                ports_place(service),
                f"the engine refuses ports beside network_mode: {mode}",
                f'move them to {kind} "{owner}", whose network this is',
                service.name,
            )


def ports_place(service: Service) -> Place:
    """The `ports` key of a service; its first entry where the key is not known."""
    return service.keys.get("ports") or service.entries[0].place
