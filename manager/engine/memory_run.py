"""Start and stop in the in-memory engine: ports, addresses, states, and what follows of them."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address

from manager.engine.decode import asked_of, container_from_record, network_mode
from manager.engine.endpoints import SHARED_MODES
from manager.engine.memory_mounts import remove_anonymous
from manager.engine.memory_store import Record, Store, name_of
from manager.engine.tolerant import mapping, text
from manager.errors import EngineError
from manager.model.listener import HostSocket, Listener, Process
from manager.model.ports import (
    IPAddress,
    PortBinding,
    PortMapping,
    PortRange,
    PublishedPort,
    parse_ip,
)

_ANY = (parse_ip("0.0.0.0"), parse_ip("::"))
_EPHEMERAL = PortRange(32768, 60999)
_LIVE = ("running", "paused", "restarting")


def is_live(record: Record) -> bool:
    """Whether the container has a process."""
    return record["State"]["Status"] in _LIVE


def start_record(store: Store, record: Record) -> None:
    """Start a container. No error when it runs.

    Raises EngineError: 409 when it is paused, 404 when a network is gone, 500 when a port is
    taken. It then stays as it was, but for State.Error, as on the real engines.
    """
    state = record["State"]
    if state["Status"] == "paused":
        raise EngineError("cannot start a paused container, try unpause instead", status=409)
    if is_live(record):
        return
    try:
        held = _bind_ports(store, record)
        _join_networks(store, record)
    except EngineError as error:
        state.update(ExitCode=128, Error=error.message)
        raise
    record["NetworkSettings"]["Ports"] = held
    state.update(
        Status="running",
        Running=True,
        Pid=3000 + store.number(),
        ExitCode=0,
        Error="",
        StartedAt=store.now(),
    )
    store.stopped_by_hand.discard(record["Id"])
    store.tell(record, "start")


def stop_record(store: Store, record: Record, *, exit_code: int = 0) -> None:
    """End a container's process; with `--rm` the container goes too. No error when it has none."""
    if not is_live(record):
        return
    record["State"].update(
        Status="exited",
        Running=False,
        Paused=False,
        Pid=0,
        ExitCode=exit_code,
        FinishedAt=store.now(),
    )
    record["NetworkSettings"]["Ports"] = {}
    for endpoint in record["NetworkSettings"]["Networks"].values():
        endpoint.update(EndpointID="", Gateway="", IPAddress="")
    store.tell(record, "die", exitCode=str(exit_code))
    if record["HostConfig"]["AutoRemove"]:
        remove_anonymous(store, record)
        remove_record(store, record)


def remove_record(store: Store, record: Record) -> None:
    """Take a container out; its volumes stay."""
    for kept in (store.containers, store.layers, store.logs):
        kept.pop(record["Id"], None)
    store.stopped_by_hand.discard(record["Id"])
    store.tell(record, "destroy")


def listeners(store: Store) -> Iterator[Listener]:
    """Every socket of the engine's host: docker-proxies, host-network processes, neighbours."""
    for record in store.containers.values():
        if not is_live(record):
            continue
        pid, container_id = record["State"]["Pid"], record["Id"]
        for published in container_from_record(record).published:
            proxy = Process(pid + 20000, "docker-proxy", "/usr/bin/docker-proxy", "/", "root")
            yield Listener(HostSocket.of(published), proxy, None, for_engine=True)
        if network_mode(record) == "host":
            process = Process(pid, record["Path"].rpartition("/")[2], record["Path"], "/", "root")
            for port in asked_of(record).exposed:
                socket = HostSocket(_ANY[1], port.number, port.protocol, dual_stack=True)
                yield Listener(socket, process, container_id)
    yield from store.neighbours


def _bind_ports(store: Store, record: Record) -> Record:
    """NetworkSettings.Ports for what is asked. Raises EngineError (500) when one is taken.

    A port that is not exposed is not published, and nothing is said about it.
    """
    mode = network_mode(record)
    if mode in SHARED_MODES or mode.startswith("container:"):
        return {}
    asked = asked_of(record)
    taken = [listener.socket for listener in listeners(store)]
    held: Record = {str(port): None for port in asked.exposed}
    for entry in asked.mappings:
        if entry.container_port in asked.exposed:
            for published in _choose(store, record, entry, taken):
                taken.append(HostSocket.of(published))
                shown = {"HostIp": str(published.host_ip), "HostPort": str(published.host_port)}
                held[str(entry.container_port)] = [*(held[str(entry.container_port)] or ()), shown]
    return held


def _choose(
    store: Store, record: Record, entry: PortMapping, taken: list[HostSocket]
) -> list[PublishedPort]:
    port, binding = entry.container_port, entry.binding
    addresses = _ANY if binding.host_ip is None else (binding.host_ip,)
    wanted = binding.host_ports or _EPHEMERAL
    for number in range(wanted.start, wanted.end + 1):
        sockets = [HostSocket(address, number, port.protocol) for address in addresses]
        if not any(one.overlaps(other) for one in sockets for other in taken):
            return [PublishedPort(address, number, port) for address in addresses]
    raise EngineError(_taken(store, record, binding), status=500)


def _taken(store: Store, record: Record, binding: PortBinding) -> str:
    """The engine's text: one for an address that it gave away itself, one for all others."""
    address: IPAddress = binding.host_ip or _ANY[0]
    where = f"{address}:{binding.host_ports}"
    held = [m for r in store.containers.values() for m in _held_by(r)]
    cause = (
        f"Bind for {where} failed: port is already allocated"
        if {"HostIp": str(address), "HostPort": str(binding.host_ports)} in held
        else f"failed to bind host port {where}: address already in use"
    )
    endpoint = f"endpoint {name_of(record)} ({record['Id'][::-1]})"
    return f"driver failed programming external connectivity on {endpoint}: {cause}"


def _held_by(record: Record) -> Iterator[Record]:
    for entries in mapping(record["NetworkSettings"]["Ports"]).values():
        yield from entries or ()


def _join_networks(store: Store, record: Record) -> None:
    mode = network_mode(record)
    if mode.startswith("container:"):
        other = store.find(mode.partition(":")[2])
        if other is None:
            raise EngineError(f"No such container: {mode.partition(':')[2]}", status=404)
        if not is_live(other):
            raise EngineError(
                "cannot join network namespace of a non running container: container"
                f" {name_of(other)} is {other['State']['Status']}",
                status=409,
            )
    for name, endpoint in record["NetworkSettings"]["Networks"].items():
        if name in SHARED_MODES:
            continue
        # Joined by its id where it had one: a new network of the same name is another.
        if store.networks.get(name) is None or endpoint["NetworkID"] not in {
            "",
            store.networks[name],
        }:
            raise EngineError(f"network {name} not found", status=404)
        fixed = text(mapping(endpoint["IPAMConfig"]).get("IPv4Address"))
        address = fixed or str(IPv4Address("172.18.0.0") + 2 + store.number())
        made = "02:42:" + IPv4Address(address).packed.hex(":")
        endpoint.update(
            NetworkID=store.networks[name],
            EndpointID=store.new_id(),
            Gateway="172.18.0.1",
            IPAddress=address,
            MacAddress=endpoint["MacAddress"] or made,
        )
