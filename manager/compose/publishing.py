"""What the engine makes of the ports of a service: publish, ignore or refuse them.

Observed on engines 20.10 and 28.5: network modes host and none, and networks that are all
internal, drop every port without a word; a network shared with another container refuses them.
"""

from __future__ import annotations

from collections.abc import Mapping

from manager.compose.values import UNKNOWN, Network, Project, Service, UnknownType
from manager.model.ports import IPAddress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    # What becomes of the ports of a service.
    Publishing = Literal[
        "published",
        "host",  # ignored, with the host's network
        "none",  # ignored, without a network
        "internal",  # ignored, with networks that are all internal
        "shared",  # refused, with the network of another container
        "unknown",
    ]

_DEFAULT_NETWORK = "default"


WHY_NOT: Mapping[Publishing, str] = {
    "host": "the service uses the host's network",
    "none": "the service has no network",
    "internal": "every network of the service is internal",
    "shared": "the network belongs to another container",
}
"""Why the ports of a service are not published."""


def publishing_of(project: Project, service: Service) -> Publishing:
    """What becomes of the ports of `service`; unknown when a variable decides it."""
    mode = service.network_mode
    if mode is not None and mode.text:
        if not mode.known:
            return "unknown"
        if mode.text.startswith(("service:", "container:")):
            return "shared"
        if mode.text in {"host", "none"}:
            return "host" if mode.text == "host" else "none"
        return "published"
    networks = [project.networks.get(name) for name in networks_of(service)]
    if all(network is not None and network.internal is True for network in networks):
        return "internal"
    return "published"


def networks_of(service: Service) -> tuple[str, ...]:
    """The networks that a service is on; the project's default one when it names none."""
    return service.networks or (_DEFAULT_NETWORK,)


def default_address(project: Project, service: Service) -> IPAddress | UnknownType | None:
    """Where the engine binds what has no address of its own; None is every address.

    The network that gives the way out decides, which is the first by name of those that are not
    internal (libnetwork's order of endpoints).
    """
    if service.network_mode is not None:
        return None
    for name in sorted(networks_of(service)):
        network = project.networks.get(name)
        if network is None or network.internal is not True:
            return _default_binding(network)
    return None


def _default_binding(network: Network | None) -> IPAddress | UnknownType | None:
    if network is None:
        return None
    return UNKNOWN if network.host_binding is UNKNOWN else network.host_binding
