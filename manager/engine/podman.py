"""Where Podman's compatible API differs from Docker's (4.3): what it shows, and does not take."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from manager.engine.tolerant import items, mapping, text
from manager.model.network import Network

_DEFAULT = "podman"
"""Its default network, which a list calls by Docker's name for it, and an inspect by its own."""


def for_podman(host: dict[str, Any]) -> None:
    """Change a HostConfig so that Podman takes its own words back."""
    for limit in items(host.get("Ulimits")):
        if isinstance(limit, dict) and isinstance(limit.get("Name"), str):
            limit["Name"] = limit["Name"].removeprefix("RLIMIT_").lower()
    if host.get("MemorySwappiness") in {0, -1}:
        host.pop("MemorySwappiness")
    if host.get("NanoCpus"):
        # It shows one limit in both ways, and takes one of them.
        host.pop("CpuPeriod", None)
        host.pop("CpuQuota", None)
    for device in items(host.get("Devices")):
        if isinstance(device, dict) and not device.get("CgroupPermissions"):
            device["CgroupPermissions"] = "rwm"


def under_both_names(networks: Iterable[Network]) -> tuple[Network, ...]:
    """The networks of a list, the default one under the name that containers know it by too."""
    found = tuple(networks)
    default = (replace(network, name=_DEFAULT) for network in found if network.name == "bridge")
    return (*found, *(one for one in default if all(other.name != _DEFAULT for other in found)))


POD_LIST = "/v4.0.0/libpod/containers/json?all=true"
"""Podman's own list: the compatible one tells of no pods."""


def pods_of(answer: object) -> dict[str, str]:
    """The name of the pod of each container that is in one, by the container's id."""
    entries = map(mapping, items(answer))
    found = ((text(entry.get("Id")), text(entry.get("PodName"))) for entry in entries)
    return {container_id: pod for container_id, pod in found if pod}


def tells_no_mode(entry: Mapping[str, Any]) -> bool:
    """Whether a running container's list entry leaves open whose network it lives in.

    Its ports are then those of all that share it, and none where it is the host's.
    """
    return "HostConfig" not in entry and text(entry.get("State")) == "running"
