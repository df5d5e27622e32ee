"""A change of a swarm service's ports: one service update, on every address of every node. Pure.

A service cannot be bound to loopback, so whoever publishes on one agrees to that with --expose.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from manager.change.commands import as_command
from manager.change.conflicts import LACKING, not_for_anybody
from manager.change.mappings import decode_mapping, encode_mapping
from manager.change.plan import Cost, Operation, OperationKind, Plan, ServiceUpdate
from manager.change.request import ChangeRequest, Loopback, Move, Publish, Restore
from manager.change.resolve import Inputs, resolve
from manager.errors import InvalidInput, Refused
from manager.interfaces import Host
from manager.model.conflict import Conflict, Holder, HolderKind, find_conflicts, find_free
from manager.model.container import Container, ContainerState
from manager.model.listener import HostSocket
from manager.model.portclass import FreePortSearch
from manager.model.ports import PortBinding, PortMapping, PortRange, parse_ip
from manager.model.portspec import PortSpec
from manager.model.snapshot import EngineInfo, Snapshot
from manager.model.swarm import PublishMode, ServicePort, SwarmService, tasks_of

_EVERYWHERE = parse_ip("0.0.0.0")
_REACH = "every network of every node of the swarm"


@dataclass(frozen=True, slots=True)
class ServiceFacts:
    """What a plan is made from beside the snapshot. bind_errors: why a real bind failed here."""

    id: str
    service: SwarmService
    bind_errors: Mapping[HostSocket, str] = field(default_factory=dict)


def gather_service(
    host: Host, snapshot: Snapshot, request: ChangeRequest, service: SwarmService
) -> ServiceFacts:
    """Try to bind what is wanted, where the engine's host is this one. Raises Refused."""
    facts = ServiceFacts(secrets.token_hex(4), service)
    if snapshot.engine is None or not snapshot.engine.ports_here:
        return facts
    wanted = [port for port in _wanted(snapshot, request, service) if port not in service.ports]
    sockets = [socket for port in wanted if (socket := port.socket) is not None]
    errors = {socket: why for socket in sockets if (why := host.bind_error(socket)) is not None}
    for socket, why in errors.items():
        if snapshot.engine.local and (refused := not_for_anybody(socket, why)) is not None:
            raise refused
    return replace(facts, bind_errors={s: why for s, why in errors.items() if LACKING not in why})


def plan_service(snapshot: Snapshot, request: ChangeRequest, facts: ServiceFacts) -> Plan:
    """The plan of a request. Raises Refused, with conflicts, the reason and what to type next."""
    service = facts.service
    after = _wanted(snapshot, request, service)
    plan = Plan(
        id=facts.id,
        request=request,
        container=service.name,
        container_id=service.id,
        before=tuple(port.mapping for port in service.asked),
        after=tuple(port.mapping for port in after),
        fingerprint=snapshot.fingerprint,
    )
    if after == service.asked:
        return plan.model_copy(update={"warnings": ("the service publishes this already",)})
    _check_conflicts(snapshot, request, facts, after)
    return plan.model_copy(
        update={
            "operations": tuple(_operations(service)),
            "warnings": tuple(_warnings(service, after)),
            "cost": _cost(service),
            "service_update": ServiceUpdate(service=service, ports=after),
        }
    )


def _wanted(
    snapshot: Snapshot, request: ChangeRequest, service: SwarmService
) -> tuple[ServicePort, ...]:
    """The ports that the service shall have."""
    _check_addresses(request, service)
    stand_in = _as_container(snapshot, service)
    inputs = Inputs(snapshot, stand_in, default_ip=_EVERYWHERE)
    # What is asked for as 0.0.0.0 may be there already.
    mappings = tuple(dict.fromkeys(_everywhere(one) for one in resolve(request, inputs).after))
    if isinstance(request, Restore) and len(request.modes) == len(mappings):
        return tuple(map(_port, mappings, request.modes))
    known = dict(zip(stand_in.mappings, (port.mode for port in service.asked), strict=True))
    moved = _moved_mode(request, known, mappings)
    return tuple(_port(one, known.get(one, moved or _usual(service))) for one in mappings)


