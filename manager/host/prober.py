"""The Prober of manager.interfaces: real packets from this host."""

from __future__ import annotations

from collections.abc import Sequence

from manager.host import probe, resolve, scan
from manager.model.localhost import Resolution
from manager.model.ports import IPAddress, PortRange
from manager.model.probing import ProbeResult, Target
from manager.model.scanning import ScanFound, ScanLimits


class LiveProber:
    """Asks ports over the network, as any client of this host would."""

    def probe(self, targets: Sequence[Target], *, timeout: float) -> tuple[ProbeResult, ...]:
        """See manager.host.probe.probe_all."""
        return probe.probe_all(targets, timeout=timeout)

    def scan(
        self, addresses: Sequence[IPAddress], ports: PortRange, limits: ScanLimits
    ) -> ScanFound:
        """See manager.host.scan.scan."""
        return scan.scan(addresses, ports, limits)

    def resolve(self, name: str) -> Resolution:
        """See manager.host.resolve.resolve."""
        return resolve.resolve(name)
