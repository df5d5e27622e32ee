"""Look into another network namespace from a thread of its own; this process stays where it is.

Source: setns(2), which moves the calling thread alone.
"""

from __future__ import annotations

import ctypes
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

from manager.host.processes import PROC

_T = TypeVar("_T")

_CLONE_NEWNET = 0x40000000


class _Visit(threading.Thread, Generic[_T]):
    """A thread that enters a namespace, calls, and ends; what came of it is kept."""

    def __init__(self, descriptor: int, call: Callable[[], _T]) -> None:
        super().__init__(name="pmap-namespace", daemon=True)
        self._descriptor = descriptor
        self._call = call
        self.results: list[_T] = []
        self.errors: list[OSError] = []

    def run(self) -> None:
        """Enter and call."""
        try:
            _enter(self._descriptor)
            self.results.append(self._call())
        except OSError as error:
            self.errors.append(error)


def in_network_of(pid: int, call: Callable[[], _T], proc: Path = PROC) -> _T:
    """What `call` gives in the network namespace of process `pid`.

    Raises OSError where the process is gone or may not be visited (only root may), and what
    `call` raises of it.
    """
    descriptor = os.open(proc / str(pid) / "ns" / "net", os.O_RDONLY | os.O_CLOEXEC)
    try:
        visit = _Visit(descriptor, call)
        visit.start()
        visit.join()
    finally:
        os.close(descriptor)
    if visit.errors:
        raise visit.errors[0]
    return visit.results[0]


def _enter(descriptor: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(descriptor, _CLONE_NEWNET):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
