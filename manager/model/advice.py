"""The way out of a held port, in commands that can be typed."""

from __future__ import annotations

import shlex

from manager.model.conflict import (
    ENGINE_ITSELF,
    HOST_NETWORK,
    NOT_ASKED,
    Holder,
    HolderKind,
)
from manager.model.container import SWARM_SERVICE_LABEL, TASK_LABEL, Container
from manager.model.listener import HostSocket
from manager.model.place import HostPlace
from manager.model.ports import IPProtocol, PortRange, parse_ip
from manager.model.portspec import PortSpec

_ANY4 = parse_ip("0.0.0.0")


def advice_for(holder: Holder) -> str:
    """What to type about one holder."""
    if (service := service_of(holder)) is not None:
        return _about_service(holder, service)
    if holder.container is not None:
        return _about_container(holder, holder.container)
    port = holder.socket.host_port
    if holder.kind is not HolderKind.PROCESS:
        return f"pmap free --near {port}"
    if holder.note == ENGINE_ITSELF:
        return (
            f"docker service ls shows what a swarm publishes; another port: pmap free --near {port}"
        )
    if holder.note == NOT_ASKED:
        return f"its engine names the container: pmap --context NAME who {port}"
    if holder.note:
        return f"{holder.note}: restarting the engine clears it"
    return f"{_about_process(holder)}; another port: pmap free --near {port}"


def advice(place: HostPlace, holders: tuple[Holder, ...], *, host_known: bool = True) -> str:
    """What to type about a port: one way out a holder, or how to use the free port.

    host_known False: only containers could be asked, so that it may be taken all the same.
    """
    if not holders:
        sure = "it is free" if host_known else "it may be free"
        wide = place.host_ip is not None and not place.host_ip.is_loopback
        spec = str(place).removesuffix(f"/{IPProtocol.TCP}")
        return f"{sure}: pmap publish NAME {spec}{' --expose' if wide else ''}"
    lines = dict.fromkeys(advice_for(holder) for holder in holders)
    return "\n".join(lines)


def _about_container(holder: Holder, container: Container) -> str:
    if container.pod:
        pod = shlex.quote(container.pod)
        return f"a pod's ports are fixed when it is made; podman pod stop {pod} frees them"
    name = shlex.quote(container.name)
    spec = shlex.quote(str(spec_for(holder.socket, container)))
    if holder.note == HOST_NETWORK:
        return (
            f"it listens itself ({holder.note}): change the app's own port, or docker stop {name}"
        )
    if holder.kind is HolderKind.STOPPED_CONTAINER:
        return f"pmap unpublish {name} {spec} takes it away; or docker rm {name}"
    return f"pmap move {name} {spec} 0 gives it a free port on 127.0.0.1; or docker stop {name}"


def service_of(holder: Holder) -> str | None:
    """The name of the swarm service that has the port, itself or through a task of its."""
    if holder.service is not None:
        return holder.service.name
    labels = holder.container.labels if holder.container else {}
    return labels.get(SWARM_SERVICE_LABEL) if labels.get(TASK_LABEL) else None


def _about_service(holder: Holder, service: str) -> str:
    name = shlex.quote(service)
    spec = f"{holder.socket.host_port}{_suffix(holder.socket.protocol)}"
    return (
        f"pmap move {name} {spec} 0 --expose gives it another port on every node; or"
        f" pmap unpublish {name} {spec}"
    )


def spec_for(socket: HostSocket, container: Container) -> PortSpec:
    """The SPEC that means this socket's mapping and no other: its port, and what else it takes."""
    on_port = [
        mapping
        for mapping in container.mappings
        if (ports := mapping.binding.host_ports) is not None and socket.host_port in ports
    ]
    protocols = {mapping.container_port.protocol for mapping in on_port}
    protocol = None
    if socket.protocol is not IPProtocol.TCP or len(protocols) > 1:
        protocol = socket.protocol
    same = [mapping for mapping in on_port if mapping.container_port.protocol is socket.protocol]
    addresses = [mapping.binding.host_ip for mapping in same]
    host_ip = socket.host_ip
    if len(set(addresses)) < 2:
        host_ip = None
    elif host_ip is None:
        # 0.0.0.0 fits what was asked without an address; else it and `::` were asked one by one.
        host_ip = _ANY4 if None in addresses else addresses[0]
    alike = [m.container_port.number for m in same if host_ip in {None, m.binding.host_ip}]
    inside = PortRange.of(alike[0]) if len(alike) > 1 else None
    return PortSpec(host_ip, PortRange.of(socket.host_port), inside, protocol)


def _about_process(holder: Holder) -> str:
    port, process = holder.socket.host_port, holder.process
    if process is None:
        # Not `sudo pmap`: for root that is another program, procps' pmap.
        suffix = _suffix(holder.socket.protocol)
        return f'sudo "$(command -v cpmap)" who {port}{suffix} names it'
    if process.pid == 1:
        return "systemctl list-sockets names the unit that it listens for"
    return f"kill {process.pid} ends it"


def _suffix(protocol: IPProtocol | None) -> str:
    return "" if protocol in {None, IPProtocol.TCP} else f"/{protocol}"
