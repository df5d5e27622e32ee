"""Advice is typed as it stands: by a shell it is one command, and pmap reads it as meant."""

from __future__ import annotations

import re
import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manager.change.mappings import fitting
from manager.model.advice import advice, advice_for
from manager.model.conflict import Holder, HolderKind, all_holders, holders_of
from manager.model.container import Container, ContainerState
from manager.model.listener import HostSocket, Listener, Process
from manager.model.place import HostPlace
from manager.model.ports import (
    IPProtocol,
    Port,
    PortBinding,
    PortMapping,
    PortRange,
    PublishedPort,
    parse_ip,
)
from manager.model.portspec import PortSpec
from manager.model.snapshot import Snapshot

ANY4, ANY6, LOOPBACK = parse_ip("0.0.0.0"), parse_ip("::"), parse_ip("127.0.0.1")
DNS = Port(53, IPProtocol.UDP)


def asks(name: str, state: ContainerState, *asked: tuple[str, Port]) -> Container:
    """A container that asks for `HOST_IP HOST_PORT`; a running one holds it too."""
    mappings, held = [], []
    for text, port in asked:
        host_ip, _, number = text.rpartition(" ")
        address = parse_ip(host_ip) if host_ip else None
        mappings.append(PortMapping(port, PortBinding(address, PortRange.of(int(number)))))
        held += [
            PublishedPort(a, int(number), port) for a in ([address] if address else (ANY4, ANY6))
        ]
    published = tuple(held) if state.holds_ports else ()
    return Container("a" * 64, name, "image", state, tuple(mappings), published)


def told(*containers: Container, listeners: tuple[Listener, ...] = ()) -> list[str]:
    return [advice_for(holder) for holder in all_holders(Snapshot(None, containers, listeners))]


RUNNING, EXITED = ContainerState.RUNNING, ContainerState.EXITED


@pytest.mark.parametrize(
    ("container", "way_out"),
    [
        (
            asks("web", RUNNING, ("8080", Port(80))),
            "pmap move web 8080 0 gives it a free port on 127.0.0.1; or docker stop web",
        ),
        (
            asks("dns", RUNNING, ("53", DNS)),
            "pmap move dns 53/udp 0 gives it a free port on 127.0.0.1; or docker stop dns",
        ),
        (
            asks("old", EXITED, ("127.0.0.1 8080", Port(80))),
            "pmap unpublish old 8080 takes it away; or docker rm old",
        ),
    ],
)
def test_a_container_is_moved_and_a_stopped_one_gives_it_up(
    container: Container, way_out: str
) -> None:
    assert told(container) == [way_out]


def test_a_port_that_has_several_mappings_is_named_in_full() -> None:
    dns = asks("dns", EXITED, ("53", DNS), ("53", Port(53)), ("127.0.0.1 54", DNS), ("::1 54", DNS))
    assert [text.split(" takes")[0] for text in told(dns)] == [
        "pmap unpublish dns 53/udp",
        "pmap unpublish dns 53/tcp",
        "pmap unpublish dns 127.0.0.1:54/udp",
        "pmap unpublish dns '[::1]:54/udp'",
    ]


def test_a_container_that_asks_for_one_port_twice_is_told_once_and_what_to_take_away() -> None:
    """Its container ports tell the two apart, or its addresses do."""
    ports = asks("web", EXITED, ("8080", Port(80)), ("8080", Port(81)))
    addresses = asks("web", EXITED, ("8080", Port(80)), ("127.0.0.1 8080", Port(80)))
    for clash, specs in ((ports, ["8080:80"]), (addresses, ["0.0.0.0:8080", "127.0.0.1:8080"])):
        assert [text.split()[3] for text in told(clash)] == specs
        assert all(len(fitting(PortSpec.parse(spec), clash)) == 1 for spec in specs)


