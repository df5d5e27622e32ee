"""What the tests of reading share: files in, a project out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from manager.compose.discover import discover
from manager.compose.project import read_project
from manager.compose.values import Project

Reader = Callable[..., Project]


@pytest.fixture
def read(tmp_path: Path) -> Reader:
    """read(files, env=...): the project in a folder that holds these files (or one of text)."""

    def run(
        files: str | bytes | Mapping[str, str | bytes],
        env: Mapping[str, str] | None = None,
        **options: Any,
    ) -> Project:
        folder = tmp_path / "stack"
        if not isinstance(files, Mapping):
            files = {"compose.yaml": files}
        for name, content in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        environment = dict(env or {})
        return read_project(discover([str(folder)], env=environment)[0], env=environment, **options)

    return run
