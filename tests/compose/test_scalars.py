"""Scalars as compose reads them, against what it was observed to read."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from manager.compose.scalars import (
    MAX_INT,
    BadScalarError,
    Timestamp,
    is_merge_key,
    is_text_key,
    read_plain,
    read_scalar,
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("80", 80),
        ("080", 80.0),
        ("0120", 80),
        ("0o120", 80),
        ("0x50", 80),
        ("0X50", 80),
        ("0b1010000", 80),
        ("1_000", 1000),
        ("1__0", 10),
        ("0_80", 80.0),
        ("+80", 80),
        ("+0x50", 80),
        ("-0", 0),
        ("_80", "_80"),
        ("0x", "0x"),
        ("0b2", "0b2"),
        ("22:22", "22:22"),
        ("1e3", 1000.0),
        ("80.0", 80.0),
        (".5", 0.5),
        (".", "."),
        ("-", "-"),
        ("9223372036854775807", MAX_INT),
        ("9223372036854775808", MAX_INT + 1),
        ("99999999999999999999", 1e20),
        ("9" * 500, "9" * 500),
        ("yes", "yes"),
        ("True", True),
        ("null", None),
        ("~", None),
        ("", None),
        ("2001-01-01", Timestamp("2001-01-01")),
        ("2001-13-01", "2001-13-01"),
        ("2001-1-1 1:2:3", Timestamp("2001-1-1 1:2:3")),
        (".inf", float("inf")),
    ],
)
def test_plain(text: str, value: object) -> None:
    read = read_plain(text)
    assert (type(read), read) == (type(value), value)


def test_not_a_number() -> None:
    value = read_plain(".nan")
    assert isinstance(value, float)
    assert value != value  # noqa: PLR0124 -- that is what it is


def scalar(text: str) -> yaml.ScalarNode:
    node = yaml.compose(text, Loader=yaml.BaseLoader)
    assert isinstance(node, yaml.ScalarNode)
    # As the reader's own loader leaves it: no tag where none is written.
    if "!" not in text:
        node.__dict__["tag"] = None
    return node


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('"80"', "80"),
        ("!!str 80", "80"),
        ('!!int "80"', 80),
        ("!!float 80", 80.0),
        ("!!binary ODA=", "80"),
        ("!mine 80", "80"),
        ("!!timestamp 2001-01-01", Timestamp("2001-01-01")),
    ],
)
def test_tagged(text: str, value: object) -> None:
    read = read_scalar(scalar(text))
    assert (type(read), read) == (type(value), value)


@pytest.mark.parametrize("text", ["!!int x", "!!int 8.5", "!!bool yes", "!!null a", "!!binary a"])
def test_refuses_a_tag_that_the_value_contradicts(text: str) -> None:
    with pytest.raises(BadScalarError):
        read_scalar(scalar(text))


@pytest.mark.parametrize(
    ("text", "is_text"),
    [
        ("web", True),
        ("80", False),
        ('"80"', True),
        ("yes", True),
        ("true", False),
        ("!!int a", False),
    ],
)
def test_keys(text: str, is_text: bool) -> None:
    assert is_text_key(scalar(text)) is is_text


def test_merge_keys() -> None:
    assert is_merge_key(scalar("<<"))
    assert not is_merge_key(scalar("'<<'"))


@given(st.text(alphabet="0123456789+-._eExXoObBaAfF:tTn ~", max_size=12))
def test_every_text_reads_as_something(text: str) -> None:
    value = read_plain(text)
    if isinstance(value, int) and not isinstance(value, bool):
        assert -MAX_INT - 1 <= value <= 2 * MAX_INT + 1
    elif isinstance(value, str):
        assert value == text


@given(st.integers(-MAX_INT, MAX_INT))
def test_integers_read_as_themselves(number: int) -> None:
    assert read_plain(str(number)) == number
    assert read_plain(hex(number)) == number
    assert read_plain(oct(number)) == number
    assert read_plain(bin(number)) == number
