"""The JSON objects of the command contract. Keys stay; what is not known is null."""

from __future__ import annotations

from typing import Any

from manager.model.conflict import Conflict, Holder
from manager.model.listener import HostSocket, Process
from manager.model.ports import IPAddress, PortMapping, PortRange
from manager.model.rows import PortRow
from manager.model.snapshot import EngineInfo

SCHEMA = 1

_EVERY = ["0.0.0.0", "::"]


def engine_form(info: EngineInfo | None) -> dict[str, Any]:
    """`engine` of `ls --json`."""
    if info is None:
        return {"host": None, "version": None, "local": None}
    return {"host": info.host, "version": info.version, "local": info.local}


def row_form(row: PortRow) -> dict[str, Any]:
    """One of `mappings` of `ls --json`.

    A row for every address of both families has host_ip "0.0.0.0", and both in host_ips. mode is
    that of a swarm service's port, ingress or host.
    """
    container, service = row.container, row.service
    return {
        "container": container.name if container else None,
        "container_id": container.id if container else None,
        "image": container.image if container else service.image if service else None,
        "state": container.state.value if container else None,
        "project": container.project if container else service.stack if service else None,
        "service": container.service if container else service.name if service else None,
        **_addresses(row.host_ip),
        "host_port": _ports(row.host_ports),
        "container_port": row.container_port.number if row.container_port else None,
        "protocol": str(row.protocol),
        "exposure": row.exposure.value,
        "declared": row.declared,
        "bound": row.bound,
        "source": row.source.value,
        "process": _process(row.process),
        "mode": row.mode.value if row.mode else None,
        "pod": container.pod or None if container else None,
        "served_by": row.served_by or None,
    }


def holder_form(holder: Holder) -> dict[str, Any]:
    """One of `holders` of `who --json`."""
    container, process, service = holder.container, holder.process, holder.service
    return {
        "kind": holder.kind.value,
        **_addresses(holder.socket.host_ip),
        "container": container.name if container else None,
        "project": container.project if container else service.stack if service else None,
        "service": container.service if container else service.name if service else None,
        "pid": process.pid if process else None,
        "process": process.name or None if process else None,
        "command": process.command or None if process else None,
        "cwd": process.cwd or None if process else None,
        "note": holder.note or None,
        "pod": container.pod or None if container else None,
        "shared_with": list(holder.shared_with),
        "served_by": holder.served_by or None,
    }


def conflict_form(conflict: Conflict) -> dict[str, Any]:
    """One of `conflicts`: the socket that was wanted, by whom, and who holds it."""
    return {
        **_socket(conflict.wanted),
        "wanted_by": conflict.wanted_by.name if conflict.wanted_by else None,
        "holder": holder_form(conflict.holder) | {"host_port": conflict.holder.socket.host_port},
        "message": str(conflict),
    }


def mapping_form(mapping: PortMapping) -> dict[str, Any]:
    """One of `before` and `after` of a change."""
    return {
        **_addresses(mapping.binding.host_ip),
        "host_port": _ports(mapping.binding.host_ports),
        "container_port": mapping.container_port.number,
        "protocol": mapping.container_port.protocol.value,
    }


def _socket(socket: HostSocket) -> dict[str, Any]:
    return {
        **_addresses(socket.host_ip),
        "host_port": socket.host_port,
        "protocol": socket.protocol.value,
    }


def _addresses(host_ip: IPAddress | None) -> dict[str, Any]:
    if host_ip is None:
        return {"host_ip": _EVERY[0], "host_ips": list(_EVERY)}
    return {"host_ip": str(host_ip), "host_ips": [str(host_ip)]}


def _ports(ports: PortRange | None) -> int | str | None:
    if ports is None:
        return None
    return ports.start if len(ports) == 1 else str(ports)


def _process(process: Process | None) -> dict[str, Any] | None:
    return {"pid": process.pid, "name": process.name or None} if process else None
