"""The short syntax: what compose accepts, what it makes of it, and why it refuses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manager.compose.short import ShortError, ShortPort, meaning_of, parse_short, take_apart
from manager.model.ports import PortRange


@pytest.mark.parametrize(
    ("text", "host_ip", "published", "target", "protocol"),
    [
        ("80", "", None, "80", "tcp"),
        ("8080:80", "", "8080", "80", "tcp"),
        ("8080:80/UDP", "", "8080", "80", "udp"),
        ("80/", "", None, "80", "tcp"),
        ("80-81-82", "", None, "80-81", "tcp"),
        ("::1", "", None, "1", "tcp"),
        ("::1:80:80", "::1", "80", "80", "tcp"),
        ("[::1]::80", "::1", None, "80", "tcp"),
        ("[]:8080:80", "", "8080", "80", "tcp"),
        ("[127.0.0.1]:8080:80", "127.0.0.1", "8080", "80", "tcp"),
        ("2001:4860:0:2001::68::333", "2001:4860:0:2001::68", None, "333", "tcp"),
        ("3000-3002:80", "", "3000-3002", "80", "tcp"),
        ("00080:0080", "", "80", "80", "tcp"),
        ("0:80", "", "0", "80", "tcp"),
    ],
)
def test_accepts(
    text: str, host_ip: str, published: str | None, target: str, protocol: str
) -> None:
    port = parse_short(text)
    assert port.host_ip == host_ip
    assert (None if port.published is None else str(port.published)) == published
    assert str(port.target) == target
    assert port.protocol == protocol


@pytest.mark.parametrize(
    ("text", "part", "reason", "hint"),
    [
        ("", "target", "invalid proto: ", ""),
        ("80:", "target", "invalid proto: ", "drop the colon"),
        ("127.0.0.1:80", "published", "invalid hostPort: 127.0.0.1", "127.0.0.1:80:80"),
        ("localhost:80:80", "host_ip", "invalid IP address: localhost", "127.0.0.1"),
        ("8080:80:90", "host_ip", "invalid IP address: 8080", "HOST_IP:HOST:CONTAINER"),
        ("[::1:80:80", "host_ip", "invalid IP address [::1", "[::1]:8080:80"),
        ("[[::1]]:80:80", "host_ip", "invalid IP address [[::1]]", "[::1]:8080:80"),
        ("127.000.000.001:80:80", "host_ip", "invalid IP address", "in full"),
        ("[::1%lo]:80:80", "host_ip", "invalid IP address", ""),
        ("80/http", "protocol", "invalid proto: http", "tcp, udp or sctp"),
        ("80//", "protocol", "invalid proto: /", ""),
        ("65536", "target", "invalid containerPort: 65536", "65535"),
        ("81-80", "target", "invalid containerPort: 81-80", ""),
        ("+80", "target", "invalid containerPort: +80", ""),
        ("a:80", "published", "invalid hostPort: a", ""),
        ("3000:80-82", "published", "invalid ranges", "same length"),
        ("0", "target", "missing a target port", ""),
        ("8080:0-1", "published", "invalid ranges", ""),
        ("\u0668\u0660", "target", "invalid containerPort", ""),
    ],
)
def test_refuses(text: str, part: str, reason: str, hint: str) -> None:
    with pytest.raises(ShortError) as caught:
        parse_short(text)
    assert caught.value.part == part
    assert reason in caught.value.reason
    assert hint in caught.value.hint


def test_messages_stay_short() -> None:
    with pytest.raises(ShortError) as caught:
        parse_short("9" * 100_000)
    assert len(caught.value.message) < 200
    assert len(caught.value.reason) < 200


@given(st.text(alphabet="0123456789:/-[].abtcpudf%$ ", max_size=30))
def test_the_parts_are_the_text(text: str) -> None:
    slices = take_apart(text)
    joined = text[slice(*slices.target)]
    if slices.protocol is not None:
        joined += "/" + text[slice(*slices.protocol)]
    if slices.published is not None:
        joined = text[slice(*slices.published)] + ":" + joined
    if slices.host_ip is not None:
        joined = text[slice(*slices.host_ip)] + ":" + joined
    assert joined == text


def attempt(text: str) -> ShortPort | ShortError:
    try:
        return parse_short(text)
    except ShortError as error:
        return error


@given(st.text(max_size=40))
def test_every_text_is_read_or_refused(text: str) -> None:
    found = attempt(text)
    if isinstance(found, ShortError):
        assert found.message
        assert found.part in {"host_ip", "published", "target", "protocol"}
    else:
        assert 1 <= found.target.start <= found.target.end
        assert found.published is None or len(found.target) in {1, len(found.published)}


@given(
    st.sampled_from(["", "127.0.0.1", "[::1]", "0.0.0.0"]),
    st.integers(0, 65535),
    st.integers(1, 65535),
    st.sampled_from(["tcp", "udp", "sctp"]),
)
def test_what_is_written_is_read(host: str, published: int, target: int, protocol: str) -> None:
    prefix = f"{host}:" if host else ""
    port = parse_short(f"{prefix}{published}:{target}/{protocol}")
    assert port.host_ip == host.strip("[]")
    assert port.published == PortRange.of(published)
    assert port.target == PortRange.of(target)
    assert port.protocol == protocol


def test_a_mapped_address_is_the_one_it_maps() -> None:
    assert str(meaning_of("::ffff:127.0.0.1")) == "127.0.0.1"
    assert meaning_of("") is None
