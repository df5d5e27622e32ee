"""The Surroundings of manager.interfaces: this host, read and never written."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from manager.model.daemon import DaemonSettings
    from manager.model.firewall import FirewallFacts
    from manager.model.localhost import HostsFile
    from manager.model.ports import PortRange
    from manager.model.programs import FoundCommand


class LiveSurroundings:
    """This host, with the environment that pmap was started in.

    Every command makes one and few ask: what they need is loaded by those alone.
    """

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        self._environ = environ

    def firewall(self) -> FirewallFacts:
        """See manager.host.firewall.read_firewall."""
        from manager.host.firewall import read_firewall  # noqa: PLC0415

        return read_firewall()

    def daemon_settings(self, pid: int | None) -> DaemonSettings:
        """See manager.host.daemon_process.daemon_settings."""
        from manager.host.daemon_process import daemon_settings  # noqa: PLC0415

        return daemon_settings(pid)

    def hosts_file(self) -> HostsFile:
        """See manager.host.hosts_file.read_hosts."""
        from manager.host.hosts_file import read_hosts  # noqa: PLC0415

        return read_hosts()

    def unprivileged_start(self) -> int:
        """See manager.host.ranges.unprivileged_start."""
        from manager.host.ranges import unprivileged_start  # noqa: PLC0415

        return unprivileged_start()

    def reserved_ranges(self) -> tuple[PortRange, ...]:
        """See manager.host.ranges.reserved_ranges."""
        from manager.host.ranges import reserved_ranges  # noqa: PLC0415

        return reserved_ranges()

    def commands(self, name: str) -> tuple[FoundCommand, ...]:
        """The programs of that name on PATH."""
        from manager.host.which import find_all  # noqa: PLC0415

        return find_all(name, self._environ.get("PATH", os.defpath))

    def sudo_commands(self, name: str) -> tuple[FoundCommand, ...] | None:
        """The programs of that name on sudo's path; None where there is no sudo."""
        from manager.host.which import SUDO_DEFAULT, find_all, sudo_path  # noqa: PLC0415

        if not find_all("sudo", f"{self._environ.get('PATH', '')}:{SUDO_DEFAULT}"):
            return None
        return find_all(name, sudo_path())
