"""What an engine's daemon was told about publishing ports: its daemon.json and its flags."""

from __future__ import annotations

from dataclasses import dataclass

from manager.model.ports import IPAddress


@dataclass(frozen=True, slots=True)
class DaemonSettings:
    """What daemon.json and the command line say. None is "not said"; problems tell what could
    not be used, and why.

    ip: the address of a published port without one; network_ip the same of networks by driver
    (default-network-opts); userland_proxy, iptables, ip6tables, allow_direct_routing as in
    dockerd. flags: what the command line says of these.
    """

    path: str
    exists: bool = False
    ip: IPAddress | None = None
    network_ip: IPAddress | None = None
    userland_proxy: bool | None = None
    iptables: bool | None = None
    ip6tables: bool | None = None
    allow_direct_routing: bool | None = None
    firewall_backend: str | None = None
    problems: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
