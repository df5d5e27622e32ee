"""Light dataclasses behave as those of the standard library do."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from manager.model.value import dataclass, field, replace


@dataclass(frozen=True, slots=True, order=True)
class Light:
    """A point with a name."""

    x: int
    y: int = 2
    tags: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        """Both."""
        return self.x + self.y


@dataclasses.dataclass(frozen=True, slots=True, order=True)
class Standard:
    """The same, by the standard library."""

    x: int
    y: int = 2
    tags: list[str] = dataclasses.field(default_factory=list)


@dataclass(slots=True, eq=False, repr=False)
class Open:
    """One that changes."""

    name: str
    seen: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Checked:
    """One that checks itself."""

    port: int

    def __post_init__(self) -> None:
        if self.port < 0:
            raise ValueError("below 0")


_values = st.tuples(st.integers(-2, 2), st.integers(-2, 2))


@given(_values, _values)
def test_compares_and_hashes_as_the_standard_one(one: Any, two: Any) -> None:
    lights, standards = (Light(*one), Light(*two)), (Standard(*one), Standard(*two))
    for operator in ("__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__"):
        told = getattr(lights[0], operator)(lights[1])
        assert told == getattr(standards[0], operator)(standards[1])
    assert lights[0].__eq__(standards[0]) is NotImplemented


def test_a_frozen_one_is_hashed_by_its_fields() -> None:
    assert len({Checked(1), Checked(1), Checked(2)}) == 2
    with pytest.raises(TypeError):
        hash(Light(1))


@pytest.mark.parametrize(
    ("positional", "named"), [((1,), {}), ((1, 5), {}), ((), {"x": 1, "tags": ["a"]})]
)
def test_is_made_and_printed_as_the_standard_one(positional: Any, named: Any) -> None:
    made, standard = Light(*positional, **named), Standard(*positional, **named)
    assert repr(made).replace("Light", "Standard") == repr(standard)
    assert Light.__match_args__ == Standard.__match_args__
    assert made.total == made.x + made.y
    assert Light(1).tags is not Light(1).tags


def test_one_may_make_and_check_at_once() -> None:
    @dataclass(frozen=True, slots=True)
    class Both:
        """A factory's default, and a look at it."""

        x: int
        tags: list[str] = field(default_factory=list)

        def __post_init__(self) -> None:
            self.tags.append("checked")

    assert [Both(1).tags, Both(1, ["a"]).tags, Both(tags=[], x=1).tags] == [
        ["checked"], ["a", "checked"], ["checked"],
    ]  # fmt: skip


@pytest.mark.parametrize("arguments", [((), {}), ((1, 2, [], 4), {}), ((1,), {"z": 3})])
def test_refuses_other_arguments(arguments: Any) -> None:
    with pytest.raises(TypeError, match=r"Light\.__init__"):
        Light(*arguments[0], **arguments[1])


def test_a_frozen_one_cannot_be_changed() -> None:
    made = Light(1)
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(made, "x", 2)  # noqa: B010 -- a type checker refuses the plain one
    with pytest.raises(dataclasses.FrozenInstanceError):
        delattr(made, "x")
    assert not hasattr(made, "__dict__")


def test_an_open_one_can_and_is_itself_alone() -> None:
    made = Open("a")
    made.seen.add(1)
    made.name = "b"
    assert (made.name, made.seen, Open("b").seen) == ("b", {1}, set())
    assert made != Open("b", {1})
    assert made in {made}
    assert repr(made).startswith("<")
    with pytest.raises(AttributeError):
        setattr(made, "other", 1)  # noqa: B010 -- as above


def test_checks_itself() -> None:
    with pytest.raises(ValueError, match="below 0"):
        Checked(-1)


def test_is_a_dataclass_to_others() -> None:
    made = Light(1, tags=["a"])
    assert dataclasses.is_dataclass(Light)
    assert dataclasses.asdict(made) == {"x": 1, "y": 2, "tags": ["a"]}
    assert [(f.name, f.type) for f in dataclasses.fields(Light)] == [
        ("x", "int"), ("y", "int"), ("tags", "list[str]"),
    ]  # fmt: skip
    for change in (replace, dataclasses.replace):
        assert change(made, y=5) == Light(1, 5, ["a"])


@pytest.mark.parametrize("made", [Light(1, tags=["a"]), Checked(5)])
def test_is_copied_and_pickled(made: Any) -> None:
    assert copy.copy(made) == made
    assert copy.deepcopy(made) == made
    assert pickle.loads(pickle.dumps(made)) == made


def test_pydantic_takes_it_as_a_field() -> None:
    class Model(BaseModel, frozen=True):
        point: Light
        check: Checked

    model = Model(point=Light(1), check=Checked(2))
    assert model.model_dump() == {"point": {"x": 1, "y": 2, "tags": []}, "check": {"port": 2}}
    assert Model.model_validate({"point": {"x": 3}, "check": {"port": 1}}).point == Light(3)
    assert Model.model_validate_json(model.model_dump_json()) == model
    with pytest.raises(ValueError, match="below 0"):
        Model.model_validate({"point": {"x": 3}, "check": {"port": -1}})
