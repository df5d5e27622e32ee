"""Ports that somebody else has, and addresses that nobody agreed to open. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from manager.change.commands import as_command, spec_of
from manager.change.mappings import socket_of
from manager.change.request import ChangeRequest, Move, Publish, Restore
from manager.errors import Refused
from manager.model.conflict import (
    Conflict,
    Holder,
    HolderKind,
    container_sockets,
    find_conflicts,
    find_free,
)
from manager.model.container import Container
from manager.model.exposure import Exposure, exposure_of
from manager.model.listener import HostSocket
from manager.model.portclass import FreePortSearch
from manager.model.ports import IPProtocol, PortBinding, PortMapping, PortRange
from manager.model.portspec import PortSpec
from manager.model.snapshot import Snapshot

LACKING = "does not support"
"""In a reason of Host.bind_error: the host has no such protocol, or no such kind of address."""


def check_exposure(request: ChangeRequest, added: Iterable[PortMapping]) -> None:
    """Refuse addresses that are not loopback unless that was agreed to. Raises Refused.

    Setting an earlier state again is not asked for it a second time: its plan says so.
    """
    if request.expose or isinstance(request, Restore):
        return
    for mapping in added:
        exposure = exposure_of(mapping.binding.host_ip)
        if exposure is not Exposure.LOOPBACK:
            again = as_command(request.model_copy(update={"expose": True}))
            raise Refused(
                f"on {mapping.binding} it can be reached by {exposure.reach}",
                hint=f"leave the address out for 127.0.0.1, or agree to it: {again}",
            )


def check_conflicts(
    snapshot: Snapshot,
    request: ChangeRequest,
    target: Container,
    after: tuple[PortMapping, ...],
    bind_errors: Mapping[HostSocket, str],
) -> None:
    """Refuse ports that somebody else has, or that cannot be bound. Raises Refused."""
    added = [mapping for mapping in after if mapping not in target.mappings]
    kept = [mapping for mapping in after if mapping in target.mappings]
    wanted = [socket for mapping in added if (socket := socket_of(mapping))]
    found = find_conflicts(snapshot, wanted, ignoring={target.id})
    conflicts = [conflict for conflict in found if not _in_the_way_already(conflict.holder, target)]
    excused = {conflict.wanted for conflict in found}
    conflicts += [
        Conflict(socket, Holder(HolderKind.CONTAINER, own, target, note="its own"))
        for socket in wanted
        for mapping in kept
        if (own := socket_of(mapping)) is not None and own.overlaps(socket)
    ]
    if conflicts:
        raise _taken(snapshot, request, target, conflicts, added)
    for mapping in added:
        socket = socket_of(mapping)
        if socket is None or socket in excused:
            continue
        if (reason := bind_errors.get(socket)) is not None:
            raise _unbindable(snapshot, request, target, mapping, reason)


def _in_the_way_already(holder: Holder, target: Container) -> bool:
    """Whether the two exclude each other today: one of them does not run.

    Binding `*:8080` to loopback makes nothing worse for either, and must not be refused for it.
    """
    return any(own.overlaps(holder.socket) for own in container_sockets(target))


def _taken(
    snapshot: Snapshot,
    request: ChangeRequest,
    target: Container,
    conflicts: list[Conflict],
    added: list[PortMapping],
) -> Refused:
    first = conflicts[0]
    mapping = next(m for m in added if socket_of(m) == first.wanted)
    own = next((c for c in conflicts if c.holder.container is target), None)
    if own is not None and isinstance(request, Publish):
        old = next(m for m in target.mappings if socket_of(m) == own.holder.socket)
        source, wanted = (PortSpec.parse(spec_of(m)) for m in (old, mapping))
        move = Move(container=target.name, source=source, target=wanted, **_choices(request))
        return Refused(
            f"{target.name} has {own.wanted} itself already: {old}",
            hint=as_command(move),
            conflicts=tuple(conflicts),
        )
    return Refused(
        "; ".join(str(conflict) for conflict in conflicts),
        hint=_instead(snapshot, request, target, mapping),
        conflicts=tuple(conflicts),
    )


def _unbindable(
    snapshot: Snapshot,
    request: ChangeRequest,
    target: Container,
    mapping: PortMapping,
    reason: str,
) -> Refused:
    socket = socket_of(mapping)
    assert socket is not None
    if (refused := not_for_anybody(socket, reason)) is not None:
        return refused
    conflict = Conflict(socket, Holder(HolderKind.PROCESS, socket))
    return Refused(
        f"{socket} cannot be bound: {reason}, and this user may not see by whom",
        hint=_instead(snapshot, request, target, mapping),
        conflicts=(conflict,),
    )


def not_for_anybody(socket: HostSocket, reason: str) -> Refused | None:
    """The refusal where a bind fails (Host.bind_error) and nobody is in the way; else None."""
    if "not an address" in reason:
        return Refused(
            f"{socket.host_ip} is not an address of this host",
            hint="ip address lists them; 127.0.0.1 is this host alone, 0.0.0.0 all of them",
        )
    if LACKING in reason:
        # An engine on this kernel fails too, but only at the start, when the old one is stopped.
        sctp = socket.protocol is IPProtocol.SCTP
        return Refused(
            f"{socket} cannot be bound by anybody: {reason}",
            hint="modprobe sctp, as root, loads it where this kernel has it; then try again"
            if sctp
            else "127.0.0.1 is this host alone, 0.0.0.0 every IPv4 address of it",
        )
    return None


def _instead(
    snapshot: Snapshot, request: ChangeRequest, target: Container, mapping: PortMapping
) -> str:
    """The next command: the same with a free port close by, and who tells more."""
    port = mapping.binding.host_port
    assert port is not None
    free = find_free(
        snapshot,
        FreePortSearch(near=port, ephemeral=snapshot.ephemeral),
        host_ip=mapping.binding.host_ip,
        protocol=mapping.container_port.protocol,
        excluding=[HostSocket(None, port, mapping.container_port.protocol)],
    )
    if not free:
        return f"pmap who {port}"
    binding = PortBinding(mapping.binding.host_ip, PortRange.of(free[0]))
    spec = PortSpec.parse(spec_of(PortMapping(mapping.container_port, binding)))
    return f"{free[0]} is free: {as_command(_with_target(request, spec, target))}"


def _with_target(request: ChangeRequest, spec: PortSpec, target: Container) -> ChangeRequest:
    """The request with another place for its mapping."""
    if isinstance(request, Publish):
        return request.model_copy(update={"specs": (spec,)})
    if isinstance(request, Move):
        return request.model_copy(update={"target": spec})
    return Publish(container=target.name, specs=(spec,), **_choices(request))


def _choices(request: ChangeRequest) -> dict[str, Any]:
    """What was chosen with options, for another request about the same container."""
    names = ("expose", "save", "layer", "keep_logs", "auto_remove")
    return {name: getattr(request, name) for name in names}
