"""The Surroundings of manager.interfaces: this host, read and never written."""

from __future__ import annotations

import os
from collections.abc import Mapping

from manager.host import ranges, which
from manager.host.daemon_process import daemon_settings
from manager.host.firewall import read_firewall
from manager.host.hosts_file import read_hosts
from manager.model.daemon import DaemonSettings
from manager.model.firewall import FirewallFacts
from manager.model.localhost import HostsFile
from manager.model.ports import PortRange
from manager.model.programs import FoundCommand


class LiveSurroundings:
    """This host, with the environment that pmap was started in."""

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        self._environ = environ

    def firewall(self) -> FirewallFacts:
        """See manager.host.firewall.read_firewall."""
        return read_firewall()

    def daemon_settings(self, pid: int | None) -> DaemonSettings:
        """See manager.host.daemon_process.daemon_settings."""
        return daemon_settings(pid)

    def hosts_file(self) -> HostsFile:
        """See manager.host.hosts_file.read_hosts."""
        return read_hosts()

    def unprivileged_start(self) -> int:
        """See manager.host.ranges.unprivileged_start."""
        return ranges.unprivileged_start()

    def reserved_ranges(self) -> tuple[PortRange, ...]:
        """See manager.host.ranges.reserved_ranges."""
        return ranges.reserved_ranges()

    def commands(self, name: str) -> tuple[FoundCommand, ...]:
        """The programs of that name on PATH."""
        return which.find_all(name, self._environ.get("PATH", os.defpath))

    def sudo_commands(self, name: str) -> tuple[FoundCommand, ...] | None:
        """The programs of that name on sudo's path; None where there is no sudo."""
        if not which.find_all("sudo", f"{self._environ.get('PATH', '')}:{which.SUDO_DEFAULT}"):
            return None
        return which.find_all(name, which.sudo_path())
