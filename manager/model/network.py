"""A network of the engine, as far as it decides who reaches a container's ports.

Source: Engine API NetworkList; docs "Port publishing and mapping" (gateway modes, host bindings).
"""

from __future__ import annotations

from dataclasses import dataclass

from manager.model.ports import IPAddress

HOST_BINDING = "com.docker.network.bridge.host_binding_ipv4"
GATEWAY_MODES = (
    "com.docker.network.bridge.gateway_mode_ipv4",
    "com.docker.network.bridge.gateway_mode_ipv6",
)
TRUSTED_INTERFACES = "com.docker.network.bridge.trusted_host_interfaces"


@dataclass(frozen=True, slots=True)
class Network:
    """host_binding: where a port without an address is published, None where nothing is said.

    gateway_modes are those said for IPv4 and IPv6 (nat, nat-unprotected, routed, isolated).
    trusted: interfaces of the host whose neighbours may reach containers directly.
    """

    name: str
    id: str = ""
    driver: str = "bridge"
    internal: bool = False
    ipv6: bool = False
    host_binding: IPAddress | None = None
    gateway_modes: tuple[str, ...] = ()
    trusted: tuple[str, ...] = ()

    @property
    def unprotected(self) -> bool:
        """Whether its own settings let neighbours reach its containers' addresses."""
        return bool({"nat-unprotected", "routed"} & set(self.gateway_modes))
