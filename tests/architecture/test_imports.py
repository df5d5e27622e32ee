"""What each fast command loads, seen in a process of its own.

import-linter reads the import statements; what is deferred into a function, and what others pull
in behind it, is only seen by looking at what is loaded when the command has run.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from manager.cli.main import COMMANDS

HEAVY = frozenset(
    {
        "docker",
        "pydantic",
        "pydantic_core",
        "psutil",
        "requests",
        "rich",
        "textual",
        "urllib3",
        "yaml",
    }
)
"""The packages that cost more to import than most commands cost to run."""

CHANGES = ["publish web 8080:80", "unpublish web 8080", "move web 8080 0", "loopback web"]

COMPOSE = """\
services:
  web:
    image: nginx
    ports:
      - "127.0.0.1:8080:80"
"""

RECORDER = """\
import json, sys
from manager.cli.main import main
try:
    code = main(sys.argv[2:])
except SystemExit as ended:
    code = ended.code
sys.stdout.flush()
with open(sys.argv[1], "w") as report:
    json.dump({"code": code, "loaded": sorted(sys.modules)}, report)
"""


class Run:
    """A pmap that ran in a process of its own: its exit code, and the modules it had loaded."""

    def __init__(self, folder: Path, arguments: list[str], recorder: str = RECORDER) -> None:
        report = folder / "report.json"
        environment = {
            "PATH": "/usr/bin:/bin",
            "HOME": str(folder),
            "DOCKER_HOST": f"unix://{folder}/no-engine.sock",
        }
        done = subprocess.run(
            [sys.executable, "-c", recorder, str(report), *arguments],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        told = json.loads(report.read_text())
        self.code: int = told["code"]
        self.loaded = frozenset(told["loaded"])
        self.output = done.stdout + done.stderr

    @property
    def heavy(self) -> set[str]:
        """The heavy packages among what it loaded."""
        return {name.partition(".")[0] for name in self.loaded} & HEAVY

    def of(self, *packages: str) -> list[str]:
        """The modules that it loaded of these packages."""
        return sorted(
            name
            for name in self.loaded
            for package in packages
            if name == package or name.startswith(f"{package}.")
        )


@pytest.mark.parametrize("module", sorted(HEAVY))
def test_the_recorder_sees_what_is_loaded(module: str, tmp_path: Path) -> None:
    """A check on the check: every one of them is here to be loaded, and would be seen."""
    ran = Run(tmp_path, ["--version"], f"import {module}\n{RECORDER}")
    assert module in ran.heavy


WORDS = ["--version", "--help", "nonsense", "completion bash", *(f"{c} --help" for c in COMMANDS)]


@pytest.mark.parametrize("command", WORDS)
def test_help_and_words_load_nothing_heavy(command: str, tmp_path: Path) -> None:
    ran = Run(tmp_path, command.split())
    assert ran.code == (2 if command == "nonsense" else 0), ran.output
    assert ran.heavy == set()
    assert ran.of("manager.engine", "manager.host", "manager.compose", "tui") == []


@pytest.mark.parametrize("command", ["--version", "--help"])
def test_the_first_words_load_no_command(command: str, tmp_path: Path) -> None:
    ran = Run(tmp_path, [command])
    assert ran.of("manager") == [
        "manager",
        "manager.cli",
        "manager.cli.main",
        "manager.cli.options",
        "manager.cli.parser",
        "manager.errors",
    ]
    assert ran.of("asyncio", "dataclasses", "importlib.metadata", "socket", "subprocess") == []


@pytest.mark.parametrize(
    "command",
    ["check compose.yaml", "check --format json compose.yaml", "check", "ls -f compose.yaml"],
)
def test_reading_files_needs_yaml_alone(command: str, tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text(COMPOSE)
    ran = Run(tmp_path, command.split())
    assert ran.code == 0, ran.output
    assert ran.heavy == {"yaml"}
    assert ran.of("yaml.scanner") == []
    if command.startswith("check"):
        assert ran.of("typing", "contextlib") == []
    if "-" not in command:
        assert ran.of("argparse") == []
    assert (
        ran.of("manager.engine", "manager.host", "manager.service", "manager.change", "tui") == []
    )


@pytest.mark.parametrize(
    "command", ["ls --demo", "ls --demo -a --json", "who --demo 8080", "free --demo 3"]
)
def test_reading_the_demo_loads_nothing_heavy(command: str, tmp_path: Path) -> None:
    ran = Run(tmp_path, command.split())
    assert ran.code == 0, ran.output
    assert ran.heavy == set()


@pytest.mark.parametrize("command", ["ls", "who 8080", "free", "history"])
def test_reading_an_engine_needs_neither_screen_nor_yaml_nor_pydantic(
    command: str, tmp_path: Path
) -> None:
    ran = Run(tmp_path, command.split())
    assert ran.code == (3 if command == "ls" else 0), ran.output
    assert ran.heavy <= {"docker", "requests", "urllib3"}


@pytest.mark.parametrize("command", CHANGES)
def test_a_change_needs_no_screen(command: str, tmp_path: Path) -> None:
    ran = Run(tmp_path, [*command.split(), "--demo", "--dry-run"])
    assert "pydantic" in ran.heavy, ran.output
    assert not {"textual", "rich", "psutil", "docker"} & ran.heavy


def test_the_model_stands_alone(tmp_path: Path) -> None:
    root = Path(__file__).parents[2] / "manager" / "model"
    names = sorted(f"manager.model.{path.stem}" for path in root.glob("*.py"))
    imports = "".join(f"import {name.removesuffix('.__init__')}\n" for name in names)
    ran = Run(tmp_path, ["--version"], imports + RECORDER)
    assert ran.heavy == set()
    assert ran.of("socket", "subprocess", "pathlib", "threading", "asyncio") == []
    assert ran.of("manager.interfaces", "manager.change", "manager.settings") == []


@pytest.mark.parametrize("command", ["ls --demo", "free --demo 3", "history --demo"])
def test_commands_that_ask_nothing_load_nothing_to_ask_with(command: str, tmp_path: Path) -> None:
    ran = Run(tmp_path, command.split())
    assert ran.code == 0, ran.output
    asking = ("manager.doctor", "manager.inquiry", "manager.verdicts", "manager.host.probe")
    assert ran.of(*asking, "manager.host.firewall", "ssl", "selectors") == []
