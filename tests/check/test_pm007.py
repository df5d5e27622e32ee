"""PM007: a key stands twice in one mapping."""

from collections.abc import Callable
from typing import Any

import pytest


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("services:\n  web:\n    image: a\n    image: b\n", 4),
        ('services:\n  web:\n    ports: ["1:1"]\n    image: a\n    ports: ["2:2"]\n', 5),
        ("services:\n  web:\n    image: a\n  db:\n    image: b\n  web:\n    image: c\n", 6),
        ("services: {web: {image: a}}\nservices: {db: {image: a}}\n", 2),
        ('services:\n  web:\n    image: a\n    "image": b\n', 4),
    ],
)
def test_finds(check: Callable[..., list[Any]], text: str, line: int) -> None:
    found = check(text, "PM007")
    assert [(f.severity, f.line) for f in found] == [("error", line)]
    assert "compose.yaml:" in found[0].message


@pytest.mark.parametrize(
    "text",
    [
        "services:\n  web:\n    image: a\n  db:\n    image: a\n",
        "x-a: &a {image: a}\nservices:\n  web:\n    <<: *a\n    image: b\n",
        "services: {web: {image: a}}\n---\nservices: {web: {image: b}}\n",
    ],
)
def test_finds_not(check: Callable[..., list[Any]], text: str) -> None:
    assert check(text, "PM007") == []
