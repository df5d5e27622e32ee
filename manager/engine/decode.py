"""Engine API JSON -> model. Pure functions of dicts, written for what engines really send.

Sources: Engine API 1.41-1.51, ContainerList (ContainerSummary) and ContainerInspect; Podman's
compatible API, which leaves keys out and keeps the ports of stopped containers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from manager.engine.tolerant import items, mapping, text, whole
from manager.errors import InvalidPortSpec
from manager.model.container import Container, ContainerState, origin_from_labels
from manager.model.ports import (
    MAX_PORT,
    IPAddress,
    Port,
    PortBinding,
    PortMapping,
    PortRange,
    PublishedPort,
    fold,
    parse_ip,
    parse_protocol,
)

_PODMAN_STATES = {"configured": "created", "stopped": "exited", "stopping": "running"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What never changes in a container's life, and only inspect tells."""

    image: str
    mappings: tuple[PortMapping, ...]
    exposed: tuple[Port, ...]
    network_mode: str = "bridge"


def container_from_record(record: Mapping[str, Any]) -> Container:
    """The container that a raw inspect describes."""
    state_of = mapping(record.get("State"))
    settings = mapping(record.get("NetworkSettings"))
    state = _state(state_of.get("Status"))
    labels = _labels(mapping(record.get("Config")).get("Labels"))
    asked = asked_of(record)
    # Podman shows the ports of the network's owner there too.
    shared = asked.network_mode.startswith("container:")
    return Container(
        id=text(record.get("Id")),
        name=text(record.get("Name")).removeprefix("/") or text(record.get("Id"))[:12],
        image=asked.image,
        state=state,
        mappings=asked.mappings,
        published=_held(settings.get("Ports")) if state.holds_ports and not shared else (),
        exposed=asked.exposed,
        network_mode=asked.network_mode,
        pod=text(record.get("Pod")),
        networks=tuple(sorted(mapping(settings.get("Networks")))),
        labels=labels,
        origin=origin_from_labels(labels),
        pid=whole(state_of.get("Pid")) or None if state.holds_ports else None,
    )


def container_from_entry(entry: Mapping[str, Any], asked: Asked | None) -> Container:
    """The container that an entry of the list describes.

    Without `asked` the mappings of a running container are taken from what it holds, those of
    a stopped one are left out, and mappings_known is False.
    """
    container_id = text(entry.get("Id"))
    state = _state(entry.get("State"))
    labels = _labels(entry.get("Labels"))
    ports = [port for port in items(entry.get("Ports")) if isinstance(port, Mapping)]
    # Podman's list names no mode, and shows the ports of the network's owner for all in it.
    mode = network_mode(entry) if asked is None or "HostConfig" in entry else asked.network_mode
    shared = mode.startswith("container:")
    published = _listed(ports) if state.holds_ports and not shared else ()
    return Container(
        id=container_id,
        name=_own_name(entry) or container_id[:12],
        image=asked.image if asked else text(entry.get("Image")),
        state=state,
        mappings=asked.mappings if asked else _assumed(published),
        published=published,
        exposed=asked.exposed if asked else _in_order(filter(None, map(_private, ports))),
        network_mode=mode,
        networks=tuple(sorted(mapping(mapping(entry.get("NetworkSettings")).get("Networks")))),
        labels=labels,
        origin=origin_from_labels(labels),
        mappings_known=asked is not None,
        status=text(entry.get("Status")),
    )


def asked_of(record: Mapping[str, Any]) -> Asked:
    """What a raw inspect says was asked at create. `-P` asks for each exposed port."""
    config, host = mapping(record.get("Config")), mapping(record.get("HostConfig"))
    exposed = _in_order(_ports_of(mapping(config.get("ExposedPorts"))))
    mappings = mappings_of(mapping(host.get("PortBindings")))
    if host.get("PublishAllPorts"):
        named = {entry.container_port for entry in mappings}
        free = (PortMapping(port, PortBinding()) for port in exposed if port not in named)
        mappings = tuple(sorted((*mappings, *free), key=lambda entry: entry.container_port))
    image = text(config.get("Image")) or text(record.get("Image"))
    return Asked(image, mappings, exposed, network_mode(record))