@pytest.mark.parametrize(
    ("process", "way_out"),
    [
        (Process(42, "vite"), "kill 42 ends it; another port: pmap free --near 8080"),
        (
            None,
            'sudo "$(command -v cpmap)" who 8080 names it; another port: pmap free --near 8080',
        ),
        (
            Process(1, "systemd"),
            "systemctl list-sockets names the unit that it listens for;"
            " another port: pmap free --near 8080",
        ),
    ],
)
def test_a_process_is_ended_or_found_out(process: Process | None, way_out: str) -> None:
    assert told(listeners=(Listener(HostSocket(LOOPBACK, 8080), process),)) == [way_out]


@pytest.mark.parametrize("name", ["docker-proxy", "dockerd", "rootlesskit", "com.docker.backend"])
def test_the_engine_is_never_signalled(name: str) -> None:
    listener = Listener(HostSocket(ANY4, 8080), Process(9, name), for_engine=True)
    (text,) = told(listeners=(listener,))
    assert "kill" not in text


def test_who_listens_itself_cannot_be_moved() -> None:
    edge = asks("edge", RUNNING)
    listener = Listener(HostSocket(ANY4, 443), Process(50, "nginx"), edge.id)
    assert told(edge, listeners=(listener,)) == [
        "it listens itself (host network): change the app's own port, or docker stop edge"
    ]


@pytest.mark.parametrize("kind", [HolderKind.RESERVATION, HolderKind.SERVICE])
def test_what_is_spoken_for_leads_to_a_free_port(kind: HolderKind) -> None:
    assert advice_for(Holder(kind, HostSocket(None, 8080), note="x")) == "pmap free --near 8080"


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ("53", "it is free: pmap publish NAME 53"),
        ("53/tcp", "it is free: pmap publish NAME 53"),
        ("53/udp", "it is free: pmap publish NAME 53/udp"),
        ("127.0.0.2:53", "it is free: pmap publish NAME 127.0.0.2:53"),
        ("192.0.2.1:53/udp", "it is free: pmap publish NAME 192.0.2.1:53/udp --expose"),
    ],
)
def test_a_free_port_is_offered_as_it_was_asked_for(asked: str, text: str) -> None:
    assert advice(HostPlace.parse(asked), ()) == text


def test_each_way_out_is_told_once() -> None:
    listeners = tuple(Listener(HostSocket(a, 8080), Process(42)) for a in (ANY4, ANY6))
    snapshot = Snapshot(None, (asks("old", EXITED, ("8080", Port(80))),), listeners)
    assert advice(HostPlace(8080), holders_of(snapshot, 8080)).splitlines() == [
        "kill 42 ends it; another port: pmap free --near 8080",
        "pmap unpublish old 8080 takes it away; or docker rm old",
    ]


NAMES = st.text(min_size=1, max_size=20) | st.sampled_from(["a b", "$(reboot)", "x;y", "'", "-y"])
ASKED = st.lists(
    st.tuples(
        st.sampled_from(["", "127.0.0.1 ", "0.0.0.0 ", ":: ", "::1 "]),
        st.integers(8080, 8081),
        st.sampled_from([Port(80), Port(81), DNS]),
    ),
    min_size=1,
    max_size=4,
    unique=True,
)


@given(NAMES, st.sampled_from([RUNNING, EXITED]), ASKED)
def test_the_command_means_the_very_mapping(
    name: str, state: ContainerState, asked: list[tuple[str, int, Port]]
) -> None:
    """Where two mappings want one socket there is no answer; such a container never starts."""
    web = asks(name, state, *((f"{ip}{number}", port) for ip, number, port in asked))
    sockets = [
        HostSocket(m.binding.host_ip, m.binding.host_port or 0, m.container_port.protocol)
        for m in web.mappings
    ]
    clash = any(a.overlaps(b) for i, a in enumerate(sockets) for b in sockets[:i])
    for holder in all_holders(Snapshot(None, (web,))):
        verb = "move" if state is RUNNING else "unpublish"
        command = re.split(" gives it | takes it ", advice_for(holder))[0]
        words = shlex.split(command)
        assert words[:3] == ["pmap", verb, name]
        assert words[4:] == (["0"] if state is RUNNING else [])
        meant = fitting(PortSpec.parse(words[3]), web)
        assert meant
        assert all(m.container_port.protocol == holder.socket.protocol for m in meant)
        assert len(meant) == 1 or clash
