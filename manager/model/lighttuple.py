"""Named tuples for which nothing is compiled.

manager.model.value offers them. They are as typing.NamedTuple makes them, for the syntax of a
class; what is not here is the functional form, and the check that a field has no bad name.
"""

from __future__ import annotations

import sys
from collections import _tuplegetter  # type: ignore[attr-defined]  # as namedtuple reads a field

from manager.model.arity import at_the_end, constructor

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any


class _Maker(type):
    """Makes of a class with annotations a tuple with names."""

    def __new__(cls, name: str, bases: tuple[type, ...], space: dict[str, Any]) -> Any:
        """The class; NamedTuple itself has no base."""
        if not bases:
            return super().__new__(cls, name, bases, space)
        fields = tuple(space.get("__annotations__", ()))
        defaults = {field: space.pop(field) for field in fields if field in space}
        space |= {
            "__slots__": (),
            "__match_args__": fields,
            "_fields": fields,
            "_field_defaults": defaults,
            "__new__": constructor(
                f"{name}.__new__", ("_cls", *fields), at_the_end(fields, defaults), tuple.__new__
            ),
            "__repr__": _repr,
            "__getnewargs__": _arguments,
            "_make": classmethod(_make),
            "_replace": _replace,
            "_asdict": _asdict,
        }
        space |= {field: _tuplegetter(at, None) for at, field in enumerate(fields)}
        return type(name, (tuple,), space)


class NamedTuple(metaclass=_Maker):
    """What to derive from."""


def _repr(self: Any) -> str:
    shown = ", ".join(f"{name}={value!r}" for name, value in self._asdict().items())
    return f"{type(self).__name__}({shown})"


def _arguments(self: Any) -> tuple[Any, ...]:
    return tuple(self)


def _make(cls: Any, values: Iterable[Any]) -> Any:
    return cls(*values)


def _replace(self: Any, /, **changes: Any) -> Any:
    values = [changes.pop(name, value) for name, value in zip(self._fields, self, strict=True)]
    if changes:
        # As the standard library's, which changed its mind.
        kind = TypeError if sys.version_info >= (3, 13) else ValueError
        raise kind(f"Got unexpected field names: {list(changes)!r}")
    return tuple.__new__(type(self), values)


def _asdict(self: Any) -> dict[str, Any]:
    return dict(zip(self._fields, self, strict=True))
