"""PM204: `mode` has no effect here."""

from collections.abc import Callable
from typing import Any

import pytest


@pytest.mark.parametrize("mode", ["host", "ingress", '"bogus"'])
def test_finds(check: Callable[..., list[Any]], mode: str) -> None:
    found = check([f"{{target: 80, mode: {mode}}}"], "PM204")
    assert [(f.severity, f.line, f.marked.strip('"')) for f in found] == [
        ("info", 5, mode.strip('"'))
    ]


@pytest.mark.parametrize("item", ['"8080:80"', "{target: 80}", '{target: 80, mode: ""}'])
def test_finds_not(check: Callable[..., list[Any]], item: str) -> None:
    assert check([item], "PM204") == []
