"""A Prober and Surroundings that live in memory: for `--demo` and for tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from ipaddress import IPv4Address, IPv6Address

from manager.interfaces import Host
from manager.model.daemon import DaemonSettings
from manager.model.firewall import FirewallFacts
from manager.model.localhost import HostsFile, HostsLine, Resolution
from manager.model.ports import IPAddress, IPProtocol, PortRange
from manager.model.probing import SILENT, ProbeResult, Step, Target
from manager.model.programs import FoundCommand
from manager.model.scanning import OpenPort, ScanFound, ScanLimits

V4, V6 = IPv4Address("127.0.0.1"), IPv6Address("::1")
USUAL_HOSTS = HostsFile(
    "/etc/hosts",
    (HostsLine(1, V4, ("localhost",)), HostsLine(2, V6, ("localhost", "ip6-localhost"))),
)

Speaks = Callable[[Target, str], ProbeResult]


class MemoryProber:
    """Asks a Host's `connect`. speaks: what a target says whose connect ended in this answer.

    names: what names resolve to, beside localhost.
    """

    def __init__(
        self,
        host: Host,
        *,
        speaks: Speaks | None = None,
        names: Mapping[str, tuple[IPAddress, ...]] | None = None,
    ) -> None:
        self._host = host
        self._speaks = speaks
        self._names = {"localhost": (V6, V4), **(names or {})}

    def probe(self, targets: Sequence[Target], *, timeout: float) -> tuple[ProbeResult, ...]:
        """What a connect brings, in the words of `speaks`; UDP is silent."""
        return tuple(self._one(target, timeout) for target in targets)

    def _one(self, target: Target, timeout: float) -> ProbeResult:
        if target.protocol is not IPProtocol.TCP:
            return ProbeResult(target, SILENT, 0.0)
        result = self._host.connect(target.address, target.port, timeout=timeout)
        if self._speaks is not None:
            return self._speaks(target, result.answer)
        steps = (Step("connect", result.answer, result.seconds),)
        return ProbeResult(target, result.answer, result.seconds, steps=steps)

    def scan(
        self, addresses: Sequence[IPAddress], ports: PortRange, limits: ScanLimits
    ) -> ScanFound:
        """Every port at once."""
        listening = {listener.socket.host_port for listener in self._host.listeners()}
        found = tuple(
            OpenPort(address, port, 0.0)
            for port in sorted(listening)
            for address in addresses
            if port in ports and self._host.connect(address, port, timeout=limits.timeout).answering
        )
        return ScanFound(found, len(addresses) * len(ports), 0, 0.0)

    def resolve(self, name: str) -> Resolution:
        """What was given for that name."""
        addresses = self._names.get(name, ())
        return Resolution(name, addresses, 0.0, "" if addresses else "name not known")


class MemorySurroundings:
    """A host that says what it was given, and is in order where nothing was given."""

    def __init__(
        self,
        *,
        firewall: FirewallFacts | None = None,
        daemon: DaemonSettings | None = None,
        hosts: HostsFile = USUAL_HOSTS,
        unprivileged: int = 1024,
        reserved: tuple[PortRange, ...] = (),
        commands: Mapping[str, tuple[FoundCommand, ...]] | None = None,
        sudo: Mapping[str, tuple[FoundCommand, ...]] | None = None,
    ) -> None:
        self._firewall = firewall or FirewallFacts(input_policy="accept", sources=("memory",))
        self._daemon = daemon or DaemonSettings("/etc/docker/daemon.json")
        self._hosts = hosts
        self._unprivileged = unprivileged
        self._reserved = reserved
        self._commands = dict(commands or {})
        self._sudo = sudo

    def firewall(self) -> FirewallFacts:
        """The firewall, as given."""
        return self._firewall

    def daemon_settings(self, pid: int | None) -> DaemonSettings:
        """The settings, as given."""
        del pid
        return self._daemon

    def hosts_file(self) -> HostsFile:
        """The hosts file, as given."""
        return self._hosts

    def unprivileged_start(self) -> int:
        """The first port for anyone, as given."""
        return self._unprivileged

    def reserved_ranges(self) -> tuple[PortRange, ...]:
        """The reserved ranges, as given."""
        return self._reserved

    def commands(self, name: str) -> tuple[FoundCommand, ...]:
        """The programs given for that name."""
        return self._commands.get(name, ())

    def sudo_commands(self, name: str) -> tuple[FoundCommand, ...] | None:
        """The programs given for that name under sudo, None where no sudo was given."""
        return None if self._sudo is None else self._sudo.get(name, ())
