"""The hooks under the real pre-commit, in a repository made to trip them."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[2]
_DATABASE = """services:
  db:
    image: postgres:16
    ports:
      - {port}
"""
_HOSTILE = [
    "--fix/compose.yaml",
    "-rf/docker-compose.yml",
    "a b/compose.prod.yaml",
    "compose.new\nline.yml",
    "$(id)/docker-compose-dev.yaml",
    "größe/compose_test.yml",
    "manager/compose.yaml",
    "tui/compose.yaml",
]
_NOT_OURS = ["compose2.yaml", "my-compose.yml", "docker-compose.txt", "compose.md"]


pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("hooks")]


@dataclass(frozen=True)
class Hooks:
    """A clone that offers the hooks, and where pre-commit keeps what it installed of it."""

    clone: Path
    environment: dict[str, str]

    @property
    def config(self) -> str:
        """What a repository writes to use them."""
        rev = _run(["git", "rev-parse", "HEAD"], self.clone, self.environment).stdout.strip()
        hooks = "[{id: pmap-check}, {id: pmap-fix, stages: [manual]}]"
        return f"repos:\n  - repo: {self.clone}\n    rev: {rev}\n    hooks: {hooks}\n"


def _run(
    command: list[str], folder: Path, environment: dict[str, str], *, check: bool = True
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=900,
        check=check,
    )


class Checkout:
    """A git repository with the hooks."""

    def __init__(self, folder: Path, hooks: Hooks) -> None:
        self.folder = folder
        self.hooks = hooks
        self.git("init", "-q")
        self.git("config", "user.name", "a tester")
        self.git("config", "user.email", "tester@example.invalid")
        self.put(".pre-commit-config.yaml", hooks.config)

    def git(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run git."""
        return _run(["git", *arguments], self.folder, self.hooks.environment, check=check)

    def put(self, name: str, text: str) -> Path:
        """Write and stage a file."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        self.git("add", "--", name)
        return path

    def pre_commit(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run pre-commit."""
        command = [sys.executable, "-m", "pre_commit", *arguments]
        return _run(command, self.folder, self.hooks.environment, check=False)


@pytest.fixture(scope="module")
def hooks(tmp_path_factory: pytest.TempPathFactory) -> Hooks:
    """A clone of what is committed here; installed once for all tests of the file."""
    folder = tmp_path_factory.mktemp("hooks")
    environment = os.environ | {
        "PRE_COMMIT_HOME": str(folder / "home"),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
    }
    clone = folder / "clone"
    _run(["git", "clone", "-q", "--no-local", str(_ROOT), str(clone)], folder, environment)
    return Hooks(clone, environment)


@pytest.fixture
def checkout(tmp_path: Path, hooks: Hooks) -> Checkout:
    """A repository with packages that are named as ours are."""
    folder = tmp_path / "repository"
    folder.mkdir()
    repository = Checkout(folder, hooks)
    for package in ("manager", "tui"):
        repository.put(f"{package}/__init__.py", "raise SystemExit('the wrong package')\n")
    return repository


def test_hostile_names_are_files_and_what_is_clean_is_silent(checkout: Checkout) -> None:
    for index, name in enumerate(_HOSTILE):
        checkout.put(name, _DATABASE.format(port=f'"127.0.0.1:{6000 + index}:5432"'))
    for name in _NOT_OURS:
        checkout.put(name, _DATABASE.format(port='"5432:5432"'))
    done = checkout.pre_commit("run", "pmap-check", "--all-files", "-v")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Passed" in done.stdout
    assert "duration:" in done.stdout.splitlines()[-1]
    # The very same files are seen: each of them, opened, is told of.
    for name in _HOSTILE:
        checkout.put(name, _DATABASE.format(port='"5432:5432"'))
    done = checkout.pre_commit("run", "pmap-check", "--all-files")
    assert done.returncode == 1
    assert done.stdout.count("error[PM102]") == len(_HOSTILE)
    assert not any(set(line) & set("\r\x1b") for line in done.stdout.splitlines())


def test_a_commit_that_exposes_a_database_is_refused(checkout: Checkout) -> None:
    assert checkout.pre_commit("install").returncode == 0
    path = checkout.put("compose.yaml", _DATABASE.format(port='"5432:5432"'))
    refused = checkout.git("commit", "-m", "Add the database", check=False)
    assert refused.returncode == 1
    told = refused.stdout + refused.stderr
    assert "compose.yaml:5:10: error[PM102] db: PostgreSQL on port 5432 is open" in told
    assert 'hint: write "127.0.0.1:5432:5432"' in told
    path.write_text(path.read_text().replace("5432:5432", "127.0.0.1:5432:5432"))
    checkout.git("add", "-A")
    assert checkout.git("commit", "-m", "Add the database", check=False).returncode == 0


def test_siblings_are_read_though_one_file_alone_is_staged(checkout: Checkout) -> None:
    checkout.put("compose.yaml", _DATABASE.format(port='"127.0.0.1:${PORT}:5432"'))
    (checkout.folder / ".env").write_text("PORT=6000\n")
    override = 'services:\n  db:\n    ports:\n      - "127.0.0.1:6000:5433"\n'
    checkout.put("compose.override.yaml", override)
    done = checkout.pre_commit("run", "pmap-check", "--files", "compose.override.yaml")
    assert done.returncode == 1
    assert "compose.override.yaml:4:20: error[PM004]" in done.stdout
    assert "compose.yaml:5" in done.stdout


def test_the_fixer_changes_the_entry_and_ends_with_1(checkout: Checkout) -> None:
    text = "# top\n" + _DATABASE.format(port="127.0.0.1:6000:5432   # the database")
    path = checkout.put("compose.yaml", text)
    command = ("run", "pmap-fix", "--hook-stage", "manual", "--all-files")
    done = checkout.pre_commit(*command)
    assert done.returncode == 1
    assert "files were modified by this hook" in done.stdout
    assert path.read_text() == text.replace("127.0.0.1:6000:5432 ", '"127.0.0.1:6000:5432" ')
    checkout.git("add", "-A")
    done = checkout.pre_commit(*command)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_hooks_can_be_tried_from_the_checkout(checkout: Checkout) -> None:
    checkout.put("compose.yaml", _DATABASE.format(port='"5432:5432"'))
    done = checkout.pre_commit("try-repo", str(_ROOT), "pmap-check", "--all-files")
    assert done.returncode == 1
    assert "error[PM102] db: PostgreSQL on port 5432 is open" in done.stdout
