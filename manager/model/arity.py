"""Constructors by the number of their fields, ready to be given the fields' names.

To compile a constructor for a class takes as long as to make a hundred instances of it. These
are compiled with this module, and kept with it: a copy whose variables have other names is made
in a microsecond.
"""

from __future__ import annotations

from types import FunctionType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    def _put(_me: object, _value: Any) -> Any:
        """What a copy is made for."""

    _0 = _1 = _2 = _3 = _4 = _5 = _6 = _7 = _8 = _put


def at_the_end(names: Sequence[str], defaults: Mapping[str, Any]) -> tuple[Any, ...]:
    """The defaults of the last names. Raises TypeError where one without follows one with."""
    if tuple(defaults) != tuple(names[len(names) - len(defaults) :]):
        raise TypeError(f"a field without a default follows one with a default: {list(names)}")
    return tuple(defaults.values())


def constructor(
    qualname: str,
    names: Sequence[str],
    defaults: Sequence[Any],
    put: Callable[[Any, tuple[Any, ...]], Any],
) -> FunctionType:
    """A function that calls `put` with its first argument and a tuple of the others.

    names: of all arguments; defaults: of the last ones. Raises TypeError for more arguments than
    anybody has.
    """
    return _copy(_READY, qualname, names, defaults, {"_put": put})


def initializer(
    qualname: str, names: Sequence[str], defaults: Sequence[Any], setters: dict[str, Any]
) -> FunctionType:
    """A function that calls `_0`, `_1` ... of `setters` with its first argument and each other.

    A setter returns None. `setters` may be filled later; they are at most MOST_SETTERS.
    """
    return _copy(_SETTING, qualname, names, defaults, setters)


def _copy(
    ready: Sequence[Any],
    qualname: str,
    names: Sequence[str],
    defaults: Sequence[Any],
    space: dict[str, Any],
) -> FunctionType:
    if len(names) > len(ready):
        raise TypeError(f"{qualname} takes {len(names)} arguments, more than {len(ready)}")
    name = qualname.rpartition(".")[2]
    code = ready[len(names) - 1].__code__
    code = code.replace(co_varnames=tuple(names), co_name=name, co_qualname=qualname)
    return FunctionType(code, space, name, tuple(defaults))


_READY = (
    lambda me: _put(me, ()),
    lambda me, a: _put(me, (a,)),
    lambda me, a, b: _put(me, (a, b)),
    lambda me, a, b, c: _put(me, (a, b, c)),
    lambda me, a, b, c, d: _put(me, (a, b, c, d)),
    lambda me, a, b, c, d, e: _put(me, (a, b, c, d, e)),
    lambda me, a, b, c, d, e, f: _put(me, (a, b, c, d, e, f)),
    lambda me, a, b, c, d, e, f, g: _put(me, (a, b, c, d, e, f, g)),
    lambda me, a, b, c, d, e, f, g, h: _put(me, (a, b, c, d, e, f, g, h)),
    lambda me, a, b, c, d, e, f, g, h, i: _put(me, (a, b, c, d, e, f, g, h, i)),
    lambda me, a, b, c, d, e, f, g, h, i, j: _put(me, (a, b, c, d, e, f, g, h, i, j)),
    lambda me, a, b, c, d, e, f, g, h, i, j, k: _put(me, (a, b, c, d, e, f, g, h, i, j, k)),
    lambda me, a, b, c, d, e, f, g, h, i, j, k, m: _put(me, (a, b, c, d, e, f, g, h, i, j, k, m)),
    lambda me, a, b, c, d, e, f, g, h, i, j, k, m, n: _put(
        me, (a, b, c, d, e, f, g, h, i, j, k, m, n)
    ),
    lambda me, a, b, c, d, e, f, g, h, i, j, k, m, n, p: _put(
        me, (a, b, c, d, e, f, g, h, i, j, k, m, n, p)
    ),
    lambda me, a, b, c, d, e, f, g, h, i, j, k, m, n, p, q: _put(
        me, (a, b, c, d, e, f, g, h, i, j, k, m, n, p, q)
    ),
    lambda me, a, b, c, d, e, f, g, h, i, j, k, m, n, p, q, r: _put(
        me, (a, b, c, d, e, f, g, h, i, j, k, m, n, p, q, r)
    ),
    lambda me, a, b, c, d, e, f, g, h, i, j, k, m, n, p, q, r, s: _put(
        me, (a, b, c, d, e, f, g, h, i, j, k, m, n, p, q, r, s)
    ),
    lambda me, a, b, c, d, e, f, g, h, i, j, k, m, n, p, q, r, s, t: _put(
        me, (a, b, c, d, e, f, g, h, i, j, k, m, n, p, q, r, s, t)
    ),
    lambda me, a, b, c, d, e, f, g, h, i, j, k, m, n, p, q, r, s, t, u: _put(
        me, (a, b, c, d, e, f, g, h, i, j, k, m, n, p, q, r, s, t, u)
    ),
    lambda me, a, b, c, d, e, f, g, h, i, j, k, m, n, p, q, r, s, t, u, v: _put(
        me, (a, b, c, d, e, f, g, h, i, j, k, m, n, p, q, r, s, t, u, v)
    ),
)
_SETTING = (
    lambda me: None,
    lambda me, a: _0(me, a),  # noqa: PLW0108 -- its names are replaced
    lambda me, a, b: _0(me, a) or _1(me, b),
    lambda me, a, b, c: _0(me, a) or _1(me, b) or _2(me, c),
    lambda me, a, b, c, d: _0(me, a) or _1(me, b) or _2(me, c) or _3(me, d),
    lambda me, a, b, c, d, e: _0(me, a) or _1(me, b) or _2(me, c) or _3(me, d) or _4(me, e),
    lambda me, a, b, c, d, e, f: (
        _0(me, a) or _1(me, b) or _2(me, c) or _3(me, d) or _4(me, e) or _5(me, f)
    ),
    lambda me, a, b, c, d, e, f, g: (
        _0(me, a) or _1(me, b) or _2(me, c) or _3(me, d) or _4(me, e) or _5(me, f) or _6(me, g)
    ),
    lambda me, a, b, c, d, e, f, g, h: (
        _0(me, a)
        or _1(me, b)
        or _2(me, c)
        or _3(me, d)
        or _4(me, e)
        or _5(me, f)
        or _6(me, g)
        or _7(me, h)
    ),
    lambda me, a, b, c, d, e, f, g, h, i: (
        _0(me, a)
        or _1(me, b)
        or _2(me, c)
        or _3(me, d)
        or _4(me, e)
        or _5(me, f)
        or _6(me, g)
        or _7(me, h)
        or _8(me, i)
    ),
)
MOST_SETTERS = len(_SETTING) - 1
