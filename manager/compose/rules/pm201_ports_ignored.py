"""The ports of this service are never published.

With `network_mode: host` or `none`, or when every network of the service is internal, the
engine drops them without a word. On the host's network the container's own ports are open
as they are, on every address that the application binds.
"""

from __future__ import annotations

from collections.abc import Iterator

from manager.compose.publishing import networks_of
from manager.compose.rule import Context, Hit
from manager.compose.rules.pm006_ports_on_shared_network import ports_place
from manager.compose.values import Service
from manager.compose.words import listed

_HINTS = {
    "host": "drop ports: the application's own ports are open on the host",
    "none": "drop ports, or network_mode: none",
    "internal": "add a network that is not internal, or drop ports",
}


def check(context: Context) -> Iterator[Hit]:
    """Services with ports that the engine ignores."""
    for service in context.project.services:
        publishing = context.publishing(service)
        if service.entries and publishing in _HINTS:
            message = f"these ports are not published: {_why(service, publishing)}"
            yield Hit(ports_place(service), message, _HINTS[publishing], service.name)


def _why(service: Service, publishing: str) -> str:
    if publishing == "internal":
        names = networks_of(service)
        plural = "networks" if len(names) > 1 else "network"
        return f"{plural} {listed(names)} {'are' if len(names) > 1 else 'is'} internal"
    return f"network_mode is {service.network_mode.text if service.network_mode else ''}"
