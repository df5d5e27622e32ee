"""What probe, scan and doctor need from outside, as Protocols; see manager.interfaces."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from manager.model.ports import IPAddress, PortRange

if TYPE_CHECKING:
    from manager.model.daemon import DaemonSettings
    from manager.model.firewall import FirewallFacts
    from manager.model.localhost import HostsFile, Resolution
    from manager.model.probing import ProbeResult, Target
    from manager.model.programs import FoundCommand
    from manager.model.scanning import ScanFound, ScanLimits


class Prober(Protocol):
    """Questions to ports, by real packets. Nothing is logged in to."""

    def probe(self, targets: Sequence[Target], *, timeout: float) -> tuple[ProbeResult, ...]:
        """Ask each who it is, all at the same time; the answers in the order asked for."""
        ...

    def scan(
        self, addresses: Sequence[IPAddress], ports: PortRange, limits: ScanLimits
    ) -> ScanFound:
        """Connect to every TCP port of these addresses, which must be this host's own."""
        ...

    def resolve(self, name: str) -> Resolution:
        """What a name means to programs on this host. May wait for DNS."""
        ...


class Surroundings(Protocol):
    """What a host says of itself beyond its sockets. Read, never written."""

    def firewall(self) -> FirewallFacts:
        """Its firewalls, as far as this user may read them."""
        ...

    def daemon_settings(self, pid: int | None) -> DaemonSettings:
        """What the engine's daemon was told. pid: the daemon's, None where it is not known."""
        ...

    def hosts_file(self) -> HostsFile:
        """The hosts file, with its problem where it cannot be read."""
        ...

    def unprivileged_start(self) -> int:
        """The first port that anyone may bind (ip_unprivileged_port_start)."""
        ...

    def reserved_ranges(self) -> tuple[PortRange, ...]:
        """Ephemeral ports that no client gets all the same (ip_local_reserved_ports)."""
        ...

    def commands(self, name: str) -> tuple[FoundCommand, ...]:
        """The programs of that name that a shell finds, the one that it runs first."""
        ...

    def sudo_commands(self, name: str) -> tuple[FoundCommand, ...] | None:
        """The same for sudo; None where there is no sudo."""
        ...


@runtime_checkable
class Pulse(Protocol):
    """A Host that can tell cheaply whether its listeners are still the same."""

    def mark(self) -> int | None:
        """Changes whenever a socket begins or ends to listen; None where that is not known."""
        ...
