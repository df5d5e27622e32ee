"""PM009: two projects among the checked files publish the same socket."""

from collections.abc import Callable
from typing import Any

import pytest

_STACK = "services:\n  {name}:\n    image: app\n    ports: [{ports}]\n"


def _two(one: str, two: str) -> dict[str, str]:
    return {
        "blog/compose.yaml": _STACK.format(name="web", ports=one),
        "shop/compose.yaml": _STACK.format(name="api", ports=two),
    }


@pytest.mark.parametrize(
    ("one", "two", "marked"),
    [
        ('"8080:80"', '"8080:80"', "8080"),
        ('"127.0.0.1:8080:80"', '"8080:81"', "8080"),
        ('"8000-8010:1-11"', '"8003:80"', "8003"),
    ],
)
def test_finds(check: Callable[..., list[Any]], one: str, two: str, marked: str) -> None:
    found = check(_two(one, two), "PM009")
    assert [(f.severity, f.file, f.line, f.marked, f.service) for f in found] == [
        ("warning", "shop/compose.yaml", 4, marked, "api")
    ]
    assert '"web" of project blog at ' in found[0].message
    assert "blog/compose.yaml:4" in found[0].message


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ('"8080:80"', '"8081:80"'),
        ('"8080:80"', '"8080:80/udp"'),
        ('"127.0.0.1:8080:80"', '"127.0.0.2:8080:80"'),
        ('"80"', '"80"'),
        ('"3000-3001:80"', '"3000-3001:80"'),
        ('"${PORT}:80"', '"${PORT}:80"'),
    ],
)
def test_finds_not(check: Callable[..., list[Any]], one: str, two: str) -> None:
    assert check(_two(one, two), "PM009") == []


def test_variants_in_one_folder_are_alternatives(check: Callable[..., list[Any]]) -> None:
    files = {
        "docker-compose.yml": _STACK.format(name="web", ports='"8080:80"'),
        "docker-compose.prod.yml": _STACK.format(name="web", ports='"8080:80"'),
    }
    assert check(files, "PM009") == []


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("compose.yaml", ".devcontainer/compose.yaml"),
        ("app/dev/compose.yaml", "app/prod/compose.yaml"),
        ("compose.yaml", "production/compose.yaml"),
        ("compose.yaml", "envs/compose.yaml"),
    ],
)
def test_variants_in_folders_of_their_own(
    check: Callable[..., list[Any]], one: str, two: str
) -> None:
    files = {path: _STACK.format(name="web", ports='"8080:80"') for path in (one, two)}
    # A folder with no such name holds a stack of its own.
    assert len(check(files, "PM009")) == ("envs" in two)


def test_projects_of_one_given_name_are_one_project(check: Callable[..., list[Any]]) -> None:
    text = _STACK.format(name="web", ports='"8080:80"')
    files = {"a/compose.yaml": f"name: app\n{text}", "b/compose.yaml": f"name: app\n{text}"}
    assert check(files, "PM009") == []
    files["c/compose.yaml"] = text
    assert [f.file for f in check(files, "PM009")] == ["c/compose.yaml"]


def test_an_included_project_is_not_its_own_rival(check: Callable[..., list[Any]]) -> None:
    files = {
        "compose.yaml": "include: [db/compose.yaml]\nservices: {}\n",
        "db/compose.yaml": _STACK.format(name="db", ports='"5432:5432"'),
    }
    assert check(files, "PM009") == []


def test_each_later_project_names_the_first(check: Callable[..., list[Any]]) -> None:
    files = {
        f"p{i:02}/compose.yaml": _STACK.format(name="web", ports='"8080:80"') for i in range(30)
    }
    found = check(files, "PM009")
    assert len(found) == 29
    assert "of project p00 at " in found[1].message
