"""Entries that compose finds equal, and the two looks it takes at entries for one port."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from manager.compose.normal import normal_form
from manager.compose.values import ProblemKind, Project
from manager.errors import ComposeError

Reader = Callable[..., Project]
TEXT, NUMBER = "{target: 80, published: '8080'}", "{target: 80, published: 8080}"
WHOLE = "{target: 80, published: 8080, mode: ingress, protocol: tcp}"


def stack(items: list[str], over: str = "") -> dict[str, str]:
    files = {"compose.yaml": f"services: {{web: {{image: a, ports: [{', '.join(items)}]}}}}\n"}
    if over:
        files["compose.override.yaml"] = f"services: {{web: {{ports: [{over}]}}}}\n"
    return files


def fillers(count: int) -> list[str]:
    return [str(1000 + number) for number in range(count)]


@pytest.mark.parametrize(
    ("items", "over"),
    [
        ([TEXT, NUMBER], ""),
        ([TEXT, "81", NUMBER], ""),
        ([TEXT, NUMBER, *fillers(18)], ""),
        (["'080'", "80"], ""),
        (["{target: 80, published: '0x50'}", "{target: 80, published: 80}"], ""),
        (["{target: 80, published: '160/2'}", "{target: 80, published: 80}"], ""),
        (["{target: 80, published: '8e1'}", "{target: 80, published: 80}"], ""),
        (["{target: 80, published: '1', x-a: '5'}", "{target: 80, published: 1, x-a: 5}"], ""),
        (["{target: 80}", "{target: 80.0}"], ""),
        (["{target: 80}", "{target: 80.0}", *fillers(40)], ""),
        (["'8080:80'"], WHOLE),
        (["'8080-8090:80-90'"], WHOLE),
        (["80"], "{target: 80.0, mode: ingress, protocol: tcp}"),
    ],
)
def test_refused(read: Reader, items: list[str], over: str) -> None:
    project = read(stack(items, over))
    assert ProblemKind.INVALID_PORT in [problem.kind for problem in project.problems]
    with pytest.raises(ComposeError, match="equal"):
        normal_form(project)


@pytest.mark.parametrize(
    ("items", "over", "count"),
    [
        ([NUMBER, TEXT], "", 2),
        ([TEXT, NUMBER, *fillers(19)], "", 21),
        (["80", "'080'"], "", 1),
        (["'80/tcp'", "80"], "", 1),
        (["{target: 80, published: ' 80'}", "{target: 80, published: 80}"], "", 2),
        (["'8080:80'"], NUMBER, 2),
        (["'8080-8099:80-99'"], WHOLE, 21),
        ([TEXT], WHOLE, 2),
        ([TEXT, "81", "{target: 80, published: '8080', mode: host}", NUMBER], "", 3),
        (["{target: 80, published: '8/0'}", NUMBER], "", 2),
        (["{target: 80, published: '" + "9" * 60 + "'}", NUMBER], "", 2),
    ],
)
def test_accepted(read: Reader, items: list[str], over: str, count: int) -> None:
    assert len(normal_form(read(stack(items, over)))) == count


def named(name: str) -> str:
    return f"{{target: 80, published: '8080', name: {name}}}"


@pytest.mark.parametrize(
    ("items", "over", "winner"),
    [
        ([named("a"), named("b")], "", "b"),
        (["'8080:80'", named("a")], "", "a"),
        ([named("a"), "'8080:80'"], "", ""),
        # Seen alike at the first look, the third moves to the first; the second then wins.
        ([named("a"), "'8080:80'", named("b")], "", ""),
        (["'8080:80'", named("a"), "'8080:80'"], "", "a"),
        (["'8080:80'"], f"'8080:80', {named('a')}", ""),
        (["'8079-8081:79-81'"], f"'8080:80', {named('a')}", ""),
        (["'8079-8081:79-81'"], named("a"), "a"),
    ],
)
def test_of_three_the_last_does_not_always_win(
    read: Reader, items: list[str], over: str, winner: str
) -> None:
    ports = normal_form(read(stack(items, over)))
    assert [port["name"] for port in ports if port["published"] == "8080"] == [winner]
