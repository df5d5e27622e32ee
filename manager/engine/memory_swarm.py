"""The Swarm of the engine in memory: services as records of the Engine API, updated at once."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from manager.engine.memory_store import Store
from manager.engine.swarm import service_of, with_ports
from manager.errors import EngineError
from manager.interfaces import EngineEvent
from manager.model.swarm import Rollout, ServicePort, SwarmService

_FIRST_CHOSEN = 30000
"""Where a swarm takes numbers for ports that were published without one."""


class MemorySwarm:
    """The Swarm of a Store. A service with a trouble stops its update, as `paused`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def services(self) -> tuple[SwarmService, ...]:
        """Every service, by name."""
        with self._store.answering():
            found = map(service_of, self._store.services.values())
            return tuple(sorted(found, key=lambda one: one.name))

    def publish(self, service: SwarmService, ports: Sequence[ServicePort]) -> None:
        """Give the service these ports and no others. Raises EngineError when it was updated."""
        with self._store.answering():
            record = self._get(service.id)
            if record["Version"]["Index"] != service.version:
                raise EngineError("rpc error: update out of sequence", status=500)
            record["PreviousSpec"] = deepcopy(record["Spec"])
            set_ports(self._store, service.id, ports)
            trouble = self._store.troubles.get(service.id, "")
            record["UpdateStatus"] = {"State": "paused" if trouble else "completed"}
            self._tell(record)

    def roll_back(self, service_id: str) -> None:
        """Set the specification of before the last update again."""
        with self._store.answering():
            record = self._get(service_id)
            before = service_of({**record, "Spec": record.pop("PreviousSpec"), "Endpoint": {}})
            set_ports(self._store, service_id, before.asked)
            record["UpdateStatus"] = {"State": "rollback_completed"}
            self._tell(record)

    def rollout(self, service_id: str) -> Rollout:
        """How far the last update has come."""
        with self._store.answering():
            state = self._get(service_id).get("UpdateStatus", {}).get("State", "")
            return Rollout(state, "", self._store.troubles.get(service_id, ""))

    def _get(self, service_id: str) -> dict[str, Any]:
        if service_id not in self._store.services:
            raise EngineError(f"service {service_id} not found", status=404)
        return self._store.services[service_id]

    def _tell(self, record: dict[str, Any]) -> None:
        name = record["Spec"]["Name"]
        self._store.publish(
            EngineEvent("service", "update", record["ID"], name, self._store.clock(), {})
        )


def set_ports(store: Store, service_id: str, ports: Sequence[ServicePort]) -> None:
    """Write a service's ports into its record, as asked and as held, and count its version up."""
    record = store.services[service_id]
    record["Spec"] = with_ports(record["Spec"], ports)
    held = deepcopy(record["Spec"]["EndpointSpec"]["Ports"])
    for entry in held:
        entry["PublishedPort"] = entry["PublishedPort"] or _FIRST_CHOSEN + store.number()
    record["Endpoint"] = {"Ports": held}
    record["Version"] = {"Index": store.number()}
