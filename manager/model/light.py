"""Dataclasses for which nothing is compiled.

manager.model.value offers them.

Comparing, hashing and printing are shared functions over the names of the fields. To
`dataclasses`, copy, pickle and pydantic these classes are dataclasses. Only what is used here is
there: frozen, slots, order, eq and repr, defaults and factories, `__post_init__`. Fields are not
inherited.
"""

from __future__ import annotations

from functools import partial
from operator import attrgetter

from manager.model.arity import MOST_SETTERS, at_the_end, constructor, initializer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any

    Setter = Callable[[Any, Any], None]

_set = object.__setattr__


class _Factory:
    """The default of a field that is made anew for each instance."""

    __slots__ = ("make",)

    def __init__(self, make: Callable[[], Any]) -> None:
        self.make = make


def field(*, default_factory: Callable[[], Any]) -> Any:
    """A field whose default is made by calling `default_factory`."""
    return _Factory(default_factory)


def replace(instance: Any, /, **changes: Any) -> Any:
    """A copy of `instance` with other values in some fields."""
    for name in instance.__match_args__:
        if name not in changes:
            changes[name] = getattr(instance, name)
    return type(instance)(**changes)


def dataclass(
    *,
    frozen: bool = False,
    slots: bool = False,
    order: bool = False,
    eq: bool = True,
    repr: bool = True,  # noqa: A002 -- the name that dataclasses gives it
) -> Callable[[type[Any]], type[Any]]:
    """As dataclasses.dataclass, for the arguments that are there."""

    def made(cls: type[Any]) -> type[Any]:
        space = dict(vars(cls))
        names = tuple(space.get("__annotations__", ()))
        defaults = {name: space.pop(name) for name in names if name in space}
        own = dict(space)
        init, setters = _init(cls, names, defaults)
        space |= {
            "__init__": init,
            "__match_args__": names,
            "__dataclass_fields__": _Fields(names, defaults),
        }
        if repr:
            space["__repr__"] = _repr
        if eq or order:
            space |= _comparisons(names, frozen=frozen, order=order)
        if frozen:
            space |= {"__setattr__": _refuse, "__delattr__": _refuse}
        if slots:
            space |= {"__slots__": names, "__reduce__": _reducer(names)}
        # What the class says itself wins, but for what only a decorator can know.
        written = ("__repr__", "__eq__", "__hash__", "__reduce__")
        space |= {name: own[name] for name in written if own.get(name) is not None}
        for gone in ("__dict__", "__weakref__"):
            space.pop(gone, None)
        metaclass: Any = type(cls)
        rebuilt: type[Any] = metaclass(cls.__name__, cls.__bases__, space)
        setters.update(_setters(rebuilt, names, defaults))
        return rebuilt

    return made


def _init(
    cls: type[Any], names: tuple[str, ...], defaults: Mapping[str, Any]
) -> tuple[Callable[..., None], dict[str, Setter]]:
    """`__init__`, and where it finds the setters `_0`, `_1` ..., which are still to be given."""
    setters: dict[str, Setter] = {}
    arguments, values = ("self", *names), at_the_end(names, defaults)
    qualname = f"{cls.__qualname__}.__init__"
    if len(names) <= MOST_SETTERS:
        return initializer(qualname, arguments, values, setters), setters

    def put(self: Any, given: tuple[Any, ...]) -> None:
        for setter, value in zip(setters.values(), given):  # noqa: B905 -- to ask takes time
            setter(self, value)

    return constructor(qualname, arguments, values, put), setters


def _setters(
    cls: type[Any], names: tuple[str, ...], defaults: Mapping[str, Any]
) -> Iterator[tuple[str, Setter]]:
    """What sets each field; the last one looks at the whole, where the class does."""
    for at, name in enumerate(names):
        # The slot's own setter: object.__setattr__ would look it up each time.
        slot: Any = vars(cls).get(name)
        setter = getattr(slot, "__set__", None) or partial(_set_named, name)
        if isinstance(defaults.get(name), _Factory):
            setter = _made(setter)
        if at == len(names) - 1 and "__post_init__" in vars(cls):
            setter = _last(setter)
        yield f"_{at}", setter


def _made(setter: Setter) -> Setter:
    """The default of a factory is the factory."""

    def put(self: Any, value: Any) -> None:
        setter(self, value.make() if isinstance(value, _Factory) else value)

    return put


def _last(setter: Setter) -> Setter:
    """What is done when all is set."""

    def put(self: Any, value: Any) -> None:
        setter(self, value)
        self.__post_init__()

    return put


def _set_named(name: str, instance: Any, value: Any) -> None:
    _set(instance, name, value)


def _comparisons(names: tuple[str, ...], *, frozen: bool, order: bool) -> dict[str, Any]:
    """Methods that compare and hash by the fields."""
    key = attrgetter(*names)
    methods = ("__eq__", "__lt__", "__le__", "__gt__", "__ge__") if order else ("__eq__",)
    space: dict[str, Any] = {name: _comparison(key, getattr(tuple, name)) for name in methods}
    space["__hash__"] = (lambda self: hash(key(self))) if frozen else None
    return space


def _comparison(key: Callable[[Any], Any], compare: Callable[..., Any]) -> Callable[..., Any]:
    def method(self: Any, other: Any) -> Any:
        if other.__class__ is not self.__class__:
            return NotImplemented
        return compare((key(self),), (key(other),))

    return method


def _repr(self: Any) -> str:
    shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.__match_args__)
    return f"{type(self).__qualname__}({shown})"


def _refuse(_self: Any, name: str, *_value: Any) -> None:
    from dataclasses import FrozenInstanceError  # noqa: PLC0415 -- what this module spares

    raise FrozenInstanceError(f"cannot change field {name!r}")


def _reducer(names: tuple[str, ...]) -> Callable[[Any], tuple[type[Any], tuple[Any, ...]]]:
    """What pickle and copy ask of an instance: its class, and what to call it with."""
    if len(names) < 2:
        return lambda self: (type(self), tuple([getattr(self, name) for name in names]))
    values = attrgetter(*names)
    return lambda self: (type(self), values(self))


class _Fields:
    """`__dataclass_fields__`, made when somebody asks for it."""

    def __init__(self, names: tuple[str, ...], defaults: Mapping[str, Any]) -> None:
        self._names = names
        self._defaults = defaults

    def __get__(self, _instance: Any, owner: type[Any]) -> dict[str, Any]:
        import dataclasses  # noqa: PLC0415 -- what this module spares

        fields: dict[str, Any] = {}
        for name in self._names:
            default = self._defaults.get(name, dataclasses.MISSING)
            one: Any
            if isinstance(default, _Factory):
                one = dataclasses.field(default_factory=default.make)
            else:
                one = dataclasses.field(default=default)
            one.name, one.type = name, owner.__annotations__[name]
            one._field_type = vars(dataclasses)["_FIELD"]
            fields[name] = one
        owner.__dataclass_fields__ = fields
        return fields
