"""The ways out of a held port: for each holder the right one, and never one that must not be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manager.model.conflict import Holder, HolderKind, holders_of
from manager.model.container import ComposeOrigin, Container, ContainerState
from manager.model.freeing import How, Offer, offers
from manager.model.listener import HostSocket, Listener, Process
from manager.model.ports import Port, PortBinding, PortMapping, PortRange, PublishedPort, parse_ip
from manager.model.snapshot import Snapshot

HERE = parse_ip("127.0.0.1")
SOCKET = HostSocket(HERE, 8080)
PYTHON = Process(4711, "python3", started=7)


def web(
    state: ContainerState = ContainerState.RUNNING,
    *,
    mode: str = "bridge",
    origin: ComposeOrigin | None = None,
) -> Container:
    mapping = PortMapping(Port(80), PortBinding(HERE, PortRange.of(8080)))
    held = (PublishedPort(HERE, 8080, Port(80)),) if state.holds_ports else ()
    return Container(
        "a" * 64, "web", "image", state, (mapping,), held, network_mode=mode, origin=origin
    )


def offered(
    *containers: Container,
    listeners: tuple[Listener, ...] = (),
    forbidden: str = "",
    keeper: str = "",
) -> tuple[Offer, ...]:
    snapshot = Snapshot(None, containers, listeners)
    found = holders_of(snapshot, 8080)
    return offers(found, untouchable=lambda _: forbidden, keeper=lambda _: keeper)


def ways(offer: Offer) -> list[How]:
    return [way.how for way in offer.ways]


def test_a_running_container_is_moved_or_stopped() -> None:
    (offer,) = offered(web())
    assert ways(offer) == [How.MOVE, How.STOP]
    assert [way.command for way in offer.ways] == ["pmap move web 8080 0", "docker stop web"]
    assert offer.bound
    assert offer.notes == ()


def test_compose_brings_a_stopped_service_back_and_that_is_said() -> None:
    (offer,) = offered(web(origin=ComposeOrigin("shop", "front")))
    assert any("compose up brings front" in note for note in offer.notes)


def test_a_stopped_container_can_only_be_moved() -> None:
    (offer,) = offered(web(ContainerState.EXITED))
    assert ways(offer) == [How.MOVE]
    assert not offer.bound


def test_a_container_on_the_hosts_network_can_only_be_stopped() -> None:
    container = Container("a" * 64, "web", "image", ContainerState.RUNNING, network_mode="host")
    (offer,) = offered(container, listeners=(Listener(SOCKET, PYTHON, container.id),))
    assert ways(offer) == [How.STOP]
    assert "in the app" in offer.notes[0]


def test_a_process_is_asked_to_end() -> None:
    (offer,) = offered(listeners=(Listener(SOCKET, PYTHON),))
    assert ways(offer) == [How.END]
    assert offer.way(How.KILL) == offer.way(How.END)
    assert offer.way(How.MOVE) is None


def test_what_starts_a_process_again_is_named() -> None:
    (offer,) = offered(
        listeners=(Listener(SOCKET, PYTHON),), keeper="sudo systemctl stop app.service"
    )
    assert offer.notes == (
        "it may be started again at once; to prevent that: sudo systemctl stop app.service",
    )


def test_an_untouchable_process_is_left_alone_and_said_why() -> None:
    (offer,) = offered(listeners=(Listener(SOCKET, PYTHON),), forbidden="pmap runs under it")
    assert offer.ways == ()
    assert offer.why_not == "pmap runs under it"
    assert "pmap runs under it" in offer.refusal(How.END)


HELPERS = st.sampled_from(
    ["docker-proxy", "dockerd", "rootlesskit", "com.docker.backend", "rootlessport", "conmon"]
)


@given(HELPERS, st.booleans(), st.booleans())
def test_a_helper_of_an_engine_is_never_ended(name: str, serves: bool, forbids: bool) -> None:
    """Whoever it serves, and whatever is said of it besides: no way ends or kills it."""
    proxy = Listener(SOCKET, Process(99, name, started=1), for_engine=True)
    containers = (web(),) if serves else ()
    reason = "never" if forbids else ""
    found = offered(*containers, listeners=(proxy,), forbidden=reason)
    assert len(found) == 1
    assert found[0].way(How.END) is None
    assert found[0].way(How.KILL) is None
    assert name not in " ".join(way.text for way in found[0].ways)
    if serves:
        assert found[0].holder.container == web()
    else:
        assert found[0].why_not


def test_a_process_that_may_not_be_seen_needs_another_user() -> None:
    (offer,) = offered(listeners=(Listener(SOCKET),))
    assert offer.ways == ()
    assert "sudo" in offer.why_not


def test_a_reservation_of_the_settings_is_named() -> None:
    holder = Holder(HolderKind.RESERVATION, SOCKET, note="for the printer")
    (offer,) = offers([holder], untouchable=lambda _: "", keeper=lambda _: "")
    assert not offer.bound
    assert "for the printer" in offer.why_not
    assert "pmap config" in offer.why_not


@pytest.mark.parametrize(
    ("container", "how", "text"),
    [
        (web(), How.END, "container web cannot be freed by end: --how move or --how stop"),
        (web(ContainerState.EXITED), How.STOP, "exited container web cannot be freed by stop"),
    ],
)
def test_a_way_that_does_not_fit_names_those_that_do(
    container: Container, how: How, text: str
) -> None:
    (offer,) = offered(container)
    assert offer.way(how) is None
    assert text in offer.refusal(how)


def test_names_are_quoted_for_a_shell() -> None:
    container = Container("a" * 64, "a b;c", "image", ContainerState.RUNNING, network_mode="host")
    (offer,) = offered(container, listeners=(Listener(SOCKET, PYTHON, container.id),))
    assert offer.ways[0].command == "docker stop 'a b;c'"