def _moved_mode(
    request: ChangeRequest,
    known: Mapping[PortMapping, PublishMode],
    after: tuple[PortMapping, ...],
) -> PublishMode | None:
    """The mode of the mapping that a move takes away: the one in its place keeps it."""
    gone = [mode for mapping, mode in known.items() if mapping not in after]
    return gone[0] if isinstance(request, Move) and gone else None


def _usual(service: SwarmService) -> PublishMode:
    """Without a virtual address there is nothing that ingress could lead to."""
    return PublishMode.HOST if service.resolves_names else PublishMode.INGRESS


def _port(mapping: PortMapping, mode: PublishMode) -> ServicePort:
    return ServicePort(mapping.container_port, mapping.binding.host_port, mode)


def _everywhere(mapping: PortMapping) -> PortMapping:
    return PortMapping(mapping.container_port, PortBinding(None, mapping.binding.host_ports))


def _as_container(snapshot: Snapshot, service: SwarmService) -> Container:
    """The service as a container would be that asked for the same, for what SPECs mean."""
    tasks = tasks_of(service, snapshot.containers)
    return Container(
        id=service.id,
        name=service.name,
        image=service.image,
        state=ContainerState.CREATED,
        mappings=tuple(port.mapping for port in service.asked),
        exposed=tuple(sorted({port for task in tasks for port in task.exposed})),
    )


def _check_addresses(request: ChangeRequest, service: SwarmService) -> None:
    """Refuse what a service cannot be bound to, and to open it unasked. Raises Refused."""
    if isinstance(request, Loopback):
        raise Refused(
            f"{service.name} is a swarm service, which cannot be bound to loopback: its ports are"
            f" open to {_REACH}",
            hint=f"pmap unpublish {service.name} PORT takes a port away",
        )
    asked = request.specs if isinstance(request, Publish) else ()
    asked = (request.target,) if isinstance(request, Move) else asked
    for spec in asked:
        if spec.host_ip is not None and not spec.host_ip.is_unspecified:
            raise Refused(
                f"{service.name} is a swarm service, which cannot be bound to {spec.host_ip}: its"
                f" ports are open to {_REACH}",
                hint=f"to accept that: {as_command(_agreed(request))}",
            )
    if asked and not request.expose:
        raise Refused(
            f"{service.name} is a swarm service, which cannot be bound to loopback: its port would"
            f" be open to {_REACH}",
            hint=f"to accept that: {as_command(_agreed(request))}",
        )


def _agreed(request: ChangeRequest) -> ChangeRequest:
    """The request without addresses, and with the consent to be open."""

    def bare(spec: PortSpec) -> PortSpec:
        return replace(spec, host_ip=None)

    if isinstance(request, Publish):
        return request.model_copy(update={"specs": tuple(map(bare, request.specs)), "expose": True})
    if isinstance(request, Move):
        return request.model_copy(update={"target": bare(request.target), "expose": True})
    return request.model_copy(update={"expose": True})


def _check_conflicts(
    snapshot: Snapshot,
    request: ChangeRequest,
    facts: ServiceFacts,
    after: tuple[ServicePort, ...],
) -> None:
    service = facts.service
    new = [port for port in after if port not in service.ports]
    wanted = [socket for port in new if (socket := port.socket) is not None]
    own = {service.id, *(task.id for task in tasks_of(service, snapshot.containers))}
    conflicts = find_conflicts(snapshot, wanted, ignoring=own)
    kept = [port.socket for port in after if port not in new]
    conflicts += tuple(
        Conflict(socket, Holder(HolderKind.SWARM_SERVICE, socket, service=service))
        for socket in wanted
        if socket in kept
    )
    # Somebody else's socket is said by name where he is known.
    known = {conflict.wanted for conflict in conflicts}
    conflicts += tuple(
        Conflict(socket, Holder(HolderKind.PROCESS, socket))
        for socket in facts.bind_errors
        if socket in wanted and socket not in known
    )
    if conflicts:
        raise Refused(
            "; ".join(str(conflict) for conflict in conflicts),
            hint=_instead(snapshot, request, conflicts[0].wanted),
            conflicts=conflicts,
        )


