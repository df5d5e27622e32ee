"""The Prober of manager.interfaces: real packets from this host."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from manager.model.localhost import Resolution
    from manager.model.ports import IPAddress, PortRange
    from manager.model.probing import ProbeResult, Target
    from manager.model.scanning import ScanFound, ScanLimits


class LiveProber:
    """Asks ports over the network, as any client of this host would.

    Every command makes one and few ask: TLS and selectors are loaded by those alone.
    """

    def probe(self, targets: Sequence[Target], *, timeout: float) -> tuple[ProbeResult, ...]:
        """See manager.host.probe.probe_all."""
        from manager.host.probe import probe_all  # noqa: PLC0415

        return probe_all(targets, timeout=timeout)

    def scan(
        self, addresses: Sequence[IPAddress], ports: PortRange, limits: ScanLimits
    ) -> ScanFound:
        """See manager.host.scan.scan."""
        from manager.host.scan import scan  # noqa: PLC0415

        return scan(addresses, ports, limits)

    def resolve(self, name: str) -> Resolution:
        """See manager.host.resolve.resolve."""
        from manager.host.resolve import resolve  # noqa: PLC0415

        return resolve(name)
