"""Put images and containers into an in-memory engine, in the words of `docker run`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from manager.engine.encode import set_mappings
from manager.engine.memory import MemoryEngine
from manager.engine.memory_swarm import set_ports
from manager.errors import EngineError
from manager.interfaces import Blueprint
from manager.model.container import (
    FILES_LABEL,
    FOLDER_LABEL,
    HASH_LABEL,
    NUMBER_LABEL,
    PROJECT_LABEL,
    SERVICE_LABEL,
    SWARM_SERVICE_LABEL,
    TASK_LABEL,
)
from manager.model.ports import Port, PortBinding, PortMapping, PortRange
from manager.model.portspec import PortSpec
from manager.model.swarm import SERVICE_ID_LABEL, STACK_LABEL, ServicePort


class Scene:
    """A host that is being furnished."""

    def __init__(self, engine: MemoryEngine) -> None:
        self.engine = engine

    def image(
        self, name: str, *ports: str, command: str = "/bin/serve", volumes: Iterable[str] = ()
    ) -> None:
        """Have an image that exposes ports (`80`, `53/udp`) and names volumes."""
        digest = hashlib.sha256(f"{name} {command} {ports}".encode()).hexdigest()
        self.engine.store.images[name] = {
            "Id": f"sha256:{digest}",
            "Config": {
                "Cmd": [command],
                "ExposedPorts": {str(Port.parse(port)): {} for port in ports},
                "Volumes": {volume: {} for volume in volumes},
            },
        }

    def network(self, name: str) -> None:
        """Have a network."""
        self.engine.store.networks.setdefault(name, self.engine.store.new_id())

    def create(
        self,
        name: str,
        image: str,
        *,
        publish: Sequence[str] = (),
        networks: Sequence[str] = ("bridge",),
        labels: Mapping[str, str] | None = None,
        config: Mapping[str, Any] | None = None,
        host: Mapping[str, Any] | None = None,
    ) -> str:
        """Create a container; its id. publish is as in `docker run -p`, with both ports."""
        container = {"Image": image, "Labels": dict(labels or {}), **(config or {})}
        settings = {"NetworkMode": networks[0], **(host or {})}
        for network in networks:
            if not network.startswith("container:"):
                self.network(network)
        set_mappings(container, settings, [m for spec in publish for m in _mappings(spec)])
        endpoints: dict[str, Any] = (
            {network: {} for network in networks} if len(networks) > 1 else {}
        )
        body = {
            **container,
            "HostConfig": settings,
            "NetworkingConfig": {"EndpointsConfig": endpoints},
        }
        return self.engine.create(name, Blueprint(body))

    def run(self, name: str, image: str, **options: Any) -> str:
        """Create and start a container; its id. Raises EngineError when it does not start."""
        container_id = self.create(name, image, **options)
        self.engine.start(container_id)
        return container_id

    def try_run(self, name: str, image: str, **options: Any) -> str:
        """Create a container whose start may fail, which leaves it `created`; its id."""
        container_id = self.create(name, image, **options)
        with suppress(EngineError):
            self.engine.start(container_id)
        return container_id

    def service(self, project: str, service: str, image: str, **options: Any) -> str:
        """Run a container as `docker compose up` does, with its labels and its network; its id."""
        labels = compose_labels(project, service)
        return self.run(
            f"{project}-{service}-1",
            image,
            networks=(f"{project}_default",),
            labels=labels,
            **options,
        )

    def swarm_service(self, name: str, image: str, *ports: ServicePort, stack: str = "") -> str:
        """Have a swarm service with one task that runs here; its id."""
        service_id = self.engine.store.new_id()[:25]
        self.engine.store.services[service_id] = {
            "ID": service_id,
            "Version": {"Index": self.engine.store.number()},
            "Spec": {
                "Name": name,
                "Labels": {STACK_LABEL: stack} if stack else {},
                "TaskTemplate": {"ContainerSpec": {"Image": image}},
                "EndpointSpec": {"Mode": "vip"},
            },
            "ServiceStatus": {"RunningTasks": 1, "DesiredTasks": 1},
        }
        set_ports(self.engine.store, service_id, ports)
        labels = {SERVICE_ID_LABEL: service_id, SWARM_SERVICE_LABEL: name, TASK_LABEL: "1" * 25}
        self.run(f"{name}.1.{'1' * 25}", image, labels=labels)
        return service_id


def compose_labels(project: str, service: str) -> dict[str, str]:
    """The labels that compose gives the container of a service."""
    folder = f"/srv/{project}"
    return {
        PROJECT_LABEL: project,
        SERVICE_LABEL: service,
        FILES_LABEL: f"{folder}/compose.yaml",
        FOLDER_LABEL: folder,
        HASH_LABEL: hashlib.sha256(f"{project} {service}".encode()).hexdigest(),
        NUMBER_LABEL: "1",
    }


def _mappings(text: str) -> list[PortMapping]:
    """`127.0.0.1:8000-8001:80-81/udp` as mappings, one for each container port."""
    spec = PortSpec.parse(text)
    inside = spec.container_ports or PortRange.of(80)
    found = []
    for offset, number in enumerate(range(inside.start, inside.end + 1)):
        ports = spec.host_ports
        if ports is not None and len(inside) > 1:
            ports = PortRange.of(ports.start + offset)
        port = Port(number) if spec.protocol is None else Port(number, spec.protocol)
        found.append(PortMapping(port, PortBinding(spec.host_ip, ports)))
    return found
