"""An inspect-shaped record as it stands in the list of containers (ContainerSummary)."""

from __future__ import annotations

from typing import Any

from manager.engine.decode import container_from_record
from manager.engine.memory_store import Record

_STATUS = {"created": "Created", "running": "Up", "paused": "Up (Paused)", "exited": "Exited (0)"}


def list_entry(record: Record) -> dict[str, Any]:
    """The list entry: ports only while it runs, and nothing of what was asked."""
    container = container_from_record(record)
    status = record["State"]["Status"]
    ports: list[dict[str, Any]] = [
        {
            "IP": str(held.host_ip),
            "PrivatePort": held.container_port.number,
            "PublicPort": held.host_port,
            "Type": str(held.container_port.protocol),
        }
        for held in container.published
    ]
    for key, entries in record["NetworkSettings"]["Ports"].items():
        if entries is None:
            number, _, protocol = key.partition("/")
            ports.append({"PrivatePort": int(number), "Type": protocol})
    return {
        "Id": record["Id"],
        "Names": [record["Name"]],
        "Image": record["Config"]["Image"],
        "ImageID": record["Image"],
        "Ports": ports,
        "Labels": record["Config"]["Labels"],
        "State": status,
        "Status": _STATUS.get(status, status),
        "HostConfig": {"NetworkMode": record["HostConfig"]["NetworkMode"]},
        "NetworkSettings": {"Networks": record["NetworkSettings"]["Networks"]},
        "Mounts": record["Mounts"],
    }
