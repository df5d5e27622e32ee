"""PM001: compose rejects the entry."""

from collections.abc import Callable
from typing import Any

import pytest


@pytest.mark.parametrize(
    ("item", "marked"),
    [
        ('"127.0.0.1:80"', "127.0.0.1"),
        ('"localhost:8080:80"', "localhost"),
        ('"127.1:8080:80"', "127.1"),
        ('"8000-8002:80-81"', None),
        ('"70000:80"', "70000"),
        ('"8080:70000"', "70000"),
        ('"8080:"', None),
        ('""', None),
        ('"::"', None),
        ('"web:80"', "web"),
        ('"8080:8O"', "8O"),
        ('"80-"', None),
        ('"8080:0"', "0"),
        ("080", None),
        ("true", None),
        ("null", None),
        ("[80]", None),
        ("{published: 8080}", None),
        ("{target: 80, publish: 8080}", None),
        ('{target: 80, host_ip: ""}', None),
        ('{target: 80, host_ip: "*"}', None),
    ],
)
def test_finds(check: Callable[..., list[Any]], item: str, marked: str | None) -> None:
    found = check([item], "PM001")
    assert [(f.severity, f.line, f.service) for f in found] == [("error", 5, "web")]
    assert found[0].message
    if marked is not None:
        assert found[0].marked == marked


@pytest.mark.parametrize(
    "item",
    [
        '"127.0.0.1:8080:80"',
        '"80-81-82"',
        '"::1"',
        '"[]:8080:80"',
        '"224.0.0.1:80:80"',
        '"80/"',
        "+80",
        "0x50",
        '"${PORT}:80"',
        '"${PORT}"',
        '"8080:80/http"',
        "{target: 70000, published: 8080}",
        '{target: 80, published: "abc"}',
    ],
)
def test_finds_not(check: Callable[..., list[Any]], item: str) -> None:
    assert check([item], "PM001") == []


def test_ports_that_are_no_list(check: Callable[..., list[Any]]) -> None:
    found = check("services:\n  web:\n    image: app\n    ports: {}\n", "PM001")
    assert [(f.severity, f.line, f.service) for f in found] == [("error", 4, "web")]


def test_localhost_can_be_mended(check: Callable[..., list[Any]]) -> None:
    (found,) = check(['"localhost:8080:80"'], "PM001")
    assert found.fixable
    assert "127.0.0.1" in found.hint
