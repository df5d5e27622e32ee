"""Verdicts on rows, with everything that they need read once, and only where it matters."""

from __future__ import annotations

from functools import cached_property

from manager.inquiries import Surroundings
from manager.interfaces import Engine
from manager.model.firewall import FirewallFacts
from manager.model.rows import PortRow
from manager.model.verdict import Verdict, verdict


class Surveyor:
    """Judges who reaches a port. surroundings None: nothing is known of firewall and settings.

    Reads the engine's networks and settings when made. Raises EngineError.
    """

    def __init__(self, engine: Engine | None, surroundings: Surroundings | None) -> None:
        self._info = engine.info() if engine else None
        ours = self._info is None or self._info.local
        self._where = surroundings if ours else None
        self._networks = engine.networks() if engine else ()
        pid = self._info.pid if self._info else None
        self._daemon = self._where.daemon_settings(pid) if self._where else None

    def verdict(self, row: PortRow) -> Verdict:
        """Who reaches this row's port."""
        # Reading the firewall starts programs: only for what is open beyond loopback.
        firewall = self._firewall if row.exposure.rank else None
        return verdict(row, self._info, firewall, networks=self._networks, daemon=self._daemon)

    @cached_property
    def _firewall(self) -> FirewallFacts | None:
        return self._where.firewall() if self._where else None
