"""What is meant to hurt is refused or read, within bounded time and memory, without a trace."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from manager.compose.normal import normal_form
from manager.compose.project import read_project
from manager.compose.values import ProblemKind
from manager.errors import ComposeError

SCRIPT = Path(__file__).with_name("hostile_files.py")
NAMES = re.findall(r'^    "([a-z_]+)":', SCRIPT.read_text(), re.MULTILINE)
READ = {"two_full_ranges", "many_variables", "documents"}


@pytest.mark.parametrize("name", NAMES)
def test_a_hostile_file(name: str, tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, str(SCRIPT), name, str(tmp_path / "compose.yaml")],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    assert ran.stderr == ""
    assert ran.stdout.startswith(("refused: ", "read: "))
    assert len(ran.stdout) < 500


def test_there_are_enough_of_them() -> None:
    assert len(NAMES) > 25


@pytest.mark.parametrize("kind", ["folder", "fifo", "missing", "device", "loop", "null"])
def test_what_is_no_file(kind: str, tmp_path: Path) -> None:
    path = str(tmp_path / "compose.yaml")
    if kind == "folder":
        os.mkdir(path)
    elif kind == "fifo":
        os.mkfifo(path)
    elif kind == "device":
        path = "/dev/zero"
    elif kind == "loop":
        os.symlink(path, path)
    elif kind == "null":
        path += "\0"
    project = read_project([path], env={})
    assert [problem.kind for problem in project.problems] == [ProblemKind.UNREADABLE]
    with pytest.raises(ComposeError):
        normal_form(project)
