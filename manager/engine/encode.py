"""A container's raw inspect -> the call that creates its like with other port mappings.

The inspect's own Config and HostConfig are posted, with the corrections that engines need: no
list of known fields is kept here, so no unknown field is lost.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from itertools import groupby
from typing import Any, Protocol

from manager.change.image import is_image_id
from manager.engine.decode import asked_of, mappings_of, network_mode
from manager.engine.endpoints import MANY_AT_CREATE, endpoints_of
from manager.engine.podman import for_podman
from manager.engine.tolerant import items, mapping, text
from manager.engine.volumes import pin_volumes
from manager.errors import EngineError
from manager.interfaces import Blueprint
from manager.model.ports import Port, PortMapping

_NOT_WITH_SHARED_NETWORK = {
    "Config": ("Hostname", "Domainname", "ExposedPorts", "MacAddress"),
    "HostConfig": (
        "PortBindings",
        "PublishAllPorts",
        "Links",
        "Dns",
        "DnsOptions",
        "DnsSearch",
        "ExtraHosts",
    ),
}
_SHARING = ("NetworkMode", "PidMode", "IpcMode")


class Surroundings(Protocol):
    """What has to be looked up beside the container itself."""

    @property
    def api_version(self) -> tuple[int, int]:
        """The Engine API that will take the call."""
        ...

    @property
    def podman(self) -> bool:
        """Whether the engine is Podman."""
        ...

    def image(self, reference: str) -> Mapping[str, Any] | None:
        """The inspect of an image, None when it is not here."""
        ...

    def container(self, name_or_id: str) -> Mapping[str, Any] | None:
        """The inspect of another container, None when it is gone."""
        ...


def make_blueprint(
    record: Mapping[str, Any], mappings: Sequence[PortMapping], around: Surroundings
) -> Blueprint:
    """How to create the like of `record` with these mappings.

    Raises EngineError (404) when its image is gone: nothing can be made from it then.
    """
    config: dict[str, Any] = deepcopy(dict(mapping(record.get("Config"))))
    host: dict[str, Any] = deepcopy(dict(mapping(record.get("HostConfig"))))
    notes = _keep_image(record, config, around)
    notes += pin_volumes(record, host, around.container)
    set_mappings(config, host, mappings)
    many = around.podman or around.api_version >= MANY_AT_CREATE
    endpoints = endpoints_of(record, many=many)
    if endpoints.mac_moved:
        config.pop("MacAddress", None)
    _share_by_name(host, around)
    _drop_what_sharing_forbids(config, host)
    if around.podman:
        for_podman(host)
    body = {**config, "HostConfig": host}
    if endpoints.at_create:
        body["NetworkingConfig"] = {"EndpointsConfig": endpoints.at_create}
    # Podman names its default network otherwise than its mode.
    surplus = () if around.podman else endpoints.surplus
    return Blueprint(body, endpoints.later, _platform(record), notes, surplus)


def set_mappings(
    config: dict[str, Any], host: dict[str, Any], mappings: Sequence[PortMapping]
) -> None:
    """Put the mappings into a create body's Config and HostConfig.

    What is asked of a container port that does not change stays as it is written. A port that
    changes is exposed too: engines do not publish one that is not, and do not say so.
    """
    now = asked_of({"Config": config, "HostConfig": host}).mappings
    if host.get("PublishAllPorts"):
        if sorted(map(str, now)) == sorted(map(str, mappings)):
            return
        # From here on each port is named: the engine would add the ones that were taken away.
        host["PublishAllPorts"] = False
    written = mapping(host.get("PortBindings"))
    exposed = dict(mapping(config.get("ExposedPorts")))
    wanted = {
        port: list(group) for port, group in groupby(sorted(mappings, key=_port_of), key=_port_of)
    }
    bindings: dict[str, Any] = {}
    for port, group in wanted.items():
        same = {k: v for k, v in written.items() if list(mappings_of({k: v})) == group}
        if same:
            bindings.update(same)
        else:
            bindings[str(port)] = [_binding(entry) for entry in group]
            exposed[str(port)] = {}
    host["PortBindings"] = bindings
    config["ExposedPorts"] = exposed


def _port_of(entry: PortMapping) -> Port:
    return entry.container_port


def _binding(entry: PortMapping) -> dict[str, str]:
    """One entry of HostConfig.PortBindings."""
    host_ip, ports = entry.binding.host_ip, entry.binding.host_ports
    return {
        "HostIp": "" if host_ip is None else str(host_ip),
        "HostPort": "" if ports is None else str(ports),
    }


def _keep_image(
    record: Mapping[str, Any], config: dict[str, Any], around: Surroundings
) -> tuple[str, ...]:
    """Name the very image of the container, and keep an entrypoint that was emptied."""
    reference, wanted = text(config.get("Image")), text(record.get("Image"))
    image = around.image(reference)
    notes: tuple[str, ...] = ()
    if image is None or (wanted and image.get("Id") != wanted):
        image = around.image(wanted)
        if image is None:
            raise EngineError(
                f"the image {reference} of this container ({wanted[:19]}) is not here any more",
                status=404,
                hint="without it no container like this one can be made; docker load"
                + ("" if is_image_id(reference, wanted) else f", or docker pull {reference},")
                + " brings it back where it has the same id",
            )
        config["Image"] = wanted
        notes = (
            f"{reference} means another image by now: the container keeps its own, {wanted[:19]}",
        )
    inherited = items(mapping(image.get("Config")).get("Entrypoint"))
    if not items(config.get("Entrypoint")) and inherited:
        # Null would take the image's entrypoint, and run another program.
        config["Entrypoint"] = [""]
    return notes


def _share_by_name(host: dict[str, Any], around: Surroundings) -> None:
    """Name the container whose network, pid or ipc is shared: its id may change meanwhile."""
    for key in _SHARING:
        kind, colon, other = text(host.get(key)).partition(":")
        if kind == "container" and colon:
            found = around.container(other)
            if found is not None:
                host[key] = f"container:{text(found.get('Name')).removeprefix('/')}"


def _drop_what_sharing_forbids(config: dict[str, Any], host: dict[str, Any]) -> None:
    """Engines refuse (400) what a container cannot have of its own in these modes."""
    if network_mode({"HostConfig": host}).startswith("container:"):
        for key in _NOT_WITH_SHARED_NETWORK["Config"]:
            config.pop(key, None)
        for key in _NOT_WITH_SHARED_NETWORK["HostConfig"]:
            host.pop(key, None)
    elif host.get("UTSMode") == "host":
        config.pop("Hostname", None)
        config.pop("Domainname", None)


def _platform(record: Mapping[str, Any]) -> str | None:
    """What the containerd image store must be told, where an image has several platforms."""
    platform = mapping(mapping(record.get("ImageManifestDescriptor")).get("platform"))
    parts = (text(platform.get(key)) for key in ("os", "architecture", "variant"))
    return "/".join(filter(None, parts)) or None
