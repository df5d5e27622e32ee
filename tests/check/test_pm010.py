"""PM010: a file cannot be read."""

from collections.abc import Callable
from typing import Any

import pytest


@pytest.mark.parametrize(
    ("files", "file", "line"),
    [
        ({"compose.yaml": "services:\n  web: [\n"}, "compose.yaml", 3),
        ({"compose.yaml": "services:\n\tweb: 1\n"}, "compose.yaml", 2),
        ({"compose.yaml": "\x00\x01"}, "compose.yaml", 1),
        ({"compose.yaml": "[" * 5000}, "compose.yaml", 1),
        ({"compose.yaml": "- a\n- b\n"}, "compose.yaml", 1),
        ({"compose.yaml": "include: [gone.yaml]\nservices: {}\n"}, "compose.yaml", 1),
        (
            {"compose.yaml": "services:\n  a:\n    extends: {file: gone.yaml, service: b}\n"},
            "compose.yaml",
            3,
        ),
        (
            {"compose.yaml": "services:\n  a: {extends: b}\n  b: {extends: a}\n"},
            "compose.yaml",
            None,
        ),
        ({"compose.yaml": "services:\n  a: {image: x, extends: gone}\n"}, "compose.yaml", 2),
    ],
)
def test_finds(
    check: Callable[..., list[Any]], files: dict[str, str], file: str, line: int | None
) -> None:
    found = check(files, "PM010")
    assert [(f.severity, f.file) for f in found] == [("error", file)]
    if line is not None:
        assert found[0].line == line
    assert "Traceback" not in found[0].message


def test_a_cycle_of_includes(check: Callable[..., list[Any]]) -> None:
    files = {
        "compose.yaml": "include: [other.yaml]\nservices: {}\n",
        "other.yaml": "include: [compose.yaml]\nservices: {}\n",
    }
    assert [f.severity for f in check(files, "PM010")] == ["error"]


@pytest.mark.parametrize(
    "text",
    [
        "services:\n  web:\n    ports: ['80:80']\n",
        "services:\n  web: {image: a, networks: [gone]}\n",
        "services:\n  web: {image: a, env_file: gone.env}\n",
        "x-a: &a [1]\nservices:\n  web: {image: a, x-b: *a}\n",
        '{"services": {"web": {"image": "a"}}}',
    ],
)
def test_finds_not(check: Callable[..., list[Any]], text: str) -> None:
    assert check(text, "PM010") == []


def test_the_other_files_are_checked_all_the_same(check: Callable[..., list[Any]]) -> None:
    good = 'services:\n  web:\n    image: a\n    ports: ["8080:80"]\n'
    found = check({"bad/compose.yaml": "a: [", "good/compose.yaml": good})
    assert {(f.rule, f.file) for f in found} >= {
        ("PM010", "bad/compose.yaml"),
        ("PM101", "good/compose.yaml"),
    }


def test_two_files_with_default_names_are_a_warning(check: Callable[..., list[Any]]) -> None:
    text = "services:\n  web: {image: a}\n"
    found = check({"compose.yaml": text, "docker-compose.yml": text}, "PM010")
    assert [f.severity for f in found] == ["warning"]


def test_a_form_of_variable_that_compose_does_not_know(check: Callable[..., list[Any]]) -> None:
    text = "services:\n  web:\n    image: app\n    command: echo ${1X}\n"
    (found,) = check(text)
    assert (found.rule, found.line, found.marked) == ("PM010", 4, "${1X}")
    assert found.message.startswith("${1X} is no form")
    assert [f.rule for f in check(['"${1X}:80"']) if f.severity == "error"] == ["PM001"]
