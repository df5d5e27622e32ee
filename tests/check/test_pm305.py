"""PM305: a variable in a port has no default."""

from collections.abc import Callable
from typing import Any

import pytest

_STACK = "services:\n  web:\n    image: app\n    ports: ['{}']\n"


@pytest.mark.parametrize(
    ("item", "marked", "hint"),
    [
        ("${PORT}:80", "${PORT}", "write ${PORT:-8080}"),
        ("$PORT:80", "$PORT", "write ${PORT:-8080}"),
        ("127.0.0.1:8080:${TARGET}", "${TARGET}", "write ${TARGET:-80}"),
    ],
)
def test_finds(check: Callable[..., list[Any]], item: str, marked: str, hint: str) -> None:
    files = {"compose.yaml": _STACK.format(item), ".env": "PORT=8080\nTARGET=80\n"}
    found = check(files, "PM305")
    assert [(f.severity, f.line, f.marked, f.hint) for f in found] == [("info", 4, marked, hint)]


@pytest.mark.parametrize(
    "item", ["${PORT:-8080}:80", "${PORT:?}:80", "${UNSET}:80", "8080:80", "$$PORT:80"]
)
def test_finds_not(check: Callable[..., list[Any]], item: str) -> None:
    files = {"compose.yaml": _STACK.format(item), ".env": "PORT=8080\n"}
    assert check(files, "PM305") == []
