"""The text of /proc/net and the messages of sock_diag, read as pure functions."""

from __future__ import annotations

import socket
import struct
from ipaddress import IPv4Address, IPv6Address, ip_address

from hypothesis import given
from hypothesis import strategies as st

from manager.host import sockdiag
from manager.host.kernel_socket import KernelSocket, host_sockets, without_clients
from manager.host.procnet import LISTEN, UNCONNECTED, decode_address, parse_table
from manager.model.ports import IPProtocol, PortRange

HEAD = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid\n"
TAIL = "00000000:00000000 00:00000000 00000000  1000        0 4711 1 000000007c3bb8e7 100 0 0 10 0"


def encoded(address: IPv4Address | IPv6Address) -> str:
    words = struct.unpack(f">{len(address.packed) // 4}I", address.packed)
    return "".join(f"{word:08X}" for word in struct.unpack(f"={len(words)}I", address.packed))


@given(st.ip_addresses())
def test_addresses_survive_the_kernels_writing(address: IPv4Address | IPv6Address) -> None:
    assert decode_address(encoded(address)) == address


def line(local: str, port: int, remote: str, state: str) -> str:
    here, there = encoded(ip_address(local)), encoded(ip_address(remote))
    return f"   0: {here}:{port:04X} {there}:0000 {state} {TAIL}\n"


def test_listeners_are_told_and_connections_are_not() -> None:
    text = (
        HEAD
        + line("127.0.0.1", 8080, "0.0.0.0", "0A")
        + line("0.0.0.0", 22, "0.0.0.0", "0A")
        + line("127.0.0.1", 8080, "127.0.0.1", "01")
        + line("::", 80, "::", "0A")
        + line("::ffff:127.0.0.1", 81, "::", "0A")
    )
    found = list(parse_table(text, IPProtocol.TCP, LISTEN))
    assert [(str(s.host_ip), s.host_port, s.inode, s.uid) for s in found] == [
        ("127.0.0.1", 8080, 4711, 1000),
        ("0.0.0.0", 22, 4711, 1000),
        ("::", 80, 4711, 1000),
        ("127.0.0.1", 81, 4711, 1000),
    ]


@given(st.text(max_size=200))
def test_any_text_is_read_without_a_complaint(text: str) -> None:
    for socket_ in parse_table(f"{HEAD}{text}", IPProtocol.UDP, UNCONNECTED):
        assert 1 <= socket_.host_port <= 65535


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["0100007F", "zz", "00000000000000000000000000000000", ""]),
            st.sampled_from(["1F90", "0000", "FFFFF", "-1", ""]),
            st.sampled_from(["0A", "01", "07"]),
        )
    )
)
def test_crooked_lines_are_passed_over(lines: list[tuple[str, str, str]]) -> None:
    text = "".join(f" 0: {a}:{p} 00000000:0000 {state} {TAIL}\n" for a, p, state in lines)
    good = [
        address
        for address, port, state in lines
        if address in {"0100007F", "0" * 32} and port == "1F90" and state == "0A"
    ]
    assert len(list(parse_table(text, IPProtocol.TCP, LISTEN))) == len(good)


@given(st.binary(max_size=300))
def test_any_datagram_is_read_without_a_complaint(datagram: bytes) -> None:
    for kind, body in sockdiag.messages(datagram):
        assert 0 <= kind <= 0xFFFF
        found = sockdiag.decode(body, IPProtocol.TCP)
        assert found is None or found.host_port > 0


@given(
    address=st.ip_addresses(),
    port=st.integers(1, 65535),
    inode=st.integers(0, 2**32 - 1),
    v6only=st.booleans(),
)
def test_a_diag_message_is_decoded(
    address: IPv4Address | IPv6Address, port: int, inode: int, v6only: bool
) -> None:
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    head = struct.pack("=BBBBHH", family, 10, 0, 0, socket.htons(port), 0)
    tail = bytes(16) + struct.pack("=I8sIIIII", 0, bytes(8), 0, 0, 0, 1000, inode)
    message = head + address.packed.ljust(16, b"\0") + tail
    message += struct.pack("=HHBxxx", 5, 8, 0) + struct.pack("=HHBxxx", 5, 11, v6only)
    found = sockdiag.decode(message, IPProtocol.TCP)
    assert found is not None
    assert (found.host_port, found.inode, found.uid) == (port, inode, 1000)
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    assert found.host_ip == (mapped or address)
    assert found.v6only == (v6only if found.host_ip.version == 6 else None)


def kernel(address: str, port: int, v6only: bool | None = None) -> KernelSocket:
    return KernelSocket(ip_address(address), port, IPProtocol.TCP, 1, 0, v6only)


def test_a_sibling_shows_what_the_kernel_does_not_tell() -> None:
    alone, beside = kernel("::", 80), kernel("::", 81)
    told = kernel("::", 82, v6only=False)
    given_ = [alone, beside, kernel("0.0.0.0", 81), told, kernel("0.0.0.0", 82), kernel("::1", 83)]
    dual = {s.host_port for _, s in host_sockets(given_) if s.dual_stack}
    assert dual == {80, 82}


def test_udp_clients_are_left_out_and_nothing_else() -> None:
    def udp(address: str, port: int, inode: int = 5) -> KernelSocket:
        return KernelSocket(ip_address(address), port, IPProtocol.UDP, inode, 0)

    client = udp("0.0.0.0", 40000)
    kept = [
        udp("0.0.0.0", 53),
        udp("127.0.0.1", 40000),
        udp("0.0.0.0", 51820, inode=0),
        udp("::", 40001, inode=7),
        KernelSocket(ip_address("0.0.0.0"), 40000, IPProtocol.TCP, 5, 0),
    ]
    assert without_clients([client, *kept], PortRange(32768, 60999), {7}) == kept
