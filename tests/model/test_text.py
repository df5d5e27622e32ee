"""What reaches a terminal from outside has no power over it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manager.model.text import printable


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("web", "web"),
        ("größe 日本 🐳", "größe 日本 🐳"),
        ("\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"),
        ("a\nb\tc\rd", "a\\nb\\tc\\rd"),
        ("\x9b31m", "\\x9b31m"),
        ("\x7f\x00", "\\x7f\\x00"),
        ("ab\u202edc", "ab\\u202edc"),
        ("a\u200bb\ufeff", "a\\u200bb\\ufeff"),
        ("a\u2028b\u2029", "a\\u2028b\\u2029"),
        ("non\u00a0breaking", "non\\xa0breaking"),
        ("\udcff.yaml", "\\udcff.yaml"),
        ("\U000e0041", "\\U000e0041"),
    ],
)
def test_escapes_what_a_terminal_would_act_upon(raw: str, shown: str) -> None:
    assert printable(raw) == shown


@given(st.text(alphabet=st.characters(exclude_categories=())))
def test_the_result_is_printable_and_can_be_encoded(raw: str) -> None:
    shown = printable(raw)
    assert shown.isprintable()
    assert "\n" not in shown
    shown.encode()


@given(st.text())
def test_escaping_twice_changes_nothing_more(raw: str) -> None:
    assert printable(printable(raw)) == printable(raw)
