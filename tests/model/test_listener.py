"""When two sockets cannot both be bound: checked against the kernel where it can be asked."""

from __future__ import annotations

import errno
import socket
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manager.model.listener import HostSocket
from manager.model.ports import IPProtocol, Port, PublishedPort, parse_ip

TEXTS = [None, "0.0.0.0", "127.0.0.1", "127.0.0.2", "192.0.2.7", "::", "::1", "2001:db8::1"]
SOCKETS = st.builds(
    HostSocket,
    st.sampled_from([parse_ip(text) if text else None for text in TEXTS]),
    st.integers(8080, 8081),
    st.sampled_from([IPProtocol.TCP, IPProtocol.UDP]),
    st.booleans(),
)


def at(text: str | None, *, dual: bool = False) -> HostSocket:
    return HostSocket(parse_ip(text) if text else None, 8080, IPProtocol.TCP, dual)


@pytest.mark.parametrize(
    ("one", "two", "overlap"),
    [
        (at("127.0.0.1"), at("127.0.0.1"), True),
        (at("127.0.0.1"), at("127.0.0.2"), False),
        (at("127.0.0.1"), at("0.0.0.0"), True),
        (at("192.0.2.7"), at("0.0.0.0"), True),
        (at("::1"), at("::"), True),
        (at("::1"), at("2001:db8::1"), False),
        # Docker binds `::` for IPv6 alone: it may stand beside 0.0.0.0 and 127.0.0.1.
        (at("::"), at("0.0.0.0"), False),
        (at("::"), at("127.0.0.1"), False),
        (at("::1"), at("127.0.0.1"), False),
        # A process on `::` takes IPv4 too.
        (at("::", dual=True), at("0.0.0.0"), True),
        (at("::", dual=True), at("127.0.0.1"), True),
        (at("::", dual=True), at("::1"), True),
        (at("::1", dual=True), at("127.0.0.1"), False),
        # No address at all is both families.
        (at(None), at("127.0.0.1"), True),
        (at(None), at("::1"), True),
        (at(None), at(None), True),
    ],
)
def test_the_overlap_of_addresses(one: HostSocket, two: HostSocket, overlap: bool) -> None:
    assert one.overlaps(two) is overlap
    assert two.overlaps(one) is overlap


def test_other_ports_and_protocols_are_never_in_the_way() -> None:
    assert not at(None).overlaps(HostSocket(None, 8081))
    assert not at(None).overlaps(HostSocket(None, 8080, IPProtocol.UDP))


@given(SOCKETS, SOCKETS)
def test_overlap_is_symmetric(one: HostSocket, two: HostSocket) -> None:
    assert one.overlaps(two) == two.overlaps(one)


@given(SOCKETS)
def test_a_socket_is_in_its_own_way(one: HostSocket) -> None:
    assert one.overlaps(one)


@given(SOCKETS)
def test_every_address_is_in_the_way_of_all(one: HostSocket) -> None:
    assert HostSocket(None, one.host_port, one.protocol).overlaps(one)


@given(SOCKETS, SOCKETS)
def test_a_wider_socket_is_in_the_way_of_no_less(one: HostSocket, two: HostSocket) -> None:
    if one.overlaps(two):
        assert HostSocket(None, one.host_port, one.protocol).overlaps(two)


def _bound(address: str, port: int, *, dual: bool) -> socket.socket:
    version = ip_address(address).version
    made = socket.socket(socket.AF_INET6 if version == 6 else socket.AF_INET)
    try:
        if version == 6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0 if dual else 1)
        made.bind((address, port))
        made.listen()
    except OSError:
        made.close()
        raise
    return made


KERNEL_PLACES = [
    ("0.0.0.0", False),
    ("127.0.0.1", False),
    ("127.0.0.2", False),
    ("::", False),
    ("::", True),
    ("::1", False),
]


def _refusal(first: tuple[str, bool], second: tuple[str, bool]) -> int:
    """The errno of a bind beside another on the same port, 0 where both are bound."""
    with _bound(first[0], 0, dual=first[1]) as held:
        try:
            _bound(second[0], held.getsockname()[1], dual=second[1]).close()
        except OSError as error:
            return error.errno or -1
        return 0


@pytest.mark.parametrize("first", KERNEL_PLACES)
@pytest.mark.parametrize("second", KERNEL_PLACES)
def test_the_kernel_agrees(first: tuple[str, bool], second: tuple[str, bool]) -> None:
    one, two = (HostSocket(parse_ip(ip), 8080, dual_stack=dual) for ip, dual in (first, second))
    # Some other program may have one such port: it cannot have several that were just free.
    answers = {_refusal(first, second) for _ in range(4)}
    assert answers <= {0, errno.EADDRINUSE}
    assert (0 in answers) is not one.overlaps(two)


def test_a_published_port_takes_its_socket() -> None:
    published = PublishedPort(parse_ip("::1"), 5353, Port(53, IPProtocol.UDP))
    taken = HostSocket.of(published)
    assert taken == HostSocket(parse_ip("::1"), 5353, IPProtocol.UDP)
    assert str(taken) == "[::1]:5353/udp"
    assert str(at(None)) == "*:8080/tcp"
