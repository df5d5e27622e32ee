"""Named tuples of which only `__new__` is compiled, and that when many are made.

manager.model.value offers them. They are as typing.NamedTuple makes them, for the syntax of a
class; what is not here is the functional form, and the check that a field has no bad name.
"""

from __future__ import annotations

from collections import _tuplegetter  # type: ignore[attr-defined]  # as namedtuple reads a field

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any


_FEW = 300
"""Compiling a function takes as long as it saves for about so many instances."""


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
            "__new__": _new(fields, defaults),
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


def _new(fields: tuple[str, ...], defaults: dict[str, Any]) -> Callable[..., Any]:
    """A `__new__` that takes values in their order, and compiles a quicker one in time."""
    made, size, make = 0, len(fields), tuple.__new__
    least, rest = size - len(defaults), tuple(defaults.values())

    def new(cls: type, /, *given: Any, **named: Any) -> Any:
        nonlocal made
        made += 1
        if made < _FEW and not named and least <= len(given) <= size:
            return make(cls, given + rest[len(given) - least :])
        cls.__new__ = _compiled(fields, defaults)  # type: ignore[method-assign]
        return cls.__new__(cls, *given, **named)

    return new


def _compiled(fields: tuple[str, ...], defaults: dict[str, Any]) -> Any:
    """The one function that is compiled: its parameters are the fields."""
    parameters = "".join(f", {f}=_defaults[{f!r}]" if f in defaults else f", {f}" for f in fields)
    values = "".join(f"{field}, " for field in fields)
    source = f"lambda _cls{parameters}: _tuple(_cls, ({values}))"
    space = {"_tuple": tuple.__new__, "_defaults": defaults}
    return eval(source, space)  # noqa: S307 -- the names of the fields and nothing else


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
        raise ValueError(f"Got unexpected field names: {list(changes)!r}")
    return tuple.__new__(type(self), values)


def _asdict(self: Any) -> dict[str, Any]:
    return dict(zip(self._fields, self, strict=True))
