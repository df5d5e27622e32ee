"""What compose 2.40.3 was observed to do with single files and whole projects."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from manager.compose.discover import discover, given_files
from manager.compose.normal import normal_form
from manager.compose.project import read_project
from manager.compose.values import Project, Stage
from manager.errors import ComposeError

HERE = Path(__file__).parent
FIELDS = (
    "service",
    "host_ip",
    "published",
    "target",
    "protocol",
    "mode",
    "name",
    "app_protocol",
)
# Refused by that engine's host, not for what is in the file: no such address there, no SCTP.
OF_THE_HOST = {"PS015", "PS036", "PS040", "PS051", "PS140", "PS341", "PS391", "PS572", "PS577"}
# Refused for two entries, or for the service's network: no single entry is wrong.
OF_THE_PROJECT = {
    "PS643",
    "PS646",
    "PS650",
    "PS656",
    "PS659",
    "PS668",
    "PS717",
    "PS724",
    "PS725",
    "PS727",
}


def lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (HERE / name).read_text().splitlines()]


def rows(project: Project) -> list[list[Any]] | None:
    """The normal form as rows; None when the project is refused."""
    try:
        return [[port[field] for field in FIELDS] for port in normal_form(project)]
    except ComposeError:
        return None


@pytest.mark.parametrize("seen", lines("observed.jsonl"), ids=lambda seen: seen["id"])
def test_reads_a_file_as_compose_does(seen: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "compose.yaml"
    path.write_bytes(seen["yaml"].encode())
    project = read_project([str(path)], env=seen.get("env", {}))
    found = rows(project)
    assert (found is not None) == seen["accept"]
    if found is not None:
        assert len(found) == seen["count"]
        assert found == seen.get("ports", found)
        if seen["id"] not in OF_THE_HOST | OF_THE_PROJECT:
            assert stage_of(project) == expected_stage(seen)


def stage_of(project: Project) -> Stage | None:
    """When the first thing goes wrong with an entry."""
    errors = [e.error for s in project.services for e in s.entries if e.error is not None]
    return errors[0].stage if errors else None


def expected_stage(seen: dict[str, Any]) -> Stage | None:
    """When it went wrong there."""
    return Stage(seen["stage"]) if seen["stage"] in set(Stage) else None


def runs() -> list[Any]:
    return [
        pytest.param(scenario["files"], run, id=f"{scenario['name']}-{index}")
        for scenario in lines("scenarios.jsonl")
        for index, run in enumerate(scenario["runs"])
    ]


@pytest.mark.parametrize(("files", "run"), runs())
def test_reads_a_project_as_compose_does(
    files: dict[str, str], run: dict[str, Any], tmp_path: Path
) -> None:
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    options: dict[str, list[str]] = {"-f": [], "--profile": []}
    for flag, value in zip(run["arguments"][::2], run["arguments"][1::2], strict=True):
        options[flag].append(value)
    env = run.get("env", {})
    given = [str(tmp_path / name) for name in options["-f"]]
    project_files = given_files(given, env) if given else discover([str(tmp_path)], env=env)[0]
    project = read_project(project_files, env=env, profiles=options["--profile"])
    found = rows(project)
    assert (found is not None) == run["accept"]
    if found is not None:
        enabled = [s.name for s in project.services if s.enabled(project.profiles)]
        assert sorted(enabled) == run["services"]
        assert len(found) == run["count"]
        assert found == run.get("ports", found)
