"""A container's networks, as a create or connect call wants them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address
from typing import Any

from manager.engine.decode import network_mode
from manager.engine.tolerant import items, mapping, text

MANY_AT_CREATE = (1, 44)
"""From this API version on a create takes every network, and MAC addresses by network."""

SHARED_MODES = ("host", "none")
_KEPT = ("IPAMConfig", "Links", "DriverOpts", "GwPriority")


@dataclass(frozen=True, slots=True)
class Endpoints:
    """at_create goes into the create call, later is connected after it, in order.

    surplus names the network that a create brings and the old container has left since.
    mac_moved says that Config.MacAddress must not be in the create call: it is in at_create now, or
    mac_idle: it was asked for the network that the container has left. Engines of API 1.44 refuse
    it then, and do not use it either when that network is joined again.
    """

    at_create: dict[str, dict[str, Any]]
    later: tuple[tuple[str, dict[str, Any]], ...] = ()
    surplus: tuple[str, ...] = ()
    mac_moved: bool = False
    mac_idle: bool = False


def endpoints_of(record: Mapping[str, Any], *, many: bool) -> Endpoints:
    """The endpoints of an inspect, without what the engine gives anew.

    many says that a create takes all of them at once.
    """
    mode = network_mode(record)
    if mode in SHARED_MODES or mode.startswith("container:"):
        return Endpoints({})
    networks = mapping(mapping(record.get("NetworkSettings")).get("Networks"))
    main = _main(mode, networks)
    mac = text(mapping(record.get("Config")).get("MacAddress"))
    configs: dict[str, dict[str, Any]] = {}
    for name, endpoint in networks.items():
        configs[name] = _config(mapping(endpoint), text(record.get("Id"))[:12])
        address = mac if name == main else _own_mac(mapping(endpoint))
        if many and address:
            configs[name]["MacAddress"] = address
    # A create that takes all of them joins what it is given, and NetworkMode's only for none.
    joins_anyway = not many or not configs
    surplus = (mode,) if main is None and joins_anyway else ()
    if many:
        idle = bool(mac) and main is None
        return Endpoints(configs, (), surplus, mac_moved=bool(mac), mac_idle=idle)
    first = {name: config for name, config in configs.items() if name == main}
    later = tuple((name, config) for name, config in configs.items() if name != main)
    return Endpoints(first, later, surplus)


def _main(mode: str, networks: Mapping[str, Any]) -> str | None:
    """The network that NetworkMode names: by name, id or the start of the id."""
    if mode in networks:
        return mode
    for name, endpoint in networks.items():
        network_id = text(mapping(endpoint).get("NetworkID"))
        if len(mode) >= 12 and network_id.startswith(mode):
            return name
    return None


def _config(endpoint: Mapping[str, Any], short_id: str) -> dict[str, Any]:
    config = {key: endpoint[key] for key in _KEPT if endpoint.get(key)}
    aliases = [alias for alias in items(endpoint.get("Aliases")) if alias != short_id]
    if aliases:
        config["Aliases"] = aliases
    return config


def _own_mac(endpoint: Mapping[str, Any]) -> str:
    """A MAC address that was not made from the IPv4 address, as engines before 28 make it."""
    address = text(endpoint.get("MacAddress")).lower()
    try:
        made = IPv4Address(text(endpoint.get("IPAddress"))).packed.hex(":")
    except AddressValueError:
        return address
    return "" if address == f"02:42:{made}" else address
