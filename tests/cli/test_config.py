"""The settings file: shown, read, and refused where it is wrong."""

import json
from pathlib import Path

import pytest

from manager.cli.main import main


def write(home: Path, text: str) -> Path:
    path = home / "config" / "pmap" / "config.toml"
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_defaults_are_shown_with_what_they_mean(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config"]) == 0
    out = capsys.readouterr().out
    assert 'host_ip = "127.0.0.1"' in out
    assert "[screen]" in out
    assert "# None" not in out


def test_what_is_set_is_shown(own_world: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(own_world, 'host_ip = "::1"\n[[reserved]]\nports = "5000-5010"\nreason = "mine"\n')
    assert main(["config", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["path"] == str(path)
    assert found["settings"]["host_ip"] == "::1"
    assert found["settings"]["reserved"][0]["reason"] == "mine"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("host_ip = 'localhost'", "host_ip"),
        ("bogus = 1", "bogus"),
        ("host_ip = ", "not TOML"),
        ("[[reserved]]\nports = 70000", "reserved"),
        ("[screen]\nascii = 'maybe'", "screen.ascii"),
    ],
)
def test_a_wrong_file_is_refused_at_its_key(
    own_world: Path, capsys: pytest.CaptureFixture[str], text: str, complaint: str
) -> None:
    path = write(own_world, text)
    assert main(["config"]) == 2
    said = capsys.readouterr().err
    assert complaint in said
    assert str(path) in said
    assert "Traceback" not in said
