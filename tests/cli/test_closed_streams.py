"""Standard streams that are closed, full, or whose reader has gone."""

import io
import json
import os
import pstats
import subprocess
import sys
from pathlib import Path

import pytest

from manager import bootstrap
from manager.cli import diagnostics
from manager.cli.main import main

CLOSED = [">&-", "2>&-", "<&-", ">&- 2>&-", ">&- 2>&- <&-", "2>/dev/full", ">/dev/full 2>/dev/full"]
COMMANDS = [("publish", "web", "62893", "--demo", "-y"), ("ls", "--demo"), ("bogus",), ("--demo",)]

# What could not be written is tried again at the end only where there are buffers, as there
# are for most people.
BUFFERED = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}


@pytest.mark.parametrize("closed", CLOSED)
@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: words[0])
def test_no_command_ends_in_a_traceback(words: tuple[str, ...], closed: str) -> None:
    done = subprocess.run(
        ["sh", "-c", f'exec "$@" {closed}', "sh", sys.executable, "-m", "manager", *words],
        check=False,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=30,
        env=BUFFERED,
    )
    said = done.stdout + done.stderr
    assert "Traceback" not in said
    assert "Exception" not in said
    usage = words[0] in {"bogus", "--demo"} or ">/dev/full 2" in closed
    assert done.returncode == (2 if usage else 0)


def test_who_looks_on_sees_the_end(tmp_path: Path) -> None:
    profile, command = tmp_path / "profile", ["-m", "manager", "check", "--explain", "PM001"]
    subprocess.run(
        [sys.executable, "-m", "cProfile", "-o", profile, *command], check=True, capture_output=True
    )
    assert pstats.Stats(str(profile)).total_calls > 0  # type: ignore[attr-defined]
    asked = subprocess.run(
        [sys.executable, "-i", *command],
        input="print('still', 'here')",
        check=False,
        capture_output=True,
        text=True,
    )
    assert asked.stdout.splitlines()[-1] == "still here"


class Gone(io.StringIO):
    """A pipe whose reader has gone: it is seen when what was written is to be sent."""

    def flush(self) -> None:
        raise BrokenPipeError


def test_a_change_goes_on_when_nobody_reads_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    manager = bootstrap.build(demo=True)
    monkeypatch.setattr(bootstrap, "build", lambda **_options: manager)
    monkeypatch.setattr("manager.cli.closed_pipe.say_no_more", lambda: None)
    monkeypatch.setattr("sys.stdout", Gone())
    monkeypatch.setattr("sys.stderr", Gone())
    assert main(["publish", "web", "62893", "-y"]) == 0
    held = manager.snapshot().container("web").mappings
    assert [str(mapping) for mapping in held] == ["127.0.0.1:62893 -> 80/tcp"]


def test_what_was_printed_is_seen_before_what_is_said_of_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    diagnostics.note("a\x1b[31m")
    diagnostics.warn("b")
    assert capsys.readouterr().err == "a\\x1b[31m\npmap: b\n"


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
@pytest.mark.parametrize("options", [[], ["--format", "json"], ["--format", "github"]])
def test_a_locale_that_lacks_a_letter_shows_its_number(
    tmp_path: Path, encoding: str, options: list[str]
) -> None:
    file = tmp_path / "żółć.yaml"
    file.write_text("services:\n  web:\n    ports: ['8080:80']\n")
    done = subprocess.run(
        [sys.executable, "-m", "manager", "check", *options, file.name],
        check=False,
        capture_output=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONIOENCODING": encoding},
    )
    assert (done.returncode, done.stderr) == (1, b"")
    if options == ["--format", "json"]:
        assert json.loads(done.stdout.decode(encoding))["files"] == [file.name]
        return
    assert ("ż".encode() if encoding == "utf-8" else b"\\u017c") in done.stdout
    assert ("ó".encode(encoding) if encoding != "ascii" else b"\\xf3") in done.stdout
