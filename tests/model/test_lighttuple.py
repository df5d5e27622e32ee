"""Light named tuples behave as those of the standard library do."""

from __future__ import annotations

import copy
import pickle
import typing
from collections.abc import Callable
from typing import Any

import pytest

from manager.model.value import NamedTuple


class Light(NamedTuple):
    """A host port with a name."""

    port: int
    name: str = "web"
    tags: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        """Both."""
        return f"{self.name}:{self.port}"

    @classmethod
    def parse(cls, text: str) -> Light:
        """Read `NAME:PORT`."""
        name, _, port = text.partition(":")
        return cls(int(port), name)


class Standard(typing.NamedTuple):
    """The same, by the standard library."""

    port: int
    name: str = "web"
    tags: tuple[str, ...] = ()


@pytest.mark.parametrize("made", [Light, Standard])
def test_what_it_holds(made: Any) -> None:
    one = made(80, tags=("a",))
    assert one == (80, "web", ("a",))
    assert (one.port, one.name, one.tags) == tuple(one)
    assert hash(one) == hash(made(80, "web", ("a",)))
    assert made._fields == made.__match_args__ == ("port", "name", "tags")
    assert made._field_defaults == {"name": "web", "tags": ()}
    assert one._asdict() == {"port": 80, "name": "web", "tags": ("a",)}
    assert one._replace(port=81) == (81, "web", ("a",))
    assert type(one._replace(port=81)) is made
    assert made._make([1, "x", ()]) == made(1, "x")
    assert repr(one) == f"{made.__name__}(port=80, name='web', tags=('a',))"
    assert type(copy.copy(one)) is type(pickle.loads(pickle.dumps(one))) is made
    assert pickle.loads(pickle.dumps(one)) == copy.deepcopy(one) == one
    assert not hasattr(one, "__dict__")
    match one:
        case made(80, name=name):
            assert name == "web"
        case _:
            pytest.fail("it does not match")


REFUSED: list[Callable[[Any], object]] = [
    lambda made: made(),
    lambda made: made(1, "a", (), 2),
    lambda made: made(1, nobody=2),
    lambda made: made(1)._replace(nobody=2),
    lambda made: setattr(made(1), "port", 2),
    lambda made: setattr(made(1), "nobody", 2),
    lambda made: made._make([]),
]


@pytest.mark.parametrize("attempt", REFUSED)
def test_what_is_refused(attempt: Callable[[Any], object]) -> None:
    kinds = []
    for made in (Light, Standard):
        with pytest.raises((TypeError, ValueError, AttributeError)) as caught:
            attempt(made)
        kinds.append(caught.type)
    assert kinds[0] is kinds[1]


def test_what_the_class_says_itself_stays() -> None:
    assert Light.parse("db:5432").shown == "db:5432"
    assert Light.__doc__ == "A host port with a name."
    assert Light.__module__ == __name__
    assert Light.__mro__ == (Light, tuple, object)


def test_they_are_made_with_names() -> None:
    assert Light(name="db", port=1) == (1, "db", ())
    assert Light(3, tags=("a",)) == (3, "web", ("a",))
