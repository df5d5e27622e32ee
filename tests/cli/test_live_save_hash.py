"""`--save` where the files or the hash are not at once what the container's labels say."""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from pytest_engines import LiveEngine

from manager.cli.main import main

COMPOSE = Path(sys.executable).parent / "docker-compose"
SERVICE = """\
services:
  web:
    image: pmap/web
    ports: ["18095:80"]
"""


class Shop:
    """A project of one folder, its container `name`, and compose in it."""

    def __init__(self, folder: Path, project: str) -> None:
        self.folder = folder
        self.name = f"{project}-web-1"

    def write(self, path: str, text: str) -> None:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def read(self, path: str) -> str:
        return (self.folder / path).read_text()

    def up(self, *options: str) -> str:
        """What `docker compose up -d` says."""
        done = subprocess.run(
            [str(COMPOSE), *options, "up", "-d"],
            cwd=self.folder,
            check=True,
            capture_output=True,
            text=True,
        )
        assert f"Container {self.name}" in done.stderr, done.stderr
        return done.stderr


@pytest.fixture
def shop(
    live_engine: LiveEngine, prefix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Shop:
    """An empty folder whose project is the test's own."""
    monkeypatch.setenv("DOCKER_HOST", live_engine.host)
    monkeypatch.setenv("PATH", f"{COMPOSE.parent}:/usr/sbin:/usr/bin:/sbin:/bin")
    monkeypatch.setenv("COMPOSE_PROJECT_NAME", f"{prefix}shop")
    return Shop(tmp_path, f"{prefix}shop")


def move(
    capsys: pytest.CaptureFixture[str], shop: Shop, source: str, target: str, save: str = "--save"
) -> list[str]:
    """Move a port; the warnings."""
    code = main(["move", shop.name, source, target, save, "-y", "--json"])
    said = json.loads(capsys.readouterr().out)
    assert code == 0, said
    return [str(warning) for warning in said["warnings"]]


def test_variables_of_a_file(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    shop.write("web.env", "A=a$$b\nB='two words'\n")
    shop.write("compose.yaml", SERVICE + "    env_file: web.env\n    environment: {HOME: }\n")
    shop.up()
    warnings = move(capsys, shop, "18095", "127.0.0.1:18096")
    assert not [text for text in warnings if "once more" in text]
    assert "Recreate" not in shop.up()


def test_a_file_of_variables_that_was_given(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    shop.write("e.env", "TAG=latest\n")
    shop.write("compose.yaml", SERVICE.replace("pmap/web", "pmap/web:${TAG}"))
    shop.up("--env-file", "e.env")
    move(capsys, shop, "18095", "127.0.0.1:18096")
    assert "Recreate" not in shop.up("--env-file", "e.env")


def test_a_service_of_an_included_file(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    (shop.folder / "sub" / "data").mkdir(parents=True)
    shop.write("sub/i.yaml", SERVICE + '      # more\n    volumes: ["./data:/data"]\n')
    shop.write("compose.yaml", "include: [sub/i.yaml]\n")
    shop.up()
    move(capsys, shop, "18095", "127.0.0.1:18096")
    assert "127.0.0.1:18096:80" in shop.read("sub/i.yaml")
    assert "Recreate" not in shop.up()


def test_what_the_shell_said_then_is_not_known_now(
    shop: Shop, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.write("compose.yaml", SERVICE + "    environment: {WHO: '${WHO}'}\n")
    with monkeypatch.context() as shell:
        shell.setenv("WHO", "me")
        shop.up()
    warnings = move(capsys, shop, "18095", "127.0.0.1:18096")
    assert [text for text in warnings if "recreates it once more" in text]
    assert "Recreate" in shop.up()


def test_what_is_edited_and_not_up_yet_stays_to_be_done(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    shop.write("compose.yaml", SERVICE)
    shop.up()
    shop.write("compose.yaml", SERVICE + "    environment: {NEW: yes}\n")
    warnings = move(capsys, shop, "18095", "127.0.0.1:18096")
    assert [text for text in warnings if "recreates it once more" in text]
    assert "Recreate" in shop.up()


def test_an_override_again_and_then_plainly(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    shop.write("compose.yaml", SERVICE)
    shop.up()
    ports = ["18095", "127.0.0.1:18096", "127.0.0.1:18097", "127.0.0.1:18098"]
    for source, target in pairwise(ports[:3]):
        move(capsys, shop, source, target, "--save=override")
        assert f"{target}:80" in shop.read("compose.override.yaml")
    assert "Recreate" not in shop.up()
    move(capsys, shop, *ports[2:])
    assert f"{ports[-1]}:80" in shop.read("compose.override.yaml")
    assert "Recreate" not in shop.up()
    assert shop.read("compose.yaml") == SERVICE


def test_a_service_that_depends_on_one_in_a_profile(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    other = "  db:\n    image: pmap/db\n    profiles: [data]\n"
    shop.write("compose.yaml", f"{SERVICE}    depends_on: [db]\n{other}")
    shop.up("--profile", "data")
    warnings = move(capsys, shop, "18095", "127.0.0.1:18096")
    assert not [text for text in warnings if "docker compose" in text]
    assert "Recreate" not in shop.up("--profile", "data")


def test_a_file_that_cannot_be_written_is_refused_before_anything(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    shop.write("compose.yaml", SERVICE)
    shop.up()
    file = shop.folder / "compose.yaml"
    file.chmod(0o444)
    assert main(["move", shop.name, "18095", "18096", "--expose", "--save", "-y"]) == 1
    said = capsys.readouterr().err
    assert "read-only" in said
    assert f"chmod u+w {file}" in said
    file.chmod(0o644)
    (shop.folder / "other.yaml").hardlink_to(file)
    assert main(["move", shop.name, "18095", "18096", "--expose", "--save", "-y"]) == 1
    assert "2 hard links" in capsys.readouterr().err
    assert shop.read("compose.yaml") == SERVICE
