"""Asking a program for a hash: what it says counts, not that it ends well."""

from __future__ import annotations

import sys
from hashlib import sha256
from pathlib import Path

import pytest

from manager.host.compose_cli import ComposeProject, EditedFile, HashAnswer, hash_after

FAKE = """\
#!{python}
import json, sys
from hashlib import sha256
words = sys.argv[1:]
text = sys.stdin.read() if words[words.index("-f") + 1] == "-" else open({path!r}).read()
if "json" in words:
    print(json.dumps({{"services": {{"web": json.loads(text)}}}}))
else:
    service = json.loads(text)
    service = service["services"]["web"] if "services" in service else "left out"
    print("web", sha256(json.dumps(service).encode()).hexdigest())
"""
NOW = '{"image": "x", "ports": [{"target": 80}]}'
NEW = '{"image": "x", "ports": [{"target": 81}]}'


def hash_of(text: str) -> str:
    return sha256(text.encode()).hexdigest()


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only docker-compose there is."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder / "docker-compose"


def write(program: Path, text: str) -> None:
    program.write_text(text)
    program.chmod(0o755)


def ask(tmp_path: Path, label: str, *, included: bool = False, now: int = 80) -> HashAnswer:
    file = tmp_path / "compose.yaml"
    file.write_text(NOW)
    path = str(tmp_path / "sub.yaml") if included else str(file)
    edited = EditedFile(path, NEW.encode(), False, [{"target": now}], [{"target": 81}])
    project = ComposeProject("shop", (str(file),), str(tmp_path))
    return hash_after(project, "web", edited, label=label)


@pytest.mark.parametrize("included", [False, True])
def test_who_gives_the_label_gives_the_new_hash(
    program: Path, tmp_path: Path, included: bool
) -> None:
    write(program, FAKE.format(python=sys.executable, path=str(tmp_path / "compose.yaml")))
    found = ask(tmp_path, hash_of(NOW), included=included)
    assert found == HashAnswer(hash_of(NEW), answered=True)


def test_another_label_gives_none(program: Path, tmp_path: Path) -> None:
    write(program, FAKE.format(python=sys.executable, path=str(tmp_path / "compose.yaml")))
    assert ask(tmp_path, hash_of("else")) == HashAnswer(None, answered=True)


def test_ports_that_are_read_differently_give_none(program: Path, tmp_path: Path) -> None:
    write(program, FAKE.format(python=sys.executable, path=str(tmp_path / "compose.yaml")))
    found = ask(tmp_path, hash_of(NOW), included=True, now=79)
    assert found == HashAnswer(None, answered=True)


@pytest.mark.parametrize(
    "says",
    ["", "echo web", "echo web no-hash", "echo '[]'", "echo '{\"services\": []}'", "exit 3", "\n("],
)
def test_an_end_without_an_answer_is_none(program: Path, tmp_path: Path, says: str) -> None:
    write(program, f"#!/bin/sh\n{says}\n")
    assert ask(tmp_path, hash_of(NOW)) == HashAnswer(None, answered=False)


def test_no_compose_at_all_is_none(program: Path, tmp_path: Path) -> None:
    assert not program.exists()
    assert ask(tmp_path, hash_of(NOW)) == HashAnswer(None, answered=False)
