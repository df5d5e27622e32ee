"""The real clock."""

from __future__ import annotations

import time


class SystemClock:
    """The Clock of manager.interfaces, as the system keeps it."""

    def now(self) -> float:
        """Seconds since the epoch; may jump when somebody sets the clock."""
        return time.time()

    def monotonic(self) -> float:
        """Seconds that only grow."""
        return time.monotonic()

    def wait(self, seconds: float) -> None:
        """Sleep; nothing for zero and less."""
        if seconds > 0:
            time.sleep(seconds)
