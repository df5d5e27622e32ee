"""A real connect scan of loopback: what listens is found, nothing hangs, nothing is left open."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from ipaddress import ip_address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from manager.host.datagrams import PAYLOADS, identify_datagram
from manager.host.scan import scan
from manager.model.ports import PortRange
from manager.model.scanning import ScanLimits

HERE, OTHER, SIX = (ip_address(text) for text in ("127.0.0.1", "127.0.0.2", "::1"))
QUICK = ScanLimits(concurrency=32, timeout=0.2, seconds=10.0)


@contextmanager
def listening(*addresses: str) -> Iterator[int]:
    """A port that something listens on, at each of these addresses."""
    with ExitStack() as held:
        port = 0
        for address in addresses:
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            one = held.enter_context(socket.create_server((address, port), family=family))
            port = one.getsockname()[1]
        yield port


def test_what_listens_is_found_where_it_listens() -> None:
    with listening("127.0.0.1", "::1") as both, listening("127.0.0.2") as one:
        for port, expected in ((both, {HERE, SIX}), (one, {OTHER})):
            found = scan([HERE, OTHER, SIX], PortRange.of(port), QUICK)
            assert {each.address for each in found.open} == expected
            assert (found.asked, found.left) == (3, 0)


def test_a_whole_range_is_scanned_without_a_descriptor_left() -> None:
    before = len(os.listdir("/proc/self/fd"))
    with listening("127.0.0.1") as port:
        near = PortRange(max(port - 2000, 1), min(port + 2000, 65535))
        found = scan([HERE], near, QUICK)
        assert port in [each.port for each in found.open]
        assert found.asked == len(near)
    assert len(os.listdir("/proc/self/fd")) == before


def test_no_port_of_its_own_is_taken_for_a_server() -> None:
    """A client whose source port is the one it asks talks to itself, and nobody listens."""
    own = scan([HERE], PortRange(32768, 60999), QUICK)
    again = scan([HERE], PortRange(32768, 60999), QUICK)
    for found in {each.port for each in own.open} & {each.port for each in again.open}:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with pytest.raises(OSError):  # noqa: PT011 -- any reason shows that it is held
                probe.bind(("127.0.0.1", found))


def test_time_ends_a_scan_and_the_rest_is_told() -> None:
    begun = time.monotonic()
    found = scan([HERE, OTHER, SIX], PortRange(1, 65535), ScanLimits(seconds=0.05))
    assert time.monotonic() - begun < 5
    assert found.left > 0
    assert found.asked + found.left == 3 * 65535


def test_port_zero_is_no_port() -> None:
    assert scan([HERE], PortRange(0, 1), QUICK).asked == 1
    assert scan([HERE], PortRange(0, 0), QUICK).asked == 0
    assert scan([], PortRange(1, 65535), QUICK).asked == 0


def test_datagrams_tell_who_answers() -> None:
    dns, ntp = PAYLOADS[53], PAYLOADS[123]
    answer = dns[:2] + b"\x81\x80" + dns[4:]
    assert str(identify_datagram(dns, answer).protocol) == "dns"
    assert identify_datagram(dns, dns[:2] + b"\x81\x85" + dns[4:]).detail == "refuses with code 5"
    assert identify_datagram(dns, dns).protocol == "echo"
    assert identify_datagram(ntp, b"\x24\x02" + b"\0" * 46).detail == "stratum 2"
    assert identify_datagram(b"", b"hello\r\nmore").detail == "hello"
    assert identify_datagram(b"", b"\x00\x01\x02").detail == "3 bytes"


@settings(max_examples=50)
@given(st.sampled_from([b"", PAYLOADS[53], PAYLOADS[123]]), st.binary(max_size=80))
def test_any_reply_is_told_in_printable_words(asked: bytes, reply: bytes) -> None:
    spoken = identify_datagram(asked, reply)
    assert spoken.detail.isprintable()
