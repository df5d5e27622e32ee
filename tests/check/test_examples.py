"""compose-examples: every folder is explained, is accepted by compose, and gets its findings."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from manager.cli.main import main

EXAMPLES = Path(__file__).resolve().parents[2] / "compose-examples"
FOLDERS = sorted(path.name for path in EXAMPLES.iterdir() if (path / "compose.yaml").exists())
EXPECTED = {"conflict": ["PM004"], "exposed": ["PM101", "PM102"]}


def test_the_topics_are_all_there() -> None:
    wanted = {"loopback-web", "exposed", "conflict", "range", "udp", "ipv6", "database", "override"}
    assert wanted <= set(FOLDERS)


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_example_has_its_line_and_its_findings(
    folder: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert f"[{folder}]({folder}/compose.yaml)" in (EXAMPLES / "README.md").read_text()
    code = main(["check", str(EXAMPLES / folder), "--format", "json"])
    found = json.loads(capsys.readouterr().out)
    assert [finding["rule"] for finding in found["findings"]] == EXPECTED.get(folder, [])
    assert code == (1 if folder in EXPECTED else 0)


@pytest.mark.parametrize("folder", FOLDERS)
def test_compose_takes_every_example(folder: str, compose_binary: str) -> None:
    done = subprocess.run(
        [compose_binary, "config", "-q"], cwd=EXAMPLES / folder, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_the_conflict_names_both_lines_and_both_services(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["check", str(EXAMPLES / "conflict")]) == 1
    said = capsys.readouterr().out
    assert "compose.yaml:10:" in said
    assert "compose.yaml:6" in said
    assert "docs" in said
    assert '"web"' in said
