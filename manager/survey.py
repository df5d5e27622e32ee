"""Engine and host read together: what one snapshot is made of."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace

from manager.inside import served_by_others
from manager.interfaces import Engine, Host
from manager.model.container import Container
from manager.model.listener import Listener
from manager.model.portclass import LINUX_EPHEMERAL
from manager.model.sharing import uses_host_network
from manager.model.snapshot import Snapshot


def take_snapshot(
    engine: Engine | None,
    host: Host,
    *,
    stopped: bool = True,
    sockets: bool = True,
    port: int | None = None,
    reserved: Mapping[int, str] | None = None,
) -> Snapshot:
    """Engine and host now. `stopped`: what stopped containers reserve. `sockets`: all sockets.

    With `port`, only sockets on it are looked at, and more closely. Without `sockets`, those of
    containers on the host's network are still read: their ports are nowhere else. Of a host that
    is not the engine's nothing is read. Raises EngineError.
    """
    info = engine.info() if engine else None
    containers = engine.containers(stopped=stopped) if engine else ()
    services = engine.swarm().services() if engine and info and info.swarm_manager else ()
    ours = info is None or info.ports_here
    on_host = _on_host(containers)
    listeners = None
    if ours and (sockets or on_host):
        listeners = tuple(_owned(host, host.listeners(port), containers, on_host))
        if not sockets:
            listeners = tuple(one for one in listeners if one.container_id is not None)
    return Snapshot(
        info,
        containers,
        listeners,
        host.ephemeral_range() if ours else LINUX_EPHEMERAL,
        dict(reserved or {}),
        services,
        served_by_others(engine, host, containers) if engine else {},
    )


def host_again(snapshot: Snapshot, host: Host) -> Snapshot:
    """The snapshot with this host's listeners read anew; the engine is not asked."""
    if snapshot.listeners is None:
        return snapshot
    containers = snapshot.containers
    listeners = tuple(_owned(host, host.listeners(), containers, _on_host(containers)))
    return replace(snapshot, listeners=listeners)


def _on_host(containers: Collection[Container]) -> list[Container]:
    """Those that run on the host's network."""
    return [c for c in containers if c.running and uses_host_network(c, containers)]


def _owned(
    host: Host,
    listeners: Iterable[Listener],
    containers: Iterable[Container],
    on_host: Iterable[Container],
) -> Iterator[Listener]:
    """The listeners, those of containers on the host's network marked with the full id."""
    known = {container.id for container in containers}
    pids = {container.pid: container.id for container in on_host if container.pid}
    for listener in listeners:
        owner = listener.container_id or host.owner_of(listener, pids)
        if owner is not None and owner not in known:
            owner = next((full for full in known if full.startswith(owner)), None)
        if owner == listener.container_id:
            yield listener
        else:
            yield Listener(listener.socket, listener.process, owner, listener.for_engine)