def _instead(snapshot: Snapshot, request: ChangeRequest, wanted: HostSocket) -> str:
    """The next command: the same with a free port close by."""
    free = find_free(
        snapshot,
        FreePortSearch(near=wanted.host_port, ephemeral=snapshot.ephemeral),
        protocol=wanted.protocol,
        excluding=[wanted],
    )
    if not free:
        return f"pmap who {wanted.host_port}"

    def other(spec: PortSpec) -> PortSpec:
        taken = spec.host_ports == PortRange.of(wanted.host_port)
        return replace(spec, host_ports=PortRange.of(free[0])) if taken else spec

    again: ChangeRequest = request
    if isinstance(request, Publish):
        again = request.model_copy(update={"specs": tuple(map(other, request.specs))})
    elif isinstance(request, Move):
        again = request.model_copy(update={"target": other(request.target)})
    return f"{free[0]} is free: {as_command(again)}"


def _operations(service: SwarmService) -> Iterator[Operation]:
    yield Operation(
        kind=OperationKind.UPDATE,
        resource=service.name,
        cause="a service's ports are part of its specification",
    )
    yield Operation(
        kind=OperationKind.VERIFY,
        resource=service.name,
        cause="until then the specification of before can come back",
    )


def _warnings(service: SwarmService, after: tuple[ServicePort, ...]) -> Iterator[str]:
    for port in after:
        if port not in service.asked:
            yield f"{port.mapping.binding} can be reached by {_REACH} (mode {port.mode})"
    if service.resolves_names and any(port not in service.asked for port in after):
        yield "it has no virtual address (endpoint mode dnsrr): published on its tasks' nodes alone"
    if service.stack:
        yield (
            f"it belongs to stack {service.stack}: docker stack deploy sets its ports again, so"
            " change them in the stack's file too"
        )


def _cost(service: SwarmService) -> Cost:
    tasks = "its task" if service.desired == 1 else "its tasks one after the other"
    return Cost(
        restart=service.desired != 0,
        expected_downtime=f"the swarm replaces {tasks}, as the service's update policy says",
        lost=("the containers of its tasks, and what they wrote outside volumes",),
    )


def service_summary(
    plan: Plan, update: ServiceUpdate, *, status: str, engine: EngineInfo, begun: float,
    ended: float, reason: str = "",
) -> dict[str, Any]:  # fmt: skip
    """What the history keeps of a service's change, in the words of other changes' entries."""
    return {
        "schema": 1,
        "id": plan.id,
        "engine_key": engine.key,
        "engine": engine.name,
        "begun": begun,
        "ended": ended,
        "status": status,
        "reason": reason,
        "kind": plan.request.kind,
        "request": plan.request.model_dump(mode="json"),
        "container": plan.container,
        "swarm_service": update.service.id,
        "before": [encode_mapping(mapping) for mapping in plan.before],
        "after": [encode_mapping(mapping) for mapping in plan.after],
        "held": [encode_mapping(mapping) for mapping in plan.after],
        "modes_before": [port.mode.value for port in update.service.asked],
        "modes_after": [port.mode.value for port in update.ports],
        "with": [],
        "file": None,
    }


def undo_service(entry: Mapping[str, Any], snapshot: Snapshot) -> Restore:
    """The request that sets a service's ports of before a change again.

    entry: a summary of the history. Raises Refused when the service is gone or on another engine,
    InvalidInput when the entry cannot be read.
    """
    name, change = str(entry.get("container")), str(entry.get("id"))
    if snapshot.engine is None or entry.get("engine_key") != snapshot.engine.key:
        raise Refused(
            f"change {change} was made on another engine",
            hint="name that one with --context or -H",
        )
    if all(service.id != entry.get("swarm_service") for service in snapshot.services):
        raise Refused(
            f"{name}, which change {change} was about, is not there any more",
            hint="docker service ls shows every service",
        )
    try:
        before, after = tuple(entry["before"]), tuple(entry["after"])
        modes = tuple(PublishMode(mode) for mode in entry["modes_before"])
        tuple(map(decode_mapping, (*before, *after)))
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidInput(
            f"this entry of the history cannot be read: {error}",
            hint="pmap history lists the changes",
        ) from None
    return Restore(container=name, of=change, mappings=before, expected=after, modes=modes)
