"""Who holds a port, who is in the way, and what is free."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manager.model.conflict import (
    ENGINE_ITSELF,
    HOST_NETWORK,
    LEFTOVER,
    NOT_ASKED,
    Holder,
    HolderKind,
    all_holders,
    container_sockets,
    find_conflicts,
    find_free,
    holders_of,
    start_conflicts,
)
from manager.model.container import Container, ContainerState
from manager.model.listener import HostSocket, Listener, Process
from manager.model.portclass import FreePortSearch
from manager.model.ports import (
    IPAddress,
    IPProtocol,
    Port,
    PortBinding,
    PortMapping,
    PortRange,
    PublishedPort,
    parse_ip,
)
from manager.model.snapshot import EngineInfo, Snapshot

ANY4, ANY6, LOOPBACK = parse_ip("0.0.0.0"), parse_ip("::"), parse_ip("127.0.0.1")
HTTP = Port(80)
PROXY = Process(900, "docker-proxy", "docker-proxy -host-port 8080")


def asks(
    name: str, *bindings: PortBinding, state: ContainerState = ContainerState.EXITED
) -> Container:
    return Container(
        name.ljust(64, "0"), name, "image", state, tuple(PortMapping(HTTP, b) for b in bindings)
    )


def holds(name: str, port: int, *addresses: IPAddress) -> Container:
    """A running container that holds `port` on these addresses, both families unless given."""
    asked = PortBinding(addresses[0] if addresses else None, PortRange.of(port))
    held = tuple(PublishedPort(a, port, HTTP) for a in addresses or (ANY4, ANY6))
    return replace(asks(name, asked, state=ContainerState.RUNNING), published=held)


def on(port: int, address: IPAddress | None = None) -> PortBinding:
    return PortBinding(address, PortRange.of(port))


def listening(address: IPAddress, port: int, process: Process | None = None) -> Listener:
    return Listener(HostSocket(address, port), process)


def texts(holders: tuple[Holder, ...]) -> list[str]:
    return [f"{holder.socket} {holder}" for holder in holders]


def test_a_running_container_holds_what_the_engine_holds() -> None:
    assert list(container_sockets(holds("web", 8080))) == [HostSocket(None, 8080)]


def test_a_stopped_container_keeps_what_it_asked_for_by_number() -> None:
    stopped = asks("web", on(8080), PortBinding(), PortBinding(None, PortRange(9000, 9010)))
    assert list(container_sockets(stopped)) == [HostSocket(None, 8080)]


@pytest.mark.parametrize("state", [ContainerState.DEAD, ContainerState.REMOVING])
def test_a_container_that_never_starts_again_keeps_nothing(state: ContainerState) -> None:
    assert list(container_sockets(asks("web", on(8080), state=state))) == []


def test_between_two_tries_a_restarting_container_keeps_its_ports() -> None:
    trying = asks("web", on(8080), state=ContainerState.RESTARTING)
    assert texts(holders_of(Snapshot(None, (trying,)), 8080)) == ["*:8080/tcp container web"]
    started = replace(holds("web", 8080), state=ContainerState.RESTARTING)
    assert list(container_sockets(started)) == [HostSocket(None, 8080)]


def test_the_proxies_of_a_container_are_not_named_beside_it() -> None:
    unseen = (listening(ANY4, 8080), listening(ANY6, 8080))
    proxies = tuple(replace(x, process=PROXY, for_engine=True) for x in unseen)
    for listeners in (unseen, proxies):
        snapshot = Snapshot(None, (holds("web", 8080),), listeners)
        assert texts(holders_of(snapshot, 8080)) == ["*:8080/tcp container web"]


def test_a_proxy_may_listen_wider_than_the_engine_says() -> None:
    wide = Listener(HostSocket(ANY6, 8080, dual_stack=True), PROXY, for_engine=True)
    snapshot = Snapshot(None, (holds("web", 8080, ANY4),), (wide,))
    assert texts(holders_of(snapshot, 8080)) == ["0.0.0.0:8080/tcp container web"]


def test_a_process_beside_a_published_port_is_named() -> None:
    """Without docker-proxy a published port is firewall rules alone, and others can listen."""
    beside = listening(ANY4, 8080, Process(7, "nginx"))
    snapshot = Snapshot(None, (holds("web", 8080),), (beside,))
    assert texts(holders_of(snapshot, 8080)) == [
        "*:8080/tcp container web",
        "0.0.0.0:8080/tcp process 7 (nginx)",
    ]


def test_an_unseen_process_elsewhere_is_named_as_unseen() -> None:
    snapshot = Snapshot(None, (holds("web", 8080),), (listening(LOOPBACK, 9090),))
    (holder,) = holders_of(snapshot, 9090)
    assert str(holder) == "a process that this user may not see"


DOCKER, PODMAN = EngineInfo("", "28.5"), EngineInfo("", "5.0", podman=True)
ROOTLESS, DESKTOP = replace(DOCKER, rootless=True), replace(DOCKER, local=False, forwards=True)


@pytest.mark.parametrize(
    ("name", "engine", "note"),
    [
        ("docker-proxy", DOCKER, LEFTOVER),
        ("docker-proxy", PODMAN, NOT_ASKED),
        ("docker-proxy", None, NOT_ASKED),
        ("rootlesskit-docker-proxy", ROOTLESS, LEFTOVER),
        ("rootlesskit", ROOTLESS, ENGINE_ITSELF),
        ("rootlesskit", DOCKER, NOT_ASKED),
        ("conmon", DOCKER, NOT_ASKED),
        ("conmon", PODMAN, ENGINE_ITSELF),
        ("rootlessport", PODMAN, LEFTOVER),
        ("com.docker.backend", DOCKER, NOT_ASKED),
        ("com.docker.backend", DESKTOP, ENGINE_ITSELF),
        ("dockerd", DOCKER, ENGINE_ITSELF),
        ("dockerd", None, ENGINE_ITSELF),
        ("containerd", DOCKER, ENGINE_ITSELF),
    ],
)
def test_what_an_engine_holds_for_nobody_is_told_apart(
    name: str, engine: EngineInfo | None, note: str
) -> None:
    listener = Listener(HostSocket(ANY4, 8080), Process(9, name), for_engine=True)
    (holder,) = holders_of(Snapshot(engine, (asks("web", on(8081)),), (listener,)), 8080)
    assert (holder.kind, holder.note) == (HolderKind.PROCESS, note)


def test_a_container_on_the_hosts_network_is_named_once() -> None:
    nginx = replace(asks("nginx", state=ContainerState.RUNNING), network_mode="host")
    workers = tuple(
        Listener(HostSocket(ANY4, 80), Process(pid, "nginx"), nginx.id) for pid in (50, 51, 52)
    )
    (holder,) = holders_of(Snapshot(None, (nginx,), workers), 80)
    assert (holder.container, holder.process, holder.note) == (
        nginx,
        Process(50, "nginx"),
        HOST_NETWORK,
    )


def test_a_listener_of_a_container_that_is_gone_is_a_process() -> None:
    orphan = Listener(HostSocket(ANY4, 80), Process(50, "nginx"), "f" * 64)
    (holder,) = holders_of(Snapshot(None, (), (orphan,)), 80)
    assert str(holder) == "process 50 (nginx)"


def test_settings_set_ports_aside_for_tcp_and_udp() -> None:
    snapshot = Snapshot(None, reserved={5432: "the database of the office"})
    assert [h.socket.protocol for h in holders_of(snapshot, 5432)] == ["tcp", "udp"]
    assert str(holders_of(snapshot, 5432, IPProtocol.TCP)[0]) == "the database of the office"
    assert holders_of(snapshot, 5432, IPProtocol.SCTP) == ()


def test_who_holds_a_port_is_named_before_who_would_take_it_back() -> None:
    snapshot = Snapshot(None, (asks("old", on(8080)), holds("web", 8080)), reserved={8080: "kept"})
    assert texts(holders_of(snapshot, 8080, IPProtocol.TCP)) == [
        "*:8080/tcp container web",
        "*:8080/tcp kept",
        "*:8080/tcp exited container old",
    ]


def test_conflicts_name_each_holder_and_what_it_holds() -> None:
    snapshot = Snapshot(
        None,
        (holds("web", 8080), asks("old", on(8080, LOOPBACK))),
        (listening(LOOPBACK, 8081, Process(7, "vite")),),
        reserved={8082: "kept for the proxy"},
    )
    wanted = [HostSocket(LOOPBACK, port) for port in (8080, 8081, 8082, 8083)]
    assert [str(conflict) for conflict in find_conflicts(snapshot, wanted)] == [
        "127.0.0.1:8080/tcp is held by container web (*:8080/tcp)",
        "127.0.0.1:8080/tcp is held by exited container old",
        "127.0.0.1:8081/tcp is held by process 7 (vite)",
        "127.0.0.1:8082/tcp is spoken for: kept for the proxy",
    ]


def test_the_container_that_is_changed_is_not_in_its_own_way() -> None:
    web = holds("web", 8080)
    snapshot = Snapshot(None, (web,), (listening(ANY4, 8080), listening(ANY6, 8080)))
    assert find_conflicts(snapshot, [HostSocket(None, 8080)], ignoring={web.id}) == ()


def test_a_request_may_be_in_its_own_way() -> None:
    wanted = [HostSocket(LOOPBACK, 8080), HostSocket(ANY6, 8080), HostSocket(ANY4, 8080)]
    (conflict,) = find_conflicts(Snapshot(None), wanted)
    assert (conflict.wanted, conflict.holder.socket) == (wanted[2], wanted[0])
    assert str(conflict) == "0.0.0.0:8080/tcp is spoken for: this very request"


def test_who_could_not_start_now_is_told_with_the_one_in_the_way() -> None:
    old = asks("old", on(8080, LOOPBACK))
    snapshot = Snapshot(None, (old, holds("web", 8080)))
    (conflict,) = start_conflicts(snapshot)
    assert conflict.wanted_by is old
    assert str(conflict.holder) == "container web"


def test_two_at_rest_are_not_in_each_others_way() -> None:
    snapshot = Snapshot(None, (asks("a", on(8080)), asks("b", on(8080))), reserved={8080: "kept"})
    assert start_conflicts(snapshot) == ()


def test_what_runs_has_no_trouble_starting() -> None:
    twice = (holds("web", 8080), holds("other", 8080, LOOPBACK))
    assert start_conflicts(Snapshot(None, twice)) == ()


def test_what_two_mappings_take_alike_is_held_once() -> None:
    clash = asks("clash", on(8080), on(8080))
    snapshot = Snapshot(None, (holds("web", 8080), clash))
    assert texts(holders_of(snapshot, 8080)) == [
        "*:8080/tcp container web",
        "*:8080/tcp exited container clash",
    ]
    assert [str(conflict.holder) for conflict in start_conflicts(snapshot)] == [
        "container web",
        "another port of its own",
    ]


def test_a_container_that_asks_for_one_port_twice_cannot_start() -> None:
    (conflict,) = start_conflicts(Snapshot(None, (asks("a", on(8080), on(8080, LOOPBACK)),)))
    assert "another port of its own" in str(conflict)


ADDRESSES = st.sampled_from([ANY4, ANY6, LOOPBACK, parse_ip("::1"), parse_ip("192.0.2.7")])
PORTS = st.integers(8000, 8004)
CONTAINERS = st.builds(
    lambda state, asked, held, n: Container(
        f"{n:064x}",
        f"c{n}",
        "image",
        state,
        tuple(PortMapping(HTTP, PortBinding(ip, PortRange.of(p))) for ip, p in asked),
        tuple(PublishedPort(ip, p, HTTP) for ip, p in held) if state.holds_ports else (),
    ),
    st.sampled_from(ContainerState),
    st.lists(st.tuples(st.none() | ADDRESSES, PORTS), max_size=3),
    st.lists(st.tuples(ADDRESSES, PORTS), max_size=3),
    st.integers(0, 9),
)
LISTENERS = st.builds(
    lambda ip, port, pid, engine, owner: Listener(
        HostSocket(ip, port, IPProtocol.TCP, ip == ANY6),
        Process(pid) if pid else None,
        f"{owner:064x}" if owner else None,
        engine and not owner,
    ),
    ADDRESSES,
    PORTS,
    st.integers(0, 3),
    st.booleans(),
    st.integers(0, 9),
)
SNAPSHOTS = st.builds(
    Snapshot,
    st.none(),
    st.lists(CONTAINERS, max_size=5, unique_by=lambda c: c.id).map(tuple),
    st.none() | st.lists(LISTENERS, max_size=6).map(tuple),
    reserved=st.dictionaries(PORTS, st.just("kept"), max_size=2),
)
SOCKETS = st.builds(HostSocket, st.none() | ADDRESSES, PORTS)


@given(SNAPSHOTS, SOCKETS)
def test_conflicts_are_all_holders_that_overlap(snapshot: Snapshot, wanted: HostSocket) -> None:
    found = find_conflicts(snapshot, [wanted])
    assert [c.holder for c in found] == [
        holder for holder in all_holders(snapshot) if holder.socket.overlaps(wanted)
    ]


@given(SNAPSHOTS, st.lists(SOCKETS, max_size=4))
def test_wanting_more_never_ends_a_conflict(snapshot: Snapshot, wanted: list[HostSocket]) -> None:
    before = len(find_conflicts(snapshot, wanted[:-1]))
    assert len(find_conflicts(snapshot, wanted)) >= before


@given(SNAPSHOTS)
def test_every_socket_that_listens_is_held_by_somebody(snapshot: Snapshot) -> None:
    sockets = [holder.socket for holder in all_holders(snapshot)]
    for listener in snapshot.listeners or ():
        assert any(socket.overlaps(listener.socket) for socket in sockets)


@given(SNAPSHOTS, st.none() | ADDRESSES, st.integers(1, 7), st.booleans())
def test_what_is_held_is_never_offered(
    snapshot: Snapshot, host_ip: IPAddress | None, count: int, contiguous: bool
) -> None:
    search = FreePortSearch(count, within=PortRange(8000, 8005), contiguous=contiguous)
    offered = find_free(snapshot, search, host_ip=host_ip)
    assert offered or contiguous
    for port in offered:
        assert find_conflicts(snapshot, [HostSocket(host_ip, port)]) == ()


@given(SNAPSHOTS)
def test_free_ports_stay_out_of_the_ephemeral_range(snapshot: Snapshot) -> None:
    ephemeral = PortRange(8002, 60999)
    for search in (
        FreePortSearch(4, ephemeral=ephemeral),
        FreePortSearch(4, 8003, ephemeral=ephemeral),
    ):
        offered = find_free(snapshot, search)
        assert len(offered) == 4
        assert not any(port in ephemeral for port in offered)


@given(SNAPSHOTS)
def test_only_what_is_at_rest_is_told_that_it_cannot_start(snapshot: Snapshot) -> None:
    for conflict in start_conflicts(snapshot):
        assert conflict.wanted_by is not None
        assert conflict.wanted_by.state.may_start
        assert conflict.wanted.overlaps(conflict.holder.socket)
        assert conflict.holder.kind is not HolderKind.STOPPED_CONTAINER


def test_a_port_on_another_address_is_free_for_this_one() -> None:
    snapshot = Snapshot(None, (holds("web", 8000, LOOPBACK),))
    search = FreePortSearch(within=PortRange.of(8000))
    assert find_free(snapshot, search, host_ip=parse_ip("127.0.0.2")) == [8000]
    assert find_free(snapshot, search, protocol=IPProtocol.UDP) == [8000]
    assert find_free(snapshot, search) == []
    assert find_free(snapshot, search, ignoring={snapshot.containers[0].id}) == [8000]
    spoken_for = [HostSocket(None, 8000, IPProtocol.UDP)]
    assert find_free(snapshot, search, protocol=IPProtocol.UDP, excluding=spoken_for) == []


def test_a_real_bind_has_the_last_word() -> None:
    snapshot = Snapshot(None, (holds("web", 8000),))
    assert find_free(snapshot, FreePortSearch(2), confirm=lambda port: port != 8001) == [8002, 8003]
