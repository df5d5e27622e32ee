"""Whatever stands in a file, the check answers: no traceback, no place outside of the text."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from manager.compose.checker import Checker
from manager.compose.config import Config
from manager.compose.discover import discover
from manager.compose.fixes import mend
from manager.compose.formats.github import github_lines
from manager.compose.formats.human import finding_lines
from manager.compose.formats.machine import json_report
from manager.compose.formats.sarif import sarif_report
from manager.compose.mended import Target
from manager.compose.project import read_project
from manager.compose.registry import RULES
from manager.compose.report import Report
from manager.compose.rule import Context

_OBSERVED = Path(__file__).parents[1] / "compose" / "observed.jsonl"
_SEEDS = sorted({json.loads(line)["yaml"] for line in _OBSERVED.read_text().splitlines()}, key=len)
_PIECES = st.sampled_from(
    ["*a", "&a ", "!reset ", "!override ", "${X}", "${X:-", "<<: *a", "'", '"', ":", "- ", "\n",
     "\t", "  ", "{", "}", "[", "]", "#", "0", "127.0.0.1:", "[::1]:", "/udp", "-", "\ufeff", "é",
     "ports:", "extends: web", "network_mode: host", "scale: 3", "---\n", "\r\n", "published:"]
)  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder that the examples share."""
    path = tmp_path_factory.mktemp("robust") / "stack"
    yield path
    shutil.rmtree(path, ignore_errors=True)


@st.composite
def _mutated(draw: st.DrawFn) -> str:
    text: str = draw(st.sampled_from(_SEEDS[:-5]))
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(text)))
        cut = draw(st.integers(0, 4))
        text = text[:at] + draw(_PIECES) + text[at + cut :]
    return text


@given(_mutated(), _mutated() | st.none())
@settings(
    max_examples=200,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_any_text_is_answered(folder: Path, base: str, override: str | None) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "compose.yaml").write_text(base, newline="")
    if override is not None:
        (folder / "compose.override.yaml").write_text(override, newline="")
    targets = [Target(files, Config()) for files in discover([str(folder)], env={})]
    projects = [read_project(target.files, env={}) for target in targets]
    for project in projects:
        context = Context(project, Config())
        passed_over = (r for r in RULES if not r.compares and r.facts.isdisjoint(context.facts))
        assert [hit for rule in passed_over for hit in rule.check(context)] == []
    checker = Checker()
    pairs = [(project, Config()) for project in projects]
    findings, _, sources = checker.conclude([checker.judge(pairs)], [Config()] * len(pairs))
    for finding in findings:
        text = sources[finding.file].text if finding.file in sources else ""
        assert 0 <= finding.span.start <= finding.span.end <= len(text)
        assert finding.message.isprintable()
        for line in finding_lines(finding, sources.get(finding.file), len):
            assert all(isinstance(part, str) for part, _ in line)
    report = Report((), tuple(findings), sources)
    assert json.loads(json.dumps(json_report(report, verbose=True)))
    assert json.loads(json.dumps(sarif_report(report, verbose=True)))
    assert len(list(github_lines(findings))) == len(findings)
    made = mend(
        targets,
        projects,
        checker,
        lambda files, texts: read_project(files, env={}, texts=texts),
        unsafe=True,
    )
    assert all(new.text != made.sources[file].text for file, new in made.texts.items())


def _bomb(width: int, depth: int) -> str:
    levels = [f"x-{n}: &a{n} [{', '.join([f'*a{n - 1}'] * width)}]\n" for n in range(1, depth)]
    use = f"services: {{w: {{ports: *a{depth - 1}}}}}\n"
    return "".join(["x-0: &a0 ['80:80']\n", *levels, use])


_HOSTILE: dict[str, tuple[str, int]] = {
    "an alias bomb": (_bomb(9, 9), 2),
    "a range twice": (
        'services: {a: {image: x, ports: ["1-65535:1-65535", "1-65535:1-65535"]},'
        ' b: {image: x, ports: ["1-65535:1-65535"]}}\n',
        1,
    ),
    "deep nesting": ("[" * 100_000, 2),
    "deep blocks": ("\n".join(" " * depth + "a:" for depth in range(3000)), 2),
    "binary": ("\x00\x7fELF\x01", 2),
    "many entries on one port": (
        "services:\n" + "".join(f'  s{i}: {{image: x, ports: ["80:80"]}}\n' for i in range(1500)),
        1,
    ),
    "many profiles": (
        "services:\n"
        + "".join(
            f'  s{i}: {{image: x, profiles: [p{i}], ports: ["80:80", "3000-3001:81"]}}\n'
            for i in range(800)
        ),
        1,
    ),
    "many addresses": (
        "services:\n"
        + "".join(
            f'  s{i}: {{image: x, ports: ["127.1.{i % 250}.{i // 250 + 1}:1-60000:82"]}}\n'
            for i in range(1000)
        ),
        0,
    ),
    "many that pick from one range": (
        "services:\n"
        + "".join(f'  s{i}: {{image: x, ports: ["3000-3010:81"]}}\n' for i in range(10_000)),
        1,
    ),
    "many unset variables": (
        "services:\n"
        + "".join(f'  s{i}: {{image: x, ports: ["${{A{i}}}:80"]}}\n' for i in range(5000)),
        1,
    ),
    "one entry again and again": (
        f"services: {{a: {{ports: [{', '.join(['{target: 80, published: 80}'] * 9000)}]}}}}",
        1,
    ),
    "tags that end in commas": (f"services: {{a: {{ports: [{'!a, 80, ' * 30_000}80]}}}}\n", 2),
    "late quirks": (f"y: [{'a,' * 140_000}]\nx: {{{'a:,' * 60}}}\n", 2),
    "comments": ("# pmap: ignore[PM301]\n" * 140_000 + 'services: {a: {ports: ["80:80"]}}\n', 2),
}


@pytest.mark.parametrize("case", _HOSTILE)
def test_hostile_files_are_answered_in_time_and_space(tmp_path: Path, case: str) -> None:
    text, code = _HOSTILE[case]
    (tmp_path / "compose.yaml").write_text(text)
    script = (
        "import re, resource, sys; from manager.cli.main import main\n"
        "resource.setrlimit(resource.RLIMIT_CPU, (3, 3))\n"
        "code = main(['check', '--ignore', 'PM3', 'compose.yaml'])\n"
        # Not ru_maxrss: over an exec that keeps the peak of the process which started this one.
        "peak = re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())\n"
        "assert int(peak[1]) < 200_000\n"
        "sys.exit(code)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (code, "")


@pytest.mark.parametrize("kind", ["fifo", "folder", "dangling link", "too large", "no permission"])
def test_what_is_no_plain_file_is_told_of(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "compose.yaml"
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "dangling link":
        path.symlink_to("nowhere")
    elif kind == "too large":
        with path.open("wb") as file:
            file.truncate(100_000_000)
    else:
        path.write_text("services: {}\n")
        path.chmod(0)
    # Root reads it all the same: then it is an ordinary file.
    expected = 0 if kind == "no permission" and os.geteuid() == 0 else 2
    done = subprocess.run(
        [sys.executable, "-m", "manager", "check", "."],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == expected
    assert "Traceback" not in done.stdout + done.stderr
    assert ("error[PM010]" in done.stdout) is (expected == 2)
