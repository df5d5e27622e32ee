"""Mappings as text that is read back exactly, which one a SPEC means, and which are held.

The text is the Engine API's own three parts: `HOST_IP|HOST_PORT|CONTAINER_PORT/PROTOCOL`, where
an empty part is what was not asked for.
"""

from __future__ import annotations

from collections.abc import Iterable

from manager.errors import InvalidPortSpec
from manager.model.container import Container
from manager.model.listener import HostSocket
from manager.model.ports import (
    Port,
    PortBinding,
    PortMapping,
    PortRange,
    PublishedPort,
    fold,
    parse_ip,
)
from manager.model.portspec import PortSpec


def encode_mapping(mapping: PortMapping) -> str:
    """The mapping as `HOST_IP|HOST_PORT|CONTAINER_PORT/PROTOCOL`."""
    binding = mapping.binding
    host_ip = "" if binding.host_ip is None else str(binding.host_ip)
    ports = "" if binding.host_ports is None else str(binding.host_ports)
    return f"{host_ip}|{ports}|{mapping.container_port}"


def decode_mapping(text: str) -> PortMapping:
    """The mapping that `encode_mapping` wrote. Raises InvalidPortSpec."""
    parts = text.split("|")
    if len(parts) != 3:
        raise InvalidPortSpec(f"{text!r} is not HOST_IP|HOST_PORT|CONTAINER_PORT/PROTOCOL")
    host_ip, ports, port = parts
    binding = PortBinding(
        parse_ip(host_ip) if host_ip else None, PortRange.parse(ports) if ports else None
    )
    return PortMapping(Port.parse(port), binding)


def held_for(mapping: PortMapping, published: Iterable[PublishedPort]) -> list[PublishedPort]:
    """What the engine holds for an asked mapping; empty where it holds nothing for it."""
    binding = mapping.binding
    return [
        held
        for held in published
        if held.container_port == mapping.container_port
        and (binding.host_ports is None or held.host_port in binding.host_ports)
        and (binding.host_ip is None or binding.host_ip == held.host_ip)
    ]


def to_be_held(mappings: Iterable[PortMapping], old: Container) -> tuple[PortMapping, ...]:
    """The mappings that must be held once it runs: the new ones, and of `old` what it held.

    A container may ask for ports that no engine ever gave it: on an internal network, say.
    """
    return tuple(m for m in mappings if m not in old.mappings or held_for(m, old.published))


def held_mappings(container: Container) -> tuple[PortMapping, ...]:
    """The mappings as the engine holds them: every host port a number, 0.0.0.0 and :: as one.

    What a container that does not run will ask for stands as it was asked.
    """
    if not container.state.holds_ports:
        return container.mappings
    return tuple(
        PortMapping(held.container_port, PortBinding(host_ip, PortRange.of(held.host_port)))
        for host_ip, held in fold(container.published)
    )


def socket_of(mapping: PortMapping) -> HostSocket | None:
    """The host socket that the mapping takes; None where the engine chooses the port."""
    port = mapping.binding.host_port
    if port is None:
        return None
    return HostSocket(mapping.binding.host_ip, port, mapping.container_port.protocol)


def fitting(spec: PortSpec, container: Container) -> tuple[PortMapping, ...]:
    """The mappings of the container that fit every part which the SPEC gives."""
    return tuple(mapping for mapping in container.mappings if _fits(spec, mapping, container))


def _fits(spec: PortSpec, mapping: PortMapping, container: Container) -> bool:
    port, binding = mapping.container_port, mapping.binding
    if spec.protocol not in {None, port.protocol}:
        return False
    if spec.container_ports is not None and port.number not in spec.container_ports:
        return False
    # Who writes 0.0.0.0 means the mapping that is open on every address.
    every = binding.host_ip is None and spec.host_ip is not None and spec.host_ip.is_unspecified
    if spec.host_ip not in {None, binding.host_ip} and not every:
        return False
    return spec.host_ports is None or _fits_host_ports(spec.host_ports, mapping, container)


def _fits_host_ports(ports: PortRange, mapping: PortMapping, container: Container) -> bool:
    asked = mapping.binding.host_ports
    if asked is not None and asked.start in ports and asked.end in ports:
        return True
    held = held_for(mapping, container.published)
    return any(published.host_port in ports for published in held)
