"""The SPEC grammar of the commands."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from manager.errors import InvalidPortSpec
from manager.model.ports import IPProtocol, PortRange
from manager.model.portspec import PortSpec

UDP = IPProtocol.UDP


def _no_zone_no_clothes(address: IPv6Address) -> bool:
    return address.scope_id is None and address.ipv4_mapped is None


NUMBERS = st.integers(1, 65535)
RANGES = st.builds(lambda a, b: PortRange(min(a, b), max(a, b)), NUMBERS, NUMBERS)
ADDRESSES = st.one_of(
    st.ip_addresses(v=4), st.ip_addresses(v=6).filter(lambda a: _no_zone_no_clothes(IPv6Address(a)))
)


@st.composite
def specs(draw: st.DrawFn) -> PortSpec:
    host = draw(st.none() | RANGES)
    container = draw(st.none() | RANGES | NUMBERS.map(PortRange.of))
    if host is not None and container is not None and len(container) > 1:
        assume(host.start + len(container) - 1 <= 65535)
        host = PortRange(host.start, host.start + len(container) - 1)
    return PortSpec(
        draw(st.none() | ADDRESSES), host, container, draw(st.none() | st.sampled_from(IPProtocol))
    )


def spec(
    host_ip: str | None,
    host: tuple[int, int] | None,
    container: tuple[int, int] | None = None,
    protocol: IPProtocol | None = None,
) -> PortSpec:
    return PortSpec(
        ip_address(host_ip) if host_ip else None,
        PortRange(*host) if host else None,
        PortRange(*container) if container else None,
        protocol,
    )


def outcome(text: str) -> PortSpec | InvalidPortSpec:
    """What a text is read as. Anything but a refusal ends the test."""
    try:
        return PortSpec.parse(text)
    except InvalidPortSpec as refusal:
        return refusal


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        # One number alone is the host port, unlike Docker's.
        ("8080", spec(None, (8080, 8080))),
        ("8080/udp", spec(None, (8080, 8080), None, UDP)),
        ("8000-8010", spec(None, (8000, 8010))),
        ("127.0.0.1:8080", spec("127.0.0.1", (8080, 8080))),
        ("[::1]:8080", spec("::1", (8080, 8080))),
        # The rest is Docker's -p.
        ("8080:80", spec(None, (8080, 8080), (80, 80))),
        ("8080:80/TCP", spec(None, (8080, 8080), (80, 80), IPProtocol.TCP)),
        ("127.0.0.1:8080:80", spec("127.0.0.1", (8080, 8080), (80, 80))),
        ("127.0.0.1::80", spec("127.0.0.1", None, (80, 80))),
        ("0.0.0.0:8080:80/udp", spec("0.0.0.0", (8080, 8080), (80, 80), UDP)),
        (":80", spec(None, None, (80, 80))),
        ("::80", spec(None, None, (80, 80))),
        ("[::1]:8080:80", spec("::1", (8080, 8080), (80, 80))),
        ("[::]::80/udp", spec("::", None, (80, 80), UDP)),
        ("[::ffff:10.0.0.1]:8080:80", spec("10.0.0.1", (8080, 8080), (80, 80))),
        ("[127.0.0.1]:8080:80", spec("127.0.0.1", (8080, 8080), (80, 80))),
        ("3000-3002:80", spec(None, (3000, 3002), (80, 80))),
        ("3000-3002:4000-4002", spec(None, (3000, 3002), (4000, 4002))),
        ("127.0.0.1::80-82", spec("127.0.0.1", None, (80, 82))),
        ("08080:080", spec(None, (8080, 8080), (80, 80))),
        # 0 and nothing leave the choice to pmap.
        ("0", spec(None, None)),
        ("00:80", spec(None, None, (80, 80))),
        ("0/udp", spec(None, None, None, UDP)),
        ("127.0.0.1:0", spec("127.0.0.1", None)),
        ("127.0.0.1:", spec("127.0.0.1", None)),
        ("[::1]:0:80", spec("::1", None, (80, 80))),
    ],
)
def test_what_a_spec_means(text: str, meaning: PortSpec) -> None:
    assert PortSpec.parse(text) == meaning


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "'' names no port"),
        ("/udp", "'/udp' names no port"),
        ("8080:", "'8080:' ends with a colon"),
        ("8080:80:", "'8080:80:' ends with a colon"),
        ("127.0.0.1:8080:", "'127.0.0.1:8080:' ends with a colon"),
        ("8080:80:90", "'8080' is not an IP address"),
        ("8080:80/http", "unknown protocol 'http'"),
        ("80/udp:80", "unknown protocol 'udp:80'"),
        ("::1:8080:80", "'::1:8080:80': put an IPv6 address in brackets"),
        ("2001:db8::1:8080", "'2001:db8::1:8080': put an IPv6 address in brackets"),
        ("[::1]8080", "'[::1]8080': an IPv6 address is written [::1]:8080"),
        ("[::1", "'[::1': an IPv6 address is written [::1]:8080"),
        ("[]:80", "'[]:80': an IPv6 address is written [::1]:8080"),
        ("[::1]:80:80:80", "'[::1]:80:80:80' has too many parts"),
        ("[::g]:80:80", "'[::g]' is not an IP address"),
        ("[fe80::1%eth0]:80:80", "'[fe80::1%eth0]': an address with a zone cannot be published on"),
        ("localhost:8080", "host_ip must be an address, and 'localhost' is a name"),
        ("*:8080", "'*' is not an IP address"),
        ("8O80:80", "'8O80' is neither a port nor an IP address"),
        ("web:80", "'web' is not an IP address"),
        ("8080:8O", "'8O' is not a port number"),
        ("8080:0", "port 0 is not in 1-65535"),
        ("0:0", "port 0 is not in 1-65535"),
        ("0-2:80", "port 0 is not in 1-65535"),
        ("65536", "port 65536 is not in 1-65535"),
        ("8010-8000", "range 8010-8000 runs backwards"),
        ("3000-3001:80-82", "2 host ports cannot lead to 3 container ports"),
        ("3000:80-82", "1 host port cannot lead to 3 container ports"),
        ("-80", "'-80' is neither a port nor a range"),
        ("80 81", "'80 81' is not a port number"),
        ("\uff18\uff10", "'\uff18\uff10' is not a port number"),
    ],
)
def test_what_is_refused_is_named_with_the_way_out(text: str, message: str) -> None:
    with pytest.raises(InvalidPortSpec) as refusal:
        PortSpec.parse(text)
    assert refusal.value.message == message
    assert refusal.value.hint


@given(specs())
def test_what_is_printed_is_read_back(asked: PortSpec) -> None:
    assert PortSpec.parse(str(asked)) == asked


@given(st.text(alphabet="0123456789:-/[].%*abcdfptu ", max_size=30) | st.text(max_size=30))
def test_any_text_is_a_spec_or_refused(text: str) -> None:
    read = outcome(text)
    if isinstance(read, InvalidPortSpec):
        assert read.message
        assert read.hint
    else:
        assert PortSpec.parse(str(read)) == read


@pytest.mark.parametrize("text", ["0" * 9000, "9" * 9000, "[" * 9000, ":" * 9000, "8-" * 4500])
def test_a_long_text_is_read_or_refused_in_few_words(text: str) -> None:
    read = outcome(text)
    if isinstance(read, InvalidPortSpec):
        assert len(read.message) < 150
    else:
        assert read == PortSpec()


@pytest.mark.parametrize(
    ("host", "container"),
    [(PortRange.of(0), None), (PortRange(0, 3), None), (None, PortRange(0, 3))],
)
def test_a_spec_that_could_not_be_written_cannot_be_made(
    host: PortRange | None, container: PortRange | None
) -> None:
    with pytest.raises(InvalidPortSpec, match="begins with port 0"):
        PortSpec(None, host, container)


def test_a_spec_of_nothing_leaves_everything_open() -> None:
    assert str(PortSpec()) == "0"
    assert PortSpec.parse("0") == PortSpec()


def test_every_address_has_its_own_spelling() -> None:
    assert str(PortSpec(IPv4Address("0.0.0.0"), PortRange.of(80))) == "0.0.0.0:80"
    assert str(PortSpec(IPv6Address("::"), None, PortRange.of(80))) == "[::]::80"


def test_an_empty_protocol_is_tcp_as_in_docker() -> None:
    assert PortSpec.parse("8080:80/") == PortSpec.parse("8080:80/tcp")
