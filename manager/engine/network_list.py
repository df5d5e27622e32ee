"""GET /networks -> model. Pure functions of dicts (Engine API NetworkList)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from manager.engine.tolerant import mapping, text
from manager.errors import InvalidPortSpec
from manager.model.network import GATEWAY_MODES, HOST_BINDING, TRUSTED_INTERFACES, Network
from manager.model.ports import IPAddress, parse_ip


def networks_of(entries: Iterable[Mapping[str, Any]]) -> tuple[Network, ...]:
    """Every network of a list, by name."""
    return tuple(sorted(map(_network, entries), key=lambda network: (network.name, network.id)))


def _network(entry: Mapping[str, Any]) -> Network:
    options = mapping(entry.get("Options"))
    modes = (text(options.get(key)) for key in GATEWAY_MODES)
    trusted = text(options.get(TRUSTED_INTERFACES)).split(":")
    return Network(
        name=text(entry.get("Name")),
        id=text(entry.get("Id")),
        driver=text(entry.get("Driver")),
        internal=entry.get("Internal") is True,
        ipv6=entry.get("EnableIPv6") is True,
        host_binding=_address(text(options.get(HOST_BINDING))),
        gateway_modes=tuple(mode for mode in modes if mode),
        trusted=tuple(name for name in trusted if name),
    )


def _address(value: str) -> IPAddress | None:
    try:
        return parse_ip(value) if value else None
    except InvalidPortSpec:
        return None
