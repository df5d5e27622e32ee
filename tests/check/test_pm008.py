"""PM008: a variable in a port has no value and no default."""

from collections.abc import Callable
from typing import Any

import pytest


@pytest.mark.parametrize(
    ("item", "marked", "severity"),
    [
        ('"${PORT}"', "${PORT}", "error"),
        ('"$PORT"', "$PORT", "error"),
        ('"8080:${PORT}"', "${PORT}", "error"),
        ('"${PORT:?which}:80"', "${PORT:?which}", "error"),
        ('{target: "${PORT}"}', "${PORT}", "error"),
        ('{target: 80, host_ip: "${IP}"}', "${IP}", "error"),
        ('"${PORT}:80"', "${PORT}", "warning"),
        ('"127.0.0.1:${PORT}:80"', "${PORT}", "warning"),
        ('"8080:80/${PROTO}"', "${PROTO}", "warning"),
        ('{target: 80, published: "${PORT}"}', "${PORT}", "warning"),
    ],
)
def test_finds(check: Callable[..., list[Any]], item: str, marked: str, severity: str) -> None:
    found = check([item], "PM008")
    assert [(f.severity, f.line, f.marked.strip('"')) for f in found] == [(severity, 5, marked)]


@pytest.mark.parametrize(
    "item",
    [
        '"${PORT:-8080}:80"',
        '"${PORT-8080}:80"',
        '"${PORT:+8080}:80"',
        '"$$PORT:80"',
        '"${IP}:5432:5432"',
        '"8080:80"',
    ],
)
def test_finds_not(check: Callable[..., list[Any]], item: str) -> None:
    assert check([item], "PM008") == []


def test_a_value_in_dot_env_is_a_value(check: Callable[..., list[Any]]) -> None:
    text = 'services:\n  web:\n    image: app\n    ports: ["${PORT}:80"]\n'
    assert check({"compose.yaml": text, ".env": "PORT=8080\n"}, "PM008") == []


def test_env_file_of_a_service_is_none(check: Callable[..., list[Any]]) -> None:
    text = 'services:\n  web:\n    image: app\n    env_file: x.env\n    ports: ["${PORT}:80"]\n'
    found = check({"compose.yaml": text, "x.env": "PORT=8080\n"}, "PM008")
    assert [f.severity for f in found] == ["warning"]


@pytest.mark.parametrize(
    ("item", "hint"),
    [
        ('"${PORT}:80"', "write ${PORT:-80}, or set PORT in .env"),
        ('"8080:${T}"', "write ${T:-8080}, or set T in .env"),
        ('"8080:80/${P}"', "write ${P:-tcp}, or set P in .env"),
        ('{target: 80, host_ip: "${IP}"}', "write ${IP:-127.0.0.1}, or set IP in .env"),
        ('"${PORT:?which}:80"', "set it in .env or in the environment"),
    ],
)
def test_the_hint_fits_the_place(check: Callable[..., list[Any]], item: str, hint: str) -> None:
    assert [f.hint for f in check([item], "PM008")] == [hint]


@pytest.mark.parametrize("item", ['"${PORT}"', '"${PORT:?which}:80"', '{target: "${T:?}"}'])
def test_what_is_unknown_is_not_called_invalid_too(
    check: Callable[..., list[Any]], item: str
) -> None:
    assert [f.rule for f in check([item]) if f.severity == "error"] == ["PM008"]


def test_variables_elsewhere_open_no_port(check: Callable[..., list[Any]]) -> None:
    text = "services:\n  web:\n    image: app:${TAG:?which}\n    command: ${CMD}\n"
    assert check(text) == []
