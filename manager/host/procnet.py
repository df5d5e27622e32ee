"""/proc/.../net/{tcp,tcp6,udp,udp6}: the text that every Linux has, for any network namespace.

Source: proc_pid_net(5), net/ipv4/tcp_ipv4.c get_tcp4_sock: addresses are 32-bit words in the
byte order of the machine, ports and states hexadecimal.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

from manager.host.kernel_socket import KernelSocket, unmapped
from manager.model.ports import IPAddress, IPProtocol

LISTEN = "0A"
UNCONNECTED = "07"

FILES = (
    ("tcp", IPProtocol.TCP, LISTEN),
    ("tcp6", IPProtocol.TCP, LISTEN),
    ("udp", IPProtocol.UDP, UNCONNECTED),
    ("udp6", IPProtocol.UDP, UNCONNECTED),
)


def read_table(folder: Path) -> list[KernelSocket]:
    """Every listener of a `net` folder. Raises OSError when no file of it can be read.

    A kernel without IPv6 has no tcp6: that alone is no error.
    """
    found: list[KernelSocket] = []
    for index, (name, protocol, state) in enumerate(FILES):
        try:
            text = (folder / name).read_bytes().decode("ascii", "replace")
        except FileNotFoundError:
            if index == 0:
                raise
            continue
        found.extend(parse_table(text, protocol, state))
    return found


def parse_table(text: str, protocol: IPProtocol, state: str) -> Iterator[KernelSocket]:
    """The sockets in that state with a local port; lines that are no such line are passed over."""
    for line in text.splitlines():
        fields = line.split(None, 10)
        if len(fields) < 10 or fields[3] != state:
            continue
        socket = _socket(fields, protocol)
        if socket is not None:
            yield socket


def _socket(fields: list[str], protocol: IPProtocol) -> KernelSocket | None:
    address, _, port = fields[1].partition(":")
    try:
        number = int(port, 16)
        if not 1 <= number <= 0xFFFF:
            return None
        ip = unmapped(decode_address(address))
        return KernelSocket(ip, number, protocol, int(fields[9]), int(fields[7]))
    except ValueError:
        return None


def decode_address(text: str) -> IPAddress:
    """The address behind 8 or 32 hexadecimal digits. Raises ValueError."""
    raw = bytes.fromhex(text)
    if len(raw) not in {4, 16}:
        raise ValueError(f"{text!r} is not an address of the kernel's socket table")
    if sys.byteorder == "little":
        raw = b"".join(raw[i : i + 4][::-1] for i in range(0, len(raw), 4))
    return IPv4Address(raw) if len(raw) == 4 else IPv6Address(raw)
