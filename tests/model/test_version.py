"""Versions of engines as they call themselves."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manager.model.version import engine_version


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("28.5.2+dfsg4", (28, 5, 2)),
        ("20.10.24", (20, 10, 24)),
        ("29.0", (29, 0, 0)),
        ("v27.1.0-rc.1", (27, 1, 0)),
        ("28.0.0-dev", (28, 0, 0)),
        ("in memory", None),
        ("", None),
        ("4", None),
    ],
)
def test_versions_are_read(text: str, version: tuple[int, int, int] | None) -> None:
    assert engine_version(text) == version


@given(st.text(max_size=40))
def test_any_text_is_read_or_is_none(text: str) -> None:
    found = engine_version(text)
    assert found is None or all(part >= 0 for part in found)
