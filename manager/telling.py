"""The truth about single rows, for who looks at one after the other.

What lies around the engine (networks, settings, firewall) is read once in a while, not for each.
"""

from __future__ import annotations

from manager.inquiries import Prober, Surroundings
from manager.inquiry import Inquiry
from manager.interfaces import Clock, Engine, Host
from manager.model.rows import PortRow
from manager.model.snapshot import Snapshot
from manager.model.truth import RowTruth
from manager.verdicts import Surveyor

AROUND_SECONDS = 60.0
"""For so long what lies around the engine is taken to be as it was."""


class RowTeller:
    """Asks one row's port, looks into its container, and judges who reaches it."""

    def __init__(
        self,
        engine: Engine | None,
        host: Host,
        prober: Prober,
        surroundings: Surroundings | None,
        clock: Clock,
    ) -> None:
        self._engine = engine
        self._host = host
        self._prober = prober
        self._surroundings = surroundings
        self._clock = clock
        self._surveyor: Surveyor | None = None
        self._surveyed = 0.0

    def tell(self, row: PortRow, snapshot: Snapshot, *, timeout: float = 2.0) -> RowTruth:
        """The truth about a row of that snapshot. timeout is in seconds. Raises EngineError."""
        now = self._clock.monotonic()
        if self._surveyor is None or now - self._surveyed > AROUND_SECONDS:
            self._surveyor = Surveyor(self._engine, self._surroundings)
            self._surveyed = now
        inquiry = Inquiry(self._engine, self._host, self._prober, self._surveyor, snapshot)
        return inquiry.about(row, timeout)
