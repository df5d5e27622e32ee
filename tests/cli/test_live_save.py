"""A compose service published with --save: the next `docker compose up -d` has nothing to do."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from pytest_engines import LiveEngine

from manager.cli.main import main

FILE = """\
# the shop
services:
  web:
    image: pmap/web  # made here
    ports:
      - "18085:80"  # the page
"""
COMPOSE = Path(sys.executable).parent / "docker-compose"


@pytest.fixture
def project(
    live_engine: LiveEngine, prefix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """A project of one service, up; its folder."""
    monkeypatch.setenv("DOCKER_HOST", live_engine.host)
    monkeypatch.setenv("PATH", f"{COMPOSE.parent}:/usr/sbin:/usr/bin:/sbin:/bin")
    monkeypatch.setenv("COMPOSE_PROJECT_NAME", f"{prefix}shop")
    (tmp_path / "compose.yaml").write_text(FILE)
    up(tmp_path)
    return tmp_path


def up(folder: Path) -> str:
    """What `docker compose up -d` says."""
    done = subprocess.run(
        [str(COMPOSE), "up", "-d"], cwd=folder, check=True, capture_output=True, text=True
    )
    return done.stderr


def change(capsys: pytest.CaptureFixture[str], *argv: str) -> dict[str, object]:
    code = main([*argv, "-y", "--json"])
    found = json.loads(capsys.readouterr().out)
    assert code == 0, found
    assert isinstance(found, dict)
    return found


def test_the_file_says_so_too_and_undo_takes_it_back(
    project: Path, prefix: str, capsys: pytest.CaptureFixture[str]
) -> None:
    name = f"{prefix}shop-web-1"
    change(capsys, "move", name, "18085", "127.0.0.1:18086", "--save")
    expected = FILE.replace('"18085:80"', '"127.0.0.1:18086:80"')
    assert (project / "compose.yaml").read_text() == expected
    said = up(project)
    assert f"Container {name}  Running" in said
    assert "Recreate" not in said
    change(capsys, "undo")
    assert (project / "compose.yaml").read_text() == FILE
    assert "Recreate" not in up(project)


def test_an_override_leaves_the_file_alone(
    project: Path, prefix: str, capsys: pytest.CaptureFixture[str]
) -> None:
    name = f"{prefix}shop-web-1"
    change(capsys, "loopback", name, "--save=override")
    assert (project / "compose.yaml").read_text() == FILE
    assert "!override" in (project / "compose.override.yaml").read_text()
    assert "Recreate" not in up(project)


def test_a_refused_change_leaves_the_file_alone(
    project: Path, prefix: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "compose.yaml").write_text(FILE.replace("18085", "${PORT:-18085}"))
    assert main(["move", f"{prefix}shop-web-1", "18085", "18086", "--save", "-y"]) == 1
    assert "is a variable" in capsys.readouterr().err
    assert "18086" not in (project / "compose.yaml").read_text()
