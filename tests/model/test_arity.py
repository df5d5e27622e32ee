"""Constructors are made for as many fields as there are, and are called as written ones are."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from manager.model.arity import MOST_SETTERS, constructor, initializer
from manager.model.value import NamedTuple, dataclass


def put(me: object, values: tuple[Any, ...]) -> tuple[object, tuple[Any, ...]]:
    return me, values


def names(count: int) -> list[str]:
    return ["self", *(f"field{number}" for number in range(count))]


@pytest.mark.parametrize("count", range(21))
def test_every_number_of_fields(count: int) -> None:
    made = constructor("Shape.__init__", names(count), [], put)
    values = tuple(range(count))
    assert made("me", *values) == ("me", values)
    assert made(**dict(zip(names(count), ("me", *values), strict=True))) == ("me", values)
    assert list(inspect.signature(made).parameters) == names(count)
    with pytest.raises(TypeError, match=r"Shape\.__init__\(\) takes"):
        made("me", *values, "one more")


def test_defaults_are_those_of_the_last() -> None:
    made = constructor("Shape.__init__", names(3), [7, 8], put)
    assert made("me", 1) == ("me", (1, 7, 8))
    assert made("me", 1, field2=2) == ("me", (1, 7, 2))
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'field0'"):
        made("me")


def test_one_knows_nothing_of_the_other() -> None:
    one = constructor("One.__init__", ["self", "port"], [], put)
    two = constructor("Two.__init__", ["self", "name"], ["web"], lambda *_: "two")
    assert (one("me", port=1), two("me"), two("me", name="db")) == (("me", (1,)), "two", "two")
    assert (one.__name__, one.__qualname__) == ("__init__", "One.__init__")
    with pytest.raises(TypeError, match="unexpected keyword argument 'name'"):
        one("me", name=1)


def test_more_than_anybody_has_is_refused() -> None:
    with pytest.raises(TypeError, match="takes 22 arguments, more than 21"):
        constructor("Shape.__init__", names(21), [], put)


@pytest.mark.parametrize("count", range(MOST_SETTERS + 1))
def test_every_number_of_setters(count: int) -> None:
    told: list[tuple[object, ...]] = []
    setters: dict[str, Any] = {}
    made = initializer("Shape.__init__", names(count), [], setters)
    for number in range(count):
        setters[f"_{number}"] = lambda me, value, number=number: told.append((number, me, value))
    assert made("me", *range(count)) is None
    assert told == [(number, "me", number) for number in range(count)]
    assert list(inspect.signature(made).parameters) == names(count)


def test_more_setters_than_there_may_be_are_refused() -> None:
    with pytest.raises(TypeError, match=f"more than {MOST_SETTERS + 1}"):
        initializer("Shape.__init__", names(MOST_SETTERS + 1), [], {})


def test_a_field_without_a_default_stands_before_those_with_one() -> None:
    with pytest.raises(TypeError, match="without a default follows one with a default"):

        @dataclass(frozen=True)
        class Shape:
            """Its second field can never be given alone."""

            one: int = 1
            two: int  # type: ignore[misc]

    with pytest.raises(TypeError, match="without a default follows one with a default"):

        class Pair(NamedTuple):
            """The same."""

            one: int = 1
            two: int  # type: ignore[misc]
