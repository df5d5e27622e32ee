"""What was done, how long each step took, and telling of it while it goes on."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from manager.change.plan import Step
from manager.interfaces import Clock, Progress


@dataclass(slots=True)
class Account:
    """The steps of one change in the order in which they ended. Begins when it is made."""

    clock: Clock
    progress: Progress | None
    steps: list[Step] = field(default_factory=list)
    begun: float = field(init=False)

    def __post_init__(self) -> None:
        self.begun = self.clock.monotonic()

    def timed(self, name: str, action: Callable[[], None]) -> None:
        """Do something, and tell of it whatever becomes of it."""
        start = self.begin(name)
        state = "failed"
        try:
            action()
            state = "done"
        finally:
            self.end(name, start, state)

    def begin(self, name: str) -> float:
        """Tell that a step begins; when it did, for `end`."""
        self._tell(name, "start")
        return self.clock.monotonic()

    def end(self, name: str, start: float, state: str = "done") -> None:
        """Note a step that began at `start`, done or failed, and tell of it."""
        self.steps.append(Step(name=name, state=state, seconds=self.clock.monotonic() - start))
        self._tell(name, state)

    def _tell(self, name: str, state: str) -> None:
        if self.progress is None:
            return
        # Whoever listens may have gone: a closed pipe must not turn a good change round.
        with suppress(OSError, ValueError):
            self.progress(name, state, self.clock.monotonic() - self.begun)