def mappings_of(bindings: Mapping[str, Any]) -> tuple[PortMapping, ...]:
    """HostConfig.PortBindings as mappings: by container port, then as they stand there."""
    found: list[PortMapping] = []
    for key, entries in bindings.items():
        for port in _ports_of([key]):
            for entry in items(entries):
                found.extend(PortMapping(port, binding) for binding in _binding(mapping(entry)))
    return tuple(sorted(found, key=lambda entry: entry.container_port))


def tells_less(entry: Mapping[str, Any]) -> bool:
    """Whether a list entry leaves open what was asked for: only inspect knows then.

    So it is where nothing runs, and where something that was asked for may not be held.
    """
    if not _state(entry.get("State")).holds_ports or network_mode(entry) == "host":
        return True
    ports = items(entry.get("Ports"))
    return not ports or any("PublicPort" not in mapping(port) for port in ports)


def network_mode(record: Mapping[str, Any]) -> str:
    """HostConfig.NetworkMode, with the names that mean the default bridge made one."""
    mode = text(mapping(record.get("HostConfig")).get("NetworkMode"))
    return "bridge" if mode in {"", "default"} else mode


def _state(word: object) -> ContainerState:
    known = text(word).lower()
    known = _PODMAN_STATES.get(known, known)
    try:
        return ContainerState(known)
    except ValueError:
        return ContainerState.UNKNOWN


def _labels(value: object) -> Mapping[str, str]:
    return MappingProxyType({text(name): text(label) for name, label in mapping(value).items()})


def _own_name(entry: Mapping[str, Any]) -> str:
    """A container's own name: legacy links add `/other/alias` to its names."""
    names = [text(name).removeprefix("/") for name in items(entry.get("Names"))]
    return next((name for name in names if name and "/" not in name), "")


def _ports_of(keys: Iterable[str]) -> Iterator[Port]:
    for key in keys:
        try:
            yield Port.parse(key)
        except InvalidPortSpec:
            continue


def _in_order(ports: Iterable[Port]) -> tuple[Port, ...]:
    return tuple(sorted(set(ports)))


@lru_cache(maxsize=256)
def _address(value: str) -> IPAddress | None:
    """An address of the engine's; None for the empty one, which is every address."""
    return parse_ip(value) if value else None


def _binding(entry: Mapping[str, Any]) -> Iterator[PortBinding]:
    """One binding; none where the engine holds what no engine takes."""
    ports = text(entry.get("HostPort"))
    try:
        wanted = PortRange.parse(ports) if ports not in {"", "0"} else None
        yield PortBinding(_address(text(entry.get("HostIp"))), wanted)
    except InvalidPortSpec:
        return


def _published(host_ip: object, host_port: object, port: Port) -> Iterator[PublishedPort]:
    try:
        address = _address(text(host_ip)) or parse_ip("0.0.0.0")
    except InvalidPortSpec:
        return
    number = whole(host_port)
    if 0 < number <= MAX_PORT:
        yield PublishedPort(address, number, port)


def _held(ports: object) -> tuple[PublishedPort, ...]:
    """NetworkSettings.Ports of an inspect."""
    found: set[PublishedPort] = set()
    for key, entries in mapping(ports).items():
        for port in _ports_of([key]):
            for entry in map(mapping, items(entries)):
                found.update(_published(entry.get("HostIp"), entry.get("HostPort"), port))
    return _by_port(found)


def _listed(ports: Iterable[Mapping[str, Any]]) -> tuple[PublishedPort, ...]:
    """Ports of a list entry."""
    found: set[PublishedPort] = set()
    for entry in ports:
        port = _private(entry)
        if port is not None:
            found.update(_published(entry.get("IP"), entry.get("PublicPort"), port))
    return _by_port(found)


def _private(entry: Mapping[str, Any]) -> Port | None:
    try:
        protocol = parse_protocol(text(entry.get("Type")) or "tcp")
        return Port(whole(entry.get("PrivatePort")), protocol)
    except InvalidPortSpec:
        return None


def _by_port(ports: Iterable[PublishedPort]) -> tuple[PublishedPort, ...]:
    return tuple(
        sorted(
            ports,
            key=lambda p: (p.container_port, p.host_port, p.host_ip.version, int(p.host_ip)),
        )
    )


def _assumed(published: Iterable[PublishedPort]) -> tuple[PortMapping, ...]:
    return tuple(
        PortMapping(port.container_port, PortBinding(address, PortRange.of(port.host_port)))
        for address, port in fold(published)
    )
