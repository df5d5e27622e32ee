"""What listens in a container, held against the port that is published."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manager.model.inside import Inside, InsideView, inside_view
from manager.model.listener import HostSocket
from manager.model.ports import IPProtocol, Port, parse_ip

UDP = IPProtocol.UDP


def at(address: str, port: int, protocol: IPProtocol = IPProtocol.TCP) -> HostSocket:
    return HostSocket(parse_ip(address), port, protocol)


DUAL = HostSocket(parse_ip("::"), 80, dual_stack=True)


@pytest.mark.parametrize(
    ("listening", "state"),
    [
        ([at("0.0.0.0", 80)], Inside.LISTENS),
        ([DUAL], Inside.LISTENS),
        ([at("172.17.0.2", 80)], Inside.LISTENS),
        ([at("127.0.0.1", 80), at("0.0.0.0", 80)], Inside.LISTENS),
        ([at("127.0.0.1", 80)], Inside.LOOPBACK),
        ([at("127.0.0.1", 80), at("::1", 80)], Inside.LOOPBACK),
        ([at("127.0.0.1", 80), at("0.0.0.0", 8080)], Inside.LOOPBACK),
        ([at("::", 80)], Inside.IPV6_ONLY),
        ([at("fd00::2", 80), at("127.0.0.1", 80)], Inside.IPV6_ONLY),
        ([at("0.0.0.0", 80, UDP)], Inside.OTHER_PROTOCOL),
        ([at("0.0.0.0", 8080)], Inside.OTHER_PORT),
        ([at("127.0.0.1", 8080)], Inside.NOTHING),
        ([at("0.0.0.0", 53, UDP)], Inside.NOTHING),
        ([], Inside.NOTHING),
    ],
)
def test_each_state_is_told(listening: list[HostSocket], state: Inside) -> None:
    assert inside_view(Port(80), listening).state is state


def test_the_other_ports_are_named_once_and_in_order() -> None:
    listening = [at("::", 9000), at("0.0.0.0", 9000), at("0.0.0.0", 443)]
    assert inside_view(Port(80), listening).others == (Port(443), Port(9000))


def test_the_socket_of_a_udp_client_is_no_server() -> None:
    view = inside_view(Port(53, UDP), [at("0.0.0.0", 40000, UDP)])
    assert view == InsideView(Port(53, UDP), Inside.NOTHING)
    assert inside_view(Port(53, UDP), [at("0.0.0.0", 5353, UDP)]).state is Inside.OTHER_PORT


SOCKETS = st.builds(
    at,
    st.sampled_from(["0.0.0.0", "127.0.0.1", "127.0.0.53", "::", "::1", "172.17.0.2", "fd00::2"]),
    st.sampled_from([80, 81, 40000]),
    st.sampled_from([IPProtocol.TCP, UDP]),
)


@given(st.lists(SOCKETS, max_size=6), st.sampled_from([Port(80), Port(81), Port(80, UDP)]))
def test_what_it_shows_is_why_it_says_so(listening: list[HostSocket], port: Port) -> None:
    view = inside_view(port, listening)
    assert set(view.sockets) <= set(listening)
    assert (not view.sockets) == (view.state is Inside.NOTHING)
    reached = [
        s
        for s in listening
        if (s.host_port, s.protocol) == (port.number, port.protocol)
        and s.host_ip is not None
        and s.host_ip.version == 4
        and not s.host_ip.is_loopback
    ]
    assert (view.state is Inside.LISTENS) == bool(reached)
