"""The table of ports: one row a mapping, none lost, none told twice."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manager.model.conflict import start_conflicts
from manager.model.container import Container, ContainerState
from manager.model.exposure import Exposure
from manager.model.listener import HostSocket, Listener, Process
from manager.model.ports import (
    IPAddress,
    IPProtocol,
    Port,
    PortBinding,
    PortMapping,
    PortRange,
    PublishedPort,
    fold,
    parse_ip,
)
from manager.model.rows import PortRow, Source, port_rows, row_conflicts, unbound_mappings
from manager.model.snapshot import Snapshot

ANY4, ANY6, LOOPBACK = parse_ip("0.0.0.0"), parse_ip("::"), parse_ip("127.0.0.1")
HTTP, DNS = Port(80), Port(53, IPProtocol.UDP)
RUNNING, EXITED = ContainerState.RUNNING, ContainerState.EXITED
ANY = PortBinding()


def on(port: int, address: IPAddress | None = None, *, to: int | None = None) -> PortBinding:
    return PortBinding(address, PortRange(port, to or port))


def container(
    name: str,
    state: ContainerState,
    *asked: PortBinding,
    held: tuple[tuple[IPAddress, int], ...] = (),
    port: Port = HTTP,
) -> Container:
    return Container(
        name.ljust(64, "0"),
        name,
        "image",
        state,
        tuple(PortMapping(port, binding) for binding in asked),
        tuple(PublishedPort(address, number, port) for address, number in held),
    )


def line(row: PortRow) -> str:
    """A row in one line: source, host side, container side, owner, declared and bound."""
    owner = row.container.name if row.container else row.process and row.process.pid
    marks = f"{'declared' if row.declared else ''} {'bound' if row.bound else ''}".strip()
    return f"{row.source} {row.host}/{row.protocol} -> {row.container_port} {owner}, {marks}"


def table(*containers: Container, listeners: tuple[Listener, ...] = ()) -> list[str]:
    return [line(row) for row in port_rows(Snapshot(None, containers, listeners))]


def test_the_whole_table_of_a_host() -> None:
    nginx = replace(container("edge", RUNNING), network_mode="host")
    proxy = Process(900, "docker-proxy")
    listeners = (
        Listener(HostSocket(ANY4, 8080), proxy, for_engine=True),
        Listener(HostSocket(ANY6, 8080)),
        Listener(HostSocket(ANY4, 443), Process(50, "nginx"), nginx.id),
        Listener(HostSocket(ANY6, 443), Process(50, "nginx"), nginx.id),
        Listener(HostSocket(ANY6, 22, dual_stack=True), Process(1, "sshd")),
        Listener(HostSocket(LOOPBACK, 53, IPProtocol.UDP), Process(60, "resolved")),
    )
    assert table(
        container("web", RUNNING, on(8080), held=((ANY4, 8080), (ANY6, 8080))),
        container("db", RUNNING, on(5432, LOOPBACK), on(5433, LOOPBACK), held=((LOOPBACK, 5432),)),
        container("old", EXITED, on(8080), ANY, on(9000, to=9010)),
        nginx,
        listeners=listeners,
    ) == [
        "published 127.0.0.1:5432/tcp -> 80/tcp db, declared bound",
        "published 127.0.0.1:5433/tcp -> 80/tcp db, declared",
        "reserved *:8080/tcp -> 80/tcp old, declared",
        "reserved *:(any)/tcp -> 80/tcp old, declared",
        "reserved *:9000-9010/tcp -> 80/tcp old, declared",
        "published *:8080/tcp -> 80/tcp web, declared bound",
        "host-network *:443/tcp -> None edge, bound",
        "process *:22/tcp -> None 1, bound",
        "process 127.0.0.1:53/udp -> None 60, bound",
    ]


def test_an_engine_without_ipv6_holds_one_family_and_that_is_all() -> None:
    assert table(container("web", RUNNING, on(8080), held=((ANY4, 8080),))) == [
        "published 0.0.0.0:8080/tcp -> 80/tcp web, declared bound"
    ]


def test_families_that_were_asked_for_one_by_one_are_one_row() -> None:
    web = container("web", RUNNING, on(80, ANY4), on(80, ANY6), held=((ANY4, 80), (ANY6, 80)))
    assert table(web) == ["published *:80/tcp -> 80/tcp web, declared bound"]


def test_an_engine_may_choose_another_port_for_each_family() -> None:
    assert table(container("web", RUNNING, ANY, held=((ANY4, 49153), (ANY6, 49154)))) == [
        "published 0.0.0.0:49153/tcp -> 80/tcp web, declared bound",
        "published [::]:49154/tcp -> 80/tcp web, declared bound",
    ]


def test_a_held_port_answers_for_one_mapping_alone() -> None:
    held = ((ANY4, 49153), (ANY6, 49153))
    assert table(container("web", RUNNING, ANY, ANY, held=held)) == [
        "published *:49153/tcp -> 80/tcp web, declared bound",
        "published *:(any)/tcp -> 80/tcp web, declared",
    ]


def test_the_most_exact_mapping_has_its_port_first() -> None:
    asked = (on(8000, to=8001), on(8000))
    both = container("web", RUNNING, *asked, held=((ANY4, 8000), (ANY4, 8001)))
    assert unbound_mappings(both) == []
    one = container("web", RUNNING, *asked, held=((ANY4, 8000),))
    assert [str(m.binding) for m in unbound_mappings(one)] == ["*:8000-8001"]


def test_what_is_held_on_the_wrong_address_is_not_what_was_asked() -> None:
    assert table(container("web", RUNNING, on(80, LOOPBACK), held=((ANY4, 80),))) == [
        "published 0.0.0.0:80/tcp -> 80/tcp web, declared bound",
        "published 127.0.0.1:80/tcp -> 80/tcp web, declared",
    ]


@pytest.mark.parametrize("state", [ContainerState.DEAD, ContainerState.REMOVING])
def test_a_container_that_never_starts_again_reserves_nothing(state: ContainerState) -> None:
    assert table(container("web", state, on(8080))) == []


def test_ports_of_an_unknown_state_are_told_once() -> None:
    web = container("web", ContainerState.UNKNOWN, on(80), held=((ANY4, 80), (ANY6, 80)))
    assert table(web) == ["published *:80/tcp -> 80/tcp web, declared bound"]


def test_a_process_beside_a_published_port_has_its_row() -> None:
    web = container("web", RUNNING, on(8080, ANY4), held=((ANY4, 8080),))
    beside = Listener(HostSocket(ANY4, 8080), Process(7, "nginx"))
    assert table(web, listeners=(beside,))[1] == "process 0.0.0.0:8080/tcp -> None 7, bound"


def test_a_proxy_that_was_left_behind_has_its_row() -> None:
    proxy = Listener(HostSocket(ANY4, 8080), Process(900, "docker-proxy"), for_engine=True)
    old = container("old", EXITED, on(8080))
    assert table(old, listeners=(proxy,)) == [
        "reserved *:8080/tcp -> 80/tcp old, declared",
        "process 0.0.0.0:8080/tcp -> None 900, bound",
    ]


def test_workers_of_one_container_share_a_row_and_processes_do_not() -> None:
    edge = container("edge", RUNNING)
    listeners = [Listener(HostSocket(ANY4, 443), Process(n), edge.id) for n in (50, 51)]
    listeners += [Listener(HostSocket(ANY4, 80), Process(n)) for n in (60, 61)]
    assert table(edge, listeners=tuple(listeners)) == [
        "host-network 0.0.0.0:443/tcp -> None edge, bound",
        "process 0.0.0.0:80/tcp -> None 60, bound",
        "process 0.0.0.0:80/tcp -> None 61, bound",
    ]


def test_an_unseen_process_is_not_taken_for_the_container_beside_it() -> None:
    edge = container("edge", RUNNING)
    listeners = (
        Listener(HostSocket(ANY4, 443), None, edge.id),
        Listener(HostSocket(ANY6, 443)),
    )
    assert table(edge, listeners=listeners) == [
        "host-network 0.0.0.0:443/tcp -> None edge, bound",
        "process [::]:443/tcp -> None None, bound",
    ]


def test_dual_stack_means_every_address_only_where_it_is_the_unspecified_one() -> None:
    listeners = (
        Listener(HostSocket(parse_ip("::1"), 80, dual_stack=True), Process(7)),
        Listener(HostSocket(ANY6, 81, dual_stack=True), Process(7)),
    )
    rows = port_rows(Snapshot(None, (), listeners))
    assert [(row.host, row.exposure) for row in rows] == [
        ("[::1]:80", Exposure.LOOPBACK),
        ("*:81", Exposure.ALL),
    ]


def test_without_listeners_there_are_the_containers_alone() -> None:
    rows = port_rows(Snapshot(None, (container("web", EXITED, on(80)),), None))
    assert [row.source for row in rows] == [Source.RESERVED]


def test_the_identity_stays_when_a_container_stops() -> None:
    runs = container("web", RUNNING, on(8080), held=((ANY4, 8080), (ANY6, 8080)))
    stopped = replace(runs, state=EXITED, published=())
    (before,), (after,) = (port_rows(Snapshot(None, (c,))) for c in (runs, stopped))
    assert before.source is not after.source
    assert before.identity == after.identity


@pytest.mark.parametrize(
    "other",
    [
        {"host_ip": LOOPBACK},
        {"host_ports": PortRange.of(81)},
        {"protocol": IPProtocol.UDP},
        {"container_port": DNS},
        {"source": Source.COMPOSE_FILE},
        {"process": Process(8)},
        {"copy": 1},
    ],
)
def test_other_rows_have_other_identities(other: dict[str, object]) -> None:
    row = PortRow(Source.PROCESS, None, PortRange.of(80), "tcp", process=Process(7))
    assert replace(row, **other).identity != row.identity  # type: ignore[arg-type]


def test_ports_that_were_asked_alike_are_told_apart() -> None:
    rows = port_rows(Snapshot(None, (container("web", EXITED, ANY, ANY),)))
    assert [row.copy for row in rows] == [0, 1]
    assert len({row.identity for row in rows}) == 2


ADDRESSES = st.sampled_from([ANY4, ANY6, LOOPBACK, parse_ip("::1")])
NUMBERS = st.integers(8000, 8002)
CONTAINER_PORTS = st.sampled_from([HTTP, DNS])
BINDINGS = st.builds(
    PortBinding,
    st.none() | ADDRESSES,
    st.none() | st.builds(lambda a, b: PortRange(min(a, b), max(a, b)), NUMBERS, NUMBERS),
)
CONTAINERS = st.builds(
    lambda n, state, asked, held: Container(
        f"{n:064x}",
        f"c{n}",
        "image",
        state,
        tuple(asked),
        tuple(held) if state.holds_ports else (),
    ),
    st.integers(1, 6),
    st.sampled_from(ContainerState),
    st.lists(st.builds(PortMapping, CONTAINER_PORTS, BINDINGS), max_size=4),
    st.lists(
        st.builds(PublishedPort, ADDRESSES, NUMBERS, CONTAINER_PORTS), max_size=4, unique=True
    ),
)
LISTENERS = st.builds(
    lambda ip, port, protocol, pid, owner: Listener(
        HostSocket(ip, port, protocol, ip == ANY6),
        Process(pid) if pid else None,
        f"{owner:064x}" if owner else None,
        pid == 3,
    ),
    ADDRESSES,
    NUMBERS,
    st.sampled_from([IPProtocol.TCP, IPProtocol.UDP]),
    st.integers(0, 3),
    st.integers(0, 7),
)
SNAPSHOTS = st.builds(
    Snapshot,
    st.none(),
    st.lists(CONTAINERS, max_size=4, unique_by=lambda c: c.id).map(tuple),
    st.none() | st.lists(LISTENERS, max_size=8).map(tuple),
)


@given(SNAPSHOTS)
def test_no_two_rows_have_one_identity(snapshot: Snapshot) -> None:
    identities = [row.identity for row in port_rows(snapshot)]
    assert len(set(identities)) == len(identities)


@given(SNAPSHOTS)
def test_every_held_port_is_one_bound_row(snapshot: Snapshot) -> None:
    rows = [row for row in port_rows(snapshot) if row.container_port and row.bound]
    told = Counter((row.container.name, row.host) for row in rows if row.container)
    held = Counter(
        (c.name, f"{PortBinding(host_ip, PortRange.of(port.host_port))}")
        for c in snapshot.containers
        for host_ip, port in fold(c.published)
    )
    assert told == held


@given(CONTAINERS)
def test_every_asked_port_is_held_or_told_as_not_bound(asked: Container) -> None:
    without = Counter(unbound_mappings(asked))
    assert without <= Counter(asked.mappings)
    answered = sum((Counter(asked.mappings) - without).values())
    assert answered <= len(asked.published) <= answered * 2 + len(asked.published)
    unbound = [row for row in port_rows(Snapshot(None, (asked,))) if row.bound is False]
    if asked.state.holds_ports or asked.state.may_start:
        assert len(unbound) == without.total()
    else:
        assert unbound == []


@given(SNAPSHOTS)
def test_every_listener_is_in_a_row(snapshot: Snapshot) -> None:
    rows = [row for row in port_rows(snapshot) if row.bound and row.host_ports]
    for listener in snapshot.listeners or ():
        socket = listener.socket
        assert any(
            row.protocol == socket.protocol
            and row.host_ports == PortRange.of(socket.host_port)
            and (row.host_ip is None or row.host_ip == socket.host_ip or listener.for_engine)
            for row in rows
        )


@given(SNAPSHOTS)
def test_the_conflicts_of_the_table_are_those_of_starting(snapshot: Snapshot) -> None:
    assert row_conflicts(snapshot) == start_conflicts(snapshot)
