"""PM202: an override adds a host port where it looks as if it should replace one."""

from collections.abc import Callable
from typing import Any

import pytest


def _two(base: str, override: str) -> dict[str, str]:
    return {
        "compose.yaml": f"services:\n  web:\n    image: app\n    ports: {base}\n",
        "compose.override.yaml": f"services:\n  web:\n    ports: {override}\n",
    }


@pytest.mark.parametrize(
    ("base", "override", "marked"),
    [
        ('["8080:80"]', '["9090:80"]', "9090"),
        ('["127.0.0.1:8080:80"]', '["127.0.0.1:8081:80"]', "8081"),
        ('["8080:80"]', "[{target: 80, published: 9090}]", "9090"),
        ('["8080:80"]', '["80"]', "80"),
        ('["53:53/udp"]', '["5353:53/UDP"]', "5353"),
    ],
)
def test_finds(check: Callable[..., list[Any]], base: str, override: str, marked: str) -> None:
    found = check(_two(base, override), "PM202")
    assert [(f.severity, f.file, f.line, f.marked, f.service) for f in found] == [
        ("warning", "compose.override.yaml", 3, marked, "web")
    ]
    assert "compose.yaml:4" in found[0].message
    assert "ports: !override" in found[0].hint


@pytest.mark.parametrize(
    ("base", "override"),
    [
        ('["8080:80"]', '["9443:443"]'),
        ('["8080:80"]', '["8080:80"]'),
        ('["8080:80"]', '["9090:80/udp"]'),
        ('["8080:80"]', '!override ["9090:80"]'),
        ('["8080:80"]', '!reset ["9090:80"]'),
        ('["8080:80"]', '["127.0.0.1:8080:80"]'),
        ('["8080:80", "9090:80"]', "[]"),
    ],
)
def test_finds_not(check: Callable[..., list[Any]], base: str, override: str) -> None:
    assert check(_two(base, override), "PM202") == []


def test_two_entries_of_one_file_are_meant(check: Callable[..., list[Any]]) -> None:
    assert check(['"8080:80"', '"9090:80"'], "PM202") == []


def test_a_second_document_overrides_too(check: Callable[..., list[Any]]) -> None:
    text = 'services: {web: {image: a, ports: ["8080:80"]}}\n'
    found = check(f"{text}---\n{text.replace('8080', '9090')}", "PM202")
    assert [(f.line, f.marked) for f in found] == [(3, "9090")]
