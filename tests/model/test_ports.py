"""Ports, addresses and ranges: what is read, what is refused, and how it is printed."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manager.errors import InvalidPortSpec, PmapError
from manager.model.ports import (
    IPAddress,
    IPProtocol,
    Port,
    PortBinding,
    PortMapping,
    PortRange,
    PublishedPort,
    fold,
    format_host,
    parse_ip,
    parse_port_number,
    parse_protocol,
    quoted,
)

V4, V6 = IPv4Address("0.0.0.0"), IPv6Address("::")

ADDRESSES = st.sampled_from([V4, V6, IPv4Address("127.0.0.1"), IPv6Address("::1")])
PUBLISHED = st.builds(
    PublishedPort,
    ADDRESSES,
    st.integers(8000, 8002),
    st.builds(Port, st.integers(80, 81), st.sampled_from(IPProtocol)),
)


@pytest.mark.parametrize(
    ("text", "number"), [("1", 1), ("080", 80), ("65535", 65535), ("0" * 9000 + "80", 80)]
)
def test_a_port_number_is_decimal(text: str, number: int) -> None:
    assert parse_port_number(text) == number


@pytest.mark.parametrize(
    "text", ["", "0", "65536", "-1", "+80", "8_0", "\uff108", "²", " 80", "8e1"]
)
def test_what_is_not_a_port_number_is_refused_with_the_way_out(text: str) -> None:
    with pytest.raises(InvalidPortSpec) as refusal:
        parse_port_number(text)
    assert refusal.value.hint == "ports are 1 to 65535"


def test_a_number_of_a_million_digits_is_refused_in_few_words() -> None:
    with pytest.raises(InvalidPortSpec) as refusal:
        parse_port_number("9" * 1_000_000)
    assert refusal.value.message == "port 999999999999... is not in 1-65535"


def test_zero_is_read_where_it_is_asked_for() -> None:
    assert parse_port_number("000", lowest=0) == 0


@pytest.mark.parametrize("text", ["tcp", "TCP", "Udp", "sctp"])
def test_protocols_are_read_in_any_case(text: str) -> None:
    assert str(parse_protocol(text)) == text.lower()


@pytest.mark.parametrize("text", ["", "http", "tcp ", "tcp/udp", "\u017fctp", "icmp"])
def test_other_protocols_are_refused(text: str) -> None:
    with pytest.raises(InvalidPortSpec, match="unknown protocol") as refusal:
        parse_protocol(text)
    assert "tcp, udp or sctp" in refusal.value.hint


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("[127.0.0.1]", "127.0.0.1"),
        ("::1", "::1"),
        ("[0000::0001]", "::1"),
        ("[2001:DB8::1]", "2001:db8::1"),
        ("::ffff:10.0.0.1", "10.0.0.1"),
        ("[::ffff:0:0]", "0.0.0.0"),
    ],
)
def test_addresses_are_read_in_every_spelling(text: str, address: str) -> None:
    assert parse_ip(text) == ip_address(address)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("localhost", "write 127.0.0.1"),
        ("LocalHost", "write 127.0.0.1"),
        ("*", "every address is 0.0.0.0"),
        ("fe80::1%eth0", "needs no zone"),
        ("127.1", "as in 127.0.0.1"),
        ("0177.0.0.1", "as in 127.0.0.1"),
        ("example.com", "as in 127.0.0.1"),
        ("", "as in 127.0.0.1"),
        ("[", "as in 127.0.0.1"),
        ("1", "as in 127.0.0.1"),
    ],
)
def test_what_is_no_address_is_refused_with_the_way_out(text: str, hint: str) -> None:
    with pytest.raises(InvalidPortSpec) as refusal:
        parse_ip(text)
    assert hint in refusal.value.hint


def test_a_refusal_is_a_pmap_error_and_a_value_error() -> None:
    with pytest.raises(PmapError):
        Port.parse("http")
    with pytest.raises(ValueError, match="not a port number"):
        Port.parse("http")


@given(st.text(max_size=200))
def test_a_quote_is_short_and_on_one_line(text: str) -> None:
    shown = quoted(text)
    assert "\n" not in shown
    assert "\x1b" not in shown
    assert len(text) <= 60 or shown.endswith(("...'", '..."'))


@pytest.mark.parametrize("text", ["1", "8000-8010", "1-65535", "80-80"])
def test_a_range_is_read_and_printed(text: str) -> None:
    ports = PortRange.parse(text)
    assert PortRange.parse(str(ports)) == ports
    assert len(ports) == ports.end - ports.start + 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "'' is not a port number"),
        ("-", "'-' is neither a port nor a range"),
        ("-80", "'-80' is neither a port nor a range"),
        ("80-", "'80-' is neither a port nor a range"),
        ("80-81-82", "'81-82' is not a port number"),
        ("81-80", "range 81-80 runs backwards"),
        ("0-2", "port 0 is not in 1-65535"),
        ("65535-65536", "port 65536 is not in 1-65535"),
    ],
)
def test_what_is_no_range_is_refused_and_named(text: str, message: str) -> None:
    with pytest.raises(InvalidPortSpec) as refusal:
        PortRange.parse(text)
    assert refusal.value.message == message
    assert refusal.value.hint


@pytest.mark.parametrize(("start", "end"), [(-1, 5), (0, 65536), (70000, 70001), (2, 1)])
def test_a_range_checks_itself(start: int, end: int) -> None:
    with pytest.raises(InvalidPortSpec) as refusal:
        PortRange(start, end)
    assert refusal.value.hint


def test_a_range_may_draw_the_whole_port_map() -> None:
    everything = PortRange(0, 65535)
    assert len(everything) == 65536
    assert 0 in everything
    assert len(PortRange.of(0)) == 1


@given(st.integers(0, 65535), st.integers(0, 40), st.integers(0, 65535), st.integers(0, 40))
def test_ranges_overlap_when_they_share_a_port(a: int, n: int, b: int, m: int) -> None:
    one, two = PortRange(a, min(a + n, 65535)), PortRange(b, min(b + m, 65535))
    shared = {p for p in range(one.start, one.end + 1) if p in two}
    assert one.overlaps(two) == two.overlaps(one) == bool(shared)


def test_a_container_port_is_printed_as_docker_prints_it() -> None:
    assert str(Port.parse("80")) == "80/tcp"
    assert str(Port.parse("53/UDP")) == "53/udp"
    assert Port.parse("53/udp") == Port(53, IPProtocol.UDP)


@pytest.mark.parametrize("text", ["", "/tcp", "80/", "0", "0/tcp", "80-81", "tcp/80"])
def test_what_is_no_container_port_is_refused(text: str) -> None:
    with pytest.raises(InvalidPortSpec):
        Port.parse(text)


@pytest.mark.parametrize("number", [-1, 0, 65536])
def test_a_container_port_checks_itself(number: int) -> None:
    with pytest.raises(InvalidPortSpec, match=f"container port {number} is not in 1-65535"):
        Port(number)


@pytest.mark.parametrize(
    ("binding", "text", "host_port"),
    [
        (PortBinding(), "*:(any)", None),
        (PortBinding(V6, PortRange.of(80)), "[::]:80", 80),
        (PortBinding(IPv4Address("127.0.0.1"), PortRange(80, 90)), "127.0.0.1:80-90", None),
    ],
)
def test_a_binding_tells_the_engines_choice_from_ours(
    binding: PortBinding, text: str, host_port: int | None
) -> None:
    assert str(binding) == text
    assert binding.host_port == host_port
    assert str(PortMapping(Port(80), binding)) == f"{text} -> 80/tcp"


def test_fold_makes_one_of_both_families() -> None:
    four, six = PublishedPort(V4, 8080, Port(80)), PublishedPort(V6, 8080, Port(80))
    assert fold([six, four, four]) == [(None, four)]


def test_fold_keeps_what_is_not_a_pair() -> None:
    four, six = PublishedPort(V4, 8080, Port(80)), PublishedPort(V6, 8081, Port(80))
    other = PublishedPort(IPv4Address("127.0.0.1"), 8080, Port(81))
    assert fold([six, four, other]) == [(V4, four), (V6, six), (other.host_ip, other)]


@given(st.lists(PUBLISHED))
def test_fold_loses_and_doubles_nothing(ports: list[PublishedPort]) -> None:
    folded = fold(ports)
    every: list[IPAddress] = [V4, V6]
    unfolded = [
        PublishedPort(address, port.host_port, port.container_port)
        for host_ip, port in folded
        for address in (every if host_ip is None else [host_ip])
    ]
    assert len(unfolded) == len(set(unfolded))
    assert set(unfolded) == set(ports)


@given(st.permutations([PublishedPort(a, 8080, Port(80)) for a in (V4, V6, IPv6Address("::1"))]))
def test_fold_does_not_depend_on_the_order(ports: list[PublishedPort]) -> None:
    assert [host_ip for host_ip, _ in fold(ports)] == [None, ip_address("::1")]


@pytest.mark.parametrize(
    ("address", "text"), [(None, "*"), ("127.0.0.1", "127.0.0.1"), ("::1", "[::1]")]
)
def test_an_address_is_printed_as_it_stands_before_a_port(address: str | None, text: str) -> None:
    assert format_host(ip_address(address) if address else None) == text
