"""Of `typing`, what a class or a call needs at run time, for commands that must start fast.

To a type checker these are the standard library's. When they run, they do nothing: loading
typing would take 3 ms of the 50 in which a small file is checked. What stands in annotations
alone is imported under TYPE_CHECKING instead.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Generic, Protocol, TypeVar, cast
else:

    class Generic:
        """A class that takes a type variable in brackets."""

        def __class_getitem__(cls, _variable):
            return cls

    class Protocol(Generic):
        """What others are held against by a type checker."""

    def TypeVar(name, **_bounds):  # noqa: N802 -- as typing calls it
        """Its name."""
        return name

    def cast(_kind, value):
        """The value."""
        return value


__all__ = ["Generic", "Protocol", "TypeVar", "cast"]
