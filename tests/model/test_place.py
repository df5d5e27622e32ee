"""A host port as people name it to ask about it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manager.errors import InvalidPortSpec
from manager.model.listener import HostSocket
from manager.model.place import HostPlace
from manager.model.ports import IPProtocol, parse_ip

HERE = parse_ip("127.0.0.1")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("62893", HostPlace(62893)),
        ("53/udp", HostPlace(53, IPProtocol.UDP)),
        ("127.0.0.1:62893", HostPlace(62893, None, HERE)),
        ("[::1]:8080/tcp", HostPlace(8080, IPProtocol.TCP, parse_ip("::1"))),
        ("0.0.0.0:8080", HostPlace(8080, None, parse_ip("0.0.0.0"))),
        ("*:8080", HostPlace(8080)),
    ],
)
def test_what_the_tables_print_is_read(text: str, place: HostPlace) -> None:
    assert HostPlace.parse(text) == place


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("localhost:8080", "write 127.0.0.1"),
        ("::1:8080", "put an IPv6 address in brackets"),
        ("8080:80", "names no port of the host"),
        (":8080", "names no port of the host"),
        ("127.0.0.1:", "is not a port number"),
        ("127.0.0.1:70000", "is not in 1-65535"),
        ("web:80", "is not an IP address"),
        ("8080/http", "unknown protocol"),
    ],
)
def test_what_is_no_port_is_refused(text: str, complaint: str) -> None:
    with pytest.raises(InvalidPortSpec) as refused:
        HostPlace.parse(text)
    assert complaint in f"{refused.value.message} {refused.value.hint}"


@pytest.mark.parametrize(
    ("text", "met"),
    [
        ("8080", True),
        ("8080/udp", False),
        ("127.0.0.1:8080", True),
        ("127.0.0.2:8080", False),
        ("0.0.0.0:8080", True),
        ("[::1]:8080", False),
        ("8081", False),
    ],
)
def test_an_address_leaves_out_what_is_bound_elsewhere(text: str, met: bool) -> None:
    assert HostPlace.parse(text).meets(HostSocket(HERE, 8080)) is met


@given(
    port=st.integers(1, 65535),
    protocol=st.sampled_from([None, *IPProtocol]),
    host_ip=st.none() | st.sampled_from(["127.0.0.1", "0.0.0.0", "::", "fd00::1"]).map(parse_ip),
)
def test_what_is_printed_is_read_back(
    port: int, protocol: IPProtocol | None, host_ip: object
) -> None:
    place = HostPlace(port, protocol, host_ip)  # type: ignore[arg-type]
    assert HostPlace.parse(str(place)) == place
    assert HostPlace.is_one(str(place))
