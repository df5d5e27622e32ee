"""Support for tests: an engine whose calls fail where the test says so."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from manager.interfaces import Engine

Fault = Callable[[str, str], None]
"""Called with a method's name and "before" or "after"; what it raises, the call raises."""


class _Faulty:
    """Passes every call on to an engine, by way of the fault."""

    def __init__(self, engine: Engine, fault: Fault) -> None:
        self._engine = engine
        self._fault = fault

    def __getattr__(self, name: str) -> Any:
        """The engine's own attribute; a method comes with the fault around it."""
        found = getattr(self._engine, name)
        if not callable(found):
            return found

        @wraps(found)
        def call(*args: Any, **options: Any) -> Any:
            self._fault(name, "before")
            answer = found(*args, **options)
            self._fault(name, "after")
            return answer

        return call


def with_faults(engine: Engine, fault: Fault) -> Engine:
    """`engine` with `fault` called before each call, and after it took effect.

    A fault that raises EngineUnavailable "after" is the connection that is cut once the engine
    has done what it was asked.
    """
    return cast("Engine", _Faulty(engine, fault))
