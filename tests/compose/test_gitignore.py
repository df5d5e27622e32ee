"""Patterns of `.gitignore`, against what git itself says of them."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import pytest

from manager.compose.gitignore import ignore_files, is_ignored, read_ignore_file

PATHS = ("a", "a.yaml", "b/a", "b/a.yaml", "b/c/a.yaml", "b/c/d/x", "build/x", "x y", "#h", "[1]")


@pytest.mark.parametrize(
    "patterns",
    [
        "a",
        "/a",
        "a/",
        "*a*a*",
        "a*l",
        "b*/c*/*",
        "**/c/**/x",
        "*.y*l",
        "?*a?*",
        "*.yaml",
        "b/*.yaml",
        "**/a.yaml",
        "b/**",
        "b/**/x",
        "*\n!a.yaml\n!b/",
        "build/",
        "# c\n\n  \n\\#h",
        "x\\ y",
        "[ab]",
        "[!a]",
        "b/?",
        "\\[1\\]",
        "c/",
        "/b/c/",
        "d",
    ],
)
def test_agrees_with_git(patterns: str, tmp_path: Path) -> None:
    for name in PATHS:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            path.write_text("")
    (tmp_path / ".gitignore").write_text(patterns)
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    chain = read_ignore_file(str(tmp_path))
    for name in PATHS:
        asked = subprocess.run(
            ["git", "check-ignore", "-q", "--no-index", name], cwd=tmp_path, check=False
        )
        parts = Path(name).parts
        above = [tmp_path.joinpath(*parts[:n]) for n in range(1, len(parts))]
        ours = any(is_ignored(chain, str(folder), is_folder=True) for folder in above)
        ours = ours or is_ignored(chain, str(tmp_path / name), is_folder=False)
        assert ours == (asked.returncode == 0), name


def test_the_files_above_count_up_to_the_repository(tmp_path: Path) -> None:
    inner = tmp_path / "repo" / "a" / "b"
    inner.mkdir(parents=True)
    (tmp_path / ".gitignore").write_text("outside\n")
    assert ignore_files(str(inner)) == ()
    (tmp_path / "repo" / ".git").mkdir()
    (tmp_path / "repo" / ".gitignore").write_text("x\n")
    (tmp_path / "repo" / "a" / ".gitignore").write_text("!x\n")
    chain = ignore_files(str(inner))
    assert len(chain) == 2
    assert not is_ignored(chain, str(inner / "x"), is_folder=False)


def test_a_pattern_that_is_none_says_nothing(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_bytes(b"[z-a]\n\xff\n/\n!\n")
    chain = read_ignore_file(str(tmp_path))
    assert not is_ignored(chain, str(tmp_path / "a"), is_folder=False)


@pytest.mark.parametrize(
    "pattern", ["*a" * 12 + "b", "**/" * 3 + "*a*a*a*b", "*?" * 20 + "b", "**/a" * 9]
)
def test_a_hostile_pattern_takes_no_time(tmp_path: Path, pattern: str) -> None:
    (tmp_path / ".gitignore").write_text(f"{pattern}\n")
    chain = read_ignore_file(str(tmp_path))
    path = tmp_path.joinpath(*["a" * 60] * 8)
    began = time.process_time()
    assert is_ignored(chain, str(path), is_folder=True) is False
    assert time.process_time() - began < 1
