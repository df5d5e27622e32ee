"""Swarm services: read, their ports changed by a service update, and how far that has come.

Sources: Engine API 1.41-1.51, ServiceList (with `status`), ServiceUpdate, TaskList.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from manager.engine.tolerant import items, mapping, text, whole
from manager.errors import EngineError, InvalidPortSpec
from manager.model.ports import MAX_PORT, Port, parse_protocol
from manager.model.swarm import STACK_LABEL, PublishMode, Rollout, ServicePort, SwarmService

if TYPE_CHECKING:
    # The engine in memory reads services too, and must not pay for the SDK.
    from manager.engine.link import Link

_NO_MANAGER = {406, 503}
_SECOND = len("2026-01-01T00:00:00")
_WAITING = {"new", "pending", "rejected", "failed"}


class LiveSwarm:
    """The Swarm of a live engine that is a manager."""

    def __init__(self, link: Link) -> None:
        self._link = link

    def services(self) -> tuple[SwarmService, ...]:
        """Every service, by name; none once this engine has left the swarm."""
        try:
            with self._link.checked() as api:
                found = api.services(status=True)  # type: ignore[no-untyped-call]
        except EngineError as error:
            if error.status in _NO_MANAGER:
                return ()
            raise
        return tuple(sorted(map(service_of, found), key=lambda one: one.name))

    def publish(self, service: SwarmService, ports: Sequence[ServicePort]) -> None:
        """Give the service these ports and no others, by an update of the version that was read.

        Raises EngineError, also when somebody else has updated it since.
        """
        with self._link.checked() as api:
            record = api.inspect_service(service.id)  # type: ignore[no-untyped-call]
            self._link.post(
                f"/services/{service.id}/update",
                query={"version": str(service.version)},
                body=with_ports(mapping(record.get("Spec")), ports),
            )

    def roll_back(self, service_id: str) -> None:
        """Set the specification of before the last update again."""
        with self._link.checked() as api:
            record = api.inspect_service(service_id)  # type: ignore[no-untyped-call]
            version = whole(mapping(record.get("Version")).get("Index"))
            self._link.post(
                f"/services/{service_id}/update",
                query={"version": str(version), "rollback": "previous"},
                body=mapping(record.get("Spec")),
            )

    def rollout(self, service_id: str) -> Rollout:
        """How far the last update has come."""
        with self._link.checked() as api:
            record = api.inspect_service(service_id)  # type: ignore[no-untyped-call]
            tasks = api.tasks(filters={"service": [service_id]})  # type: ignore[no-untyped-call]
        return rollout_of(mapping(record.get("UpdateStatus")), tasks)


def service_of(record: Mapping[str, Any]) -> SwarmService:
    """One entry of GET /services."""
    spec, status = mapping(record.get("Spec")), record.get("ServiceStatus")
    endpoint = mapping(spec.get("EndpointSpec"))
    container = mapping(mapping(spec.get("TaskTemplate")).get("ContainerSpec"))
    counts = mapping(status)
    return SwarmService(
        id=text(record.get("ID")),
        name=text(spec.get("Name")) or text(record.get("ID")),
        image=text(container.get("Image")).partition("@")[0],
        version=whole(mapping(record.get("Version")).get("Index")),
        asked=tuple(_ports(endpoint.get("Ports"))),
        held=tuple(_ports(mapping(record.get("Endpoint")).get("Ports"))),
        stack=text(mapping(spec.get("Labels")).get(STACK_LABEL)) or None,
        resolves_names=text(endpoint.get("Mode")) == "dnsrr",
        running=whole(counts.get("RunningTasks")) if counts else None,
        desired=whole(counts.get("DesiredTasks")) if counts else None,
    )


def _ports(entries: object) -> Iterator[ServicePort]:
    for entry in map(mapping, items(entries)):
        try:
            protocol = parse_protocol(text(entry.get("Protocol")) or "tcp")
            port = Port(whole(entry.get("TargetPort")), protocol)
            mode = PublishMode(text(entry.get("PublishMode")) or PublishMode.INGRESS)
        except (InvalidPortSpec, ValueError):
            continue
        published = whole(entry.get("PublishedPort"))
        yield ServicePort(port, published if 0 < published <= MAX_PORT else None, mode)


def port_record(port: ServicePort) -> dict[str, Any]:
    """A port with all four fields: an update that leaves one out keeps or guesses it."""
    return {
        "Protocol": port.container_port.protocol.value,
        "TargetPort": port.container_port.number,
        "PublishedPort": port.published or 0,
        "PublishMode": port.mode.value,
    }


def with_ports(spec: Mapping[str, Any], ports: Sequence[ServicePort]) -> dict[str, Any]:
    """A service's specification with other ports, and nothing else in it changed."""
    changed: dict[str, Any] = deepcopy(dict(spec))
    endpoint = dict(mapping(changed.get("EndpointSpec")))
    endpoint["Ports"] = [port_record(port) for port in ports]
    changed["EndpointSpec"] = endpoint
    return changed


def rollout_of(status: Mapping[str, Any], tasks: Sequence[Mapping[str, Any]]) -> Rollout:
    """What UpdateStatus and the tasks tell: troubles are those of tasks since the update began."""
    began, troubles = text(status.get("StartedAt")), []
    for task in tasks:
        state = mapping(task.get("Status"))
        # Both are RFC 3339 in UTC, to the second and then some: the order of texts is that of time.
        new = text(state.get("Timestamp"))[:_SECOND] >= began[:_SECOND]
        if new and text(state.get("State")) in _WAITING and (why := text(state.get("Err"))):
            troubles.append(why)
    return Rollout(
        text(status.get("State")), text(status.get("Message")), "; ".join(dict.fromkeys(troubles))
    )
