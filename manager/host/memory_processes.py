"""Processes that live in memory: for `--demo` and for tests."""

from __future__ import annotations

from collections.abc import Callable, Collection

from manager.errors import Refused
from manager.host.processes import is_engine_helper
from manager.model.listener import Process


class MemoryProcesses:
    """The Processes of a host in memory.

    remove makes a process be gone. stubborn are pids that TERM does not end; kept says which
    command stops what starts a process again, by its name.
    """

    def __init__(
        self,
        remove: Callable[[int], None],
        *,
        stubborn: Collection[int] = (),
        kept: dict[str, str] | None = None,
    ) -> None:
        self._remove = remove
        self._stubborn = set(stubborn)
        self._kept = kept or {}

    def untouchable(self, process: Process) -> str:
        """Why it must never be signalled; empty when it may be."""
        if process.pid <= 1:
            return "it is the first process of this system"
        if is_engine_helper(process.name):
            return f"{process.name} holds ports for containers: change the container instead"
        return ""

    def keeper(self, process: Process) -> str:
        """What would start it again, as given."""
        return self._kept.get(process.name, "")

    def end(self, process: Process, *, kill: bool, patience: float) -> bool:
        """End it, unless it is stubborn and only asked. Raises Refused. Waits for nothing."""
        del patience
        if reason := self.untouchable(process):
            raise Refused(f"process {process.pid} ({process.name}) is not ended: {reason}")
        if process.pid in self._stubborn and not kill:
            return False
        self._remove(process.pid)
        return True
