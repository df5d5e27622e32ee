"""What Podman's compatible API shows in an inspect and does not take in a create (4.3)."""

from __future__ import annotations

from typing import Any

from manager.engine.tolerant import items


def for_podman(host: dict[str, Any]) -> None:
    """Change a HostConfig so that Podman takes its own words back."""
    for limit in items(host.get("Ulimits")):
        if isinstance(limit, dict) and isinstance(limit.get("Name"), str):
            limit["Name"] = limit["Name"].removeprefix("RLIMIT_").lower()
    if host.get("MemorySwappiness") in {0, -1}:
        host.pop("MemorySwappiness")
    for device in items(host.get("Devices")):
        if isinstance(device, dict) and not device.get("CgroupPermissions"):
            device["CgroupPermissions"] = "rwm"
