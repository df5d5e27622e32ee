"""The addresses of this host's interfaces."""

from __future__ import annotations

import socket
from ipaddress import ip_address

from manager.model.ports import IPAddress

_FAMILIES = {socket.AF_INET, socket.AF_INET6}


def interface_addresses() -> dict[str, tuple[IPAddress, ...]]:
    """Addresses by interface, of this thread's network namespace."""
    import psutil  # noqa: PLC0415 -- it costs 30 ms, and few commands ask

    return {
        name: tuple(
            # Link-local ones come with their zone, fe80::1%eth0.
            ip_address(entry.address.partition("%")[0])
            for entry in entries
            if entry.family in _FAMILIES
        )
        for name, entries in psutil.net_if_addrs().items()
    }


def host_addresses() -> tuple[IPAddress, ...]:
    """Every address of this host once, loopback first, then IPv4, then IPv6."""
    found = {one for addresses in interface_addresses().values() for one in addresses}
    return tuple(sorted(found, key=lambda a: (not a.is_loopback, a.version, int(a))))
