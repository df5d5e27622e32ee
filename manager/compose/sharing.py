"""Work on many items, shared among processes: each takes a part, and sends back what came out.

The processes are forked, so that nothing is read or loaded anew. What one of them does not
bring to its end is done here once more, with the same outcome or the same error.
"""

from __future__ import annotations

import os
import pickle
import signal
from collections.abc import Callable, Sequence

from manager.model.typed import Generic, TypeVar, cast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn


T = TypeVar("T")
R = TypeVar("R")


def shared(work: Callable[[Sequence[T]], R], items: Sequence[T], processes: int) -> list[R]:
    """`work` of each part of the items, in their order; what it returns must be picklable.

    Raises what `work` raises. However this ends, no process is left behind.
    """
    size = -(-len(items) // processes)
    own, *others = (items[start : start + size] for start in range(0, len(items), size))
    helpers: list[_Helper[T, R]] = []
    try:
        for part in others:
            helpers.append(_Helper(work, part))  # noqa: PERF401 -- each is ended, come what may
        return [work(own), *(helper.result() for helper in helpers)]
    finally:
        for helper in helpers:
            helper.end()


class _Helper(Generic[T, R]):
    """A process that works on a part."""

    def __init__(self, work: Callable[[Sequence[T]], R], part: Sequence[T]) -> None:
        self._work, self._part = work, part
        self._pid = 0
        reading, writing = os.pipe()
        self._pipe = open(reading, "rb")  # noqa: SIM115 -- closed by end()
        try:
            self._pid = os.fork()
            if self._pid == 0:
                _serve(work, part, writing)
        except OSError:
            # There is no room for another process: its part is done here.
            self._pid = 0
        finally:
            os.close(writing)

    def result(self) -> R:
        """What came out of the part, once it is done."""
        content = self._pipe.read()
        if self._pid and os.waitpid(self._pid, 0)[1] == 0:
            self._pid = 0
            return cast("R", pickle.loads(content))  # noqa: S301 -- our own process wrote it
        self._pid = 0
        return self._work(self._part)

    def end(self) -> None:
        """Let go of the process, and stop it where it still works."""
        self._pipe.close()
        if self._pid:
            os.kill(self._pid, signal.SIGKILL)
            os.waitpid(self._pid, 0)
            self._pid = 0


def _serve(work: Callable[[Sequence[T]], R], part: Sequence[T], writing: int) -> NoReturn:
    """Do the work and send what came out; nothing else of this process is to be seen."""
    code = 1
    try:
        content = pickle.dumps(work(part), pickle.HIGHEST_PROTOCOL)
        with open(writing, "wb", closefd=False) as pipe:
            pipe.write(content)
        code = 0
    finally:
        os._exit(code)
