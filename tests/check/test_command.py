"""`pmap check` as a person and a program meet it: through the real process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Pmap = Callable[..., subprocess.CompletedProcess[str]]

_HEAD = "services:\n  web:\n    image: app\n    ports:\n"
_CLEAN = f'{_HEAD}      - "127.0.0.1:8080:80"\n'
_OPEN = f'{_HEAD}      - "8080:80"\n'
_PLAIN = f"{_HEAD}      - 127.0.0.1:8080:80\n"
_EPHEMERAL = f'{_HEAD}      - "127.0.0.1:50000:80"\n'
_RANDOM = f'{_HEAD}      - "127.0.0.1::80"\n'
_BROKEN = "services: [\n"


@pytest.fixture
def pmap(tmp_path: Path) -> Pmap:
    """pmap(*arguments): run `pmap check` in a folder of its own."""
    (tmp_path / ".git").mkdir()

    def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        inherited = {name: value for name, value in os.environ.items() if name != "CI"}
        return subprocess.run(
            [sys.executable, "-m", "manager", "check", *arguments],
            cwd=tmp_path,
            env=inherited | environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


def _put(folder: Path, **files: str) -> None:
    for name, text in files.items():
        path = folder / f"{name.replace('__', '/')}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)


def test_silent_when_clean(pmap: Pmap, tmp_path: Path) -> None:
    _put(tmp_path, compose=_CLEAN)
    done = pmap()
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_finding_shows_the_line_the_mark_and_what_to_type(pmap: Pmap, tmp_path: Path) -> None:
    _put(tmp_path, compose=_OPEN)
    done = pmap()
    lines = done.stdout.splitlines()
    assert done.returncode == 1
    assert lines[0].startswith("compose.yaml:5:10: error[PM101] web: port 8080 is open to")
    assert lines[1] == '  5 |       - "8080:80"'
    assert lines[2] == "    |          ^^^^"
    assert lines[3].startswith('  hint: write "127.0.0.1:8080:80"')
    assert lines[-1] == "1 error in 1 file; can be mended: 1 with --fix --unsafe-fixes"
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("text", "arguments", "code"),
    [
        (_EPHEMERAL, [], 0),
        (_EPHEMERAL, ["--strict"], 1),
        (_EPHEMERAL, ["--fail-on", "warning"], 1),
        (_EPHEMERAL, ["--fail-on", "info"], 1),
        (_RANDOM, ["--strict"], 0),
        (_RANDOM, ["--fail-on", "info"], 1),
        (_OPEN, ["--ignore", "PM101"], 0),
        (_OPEN, ["--ignore", "exposed-port"], 0),
        (_OPEN, ["--ignore", "PM0,PM1"], 0),
        (_OPEN, ["--select", "PM3"], 0),
        (_OPEN, ["--select", "PM101,PM301"], 1),
        (_OPEN, ["--select", "PM3", "--select", "pm101"], 1),
        (_BROKEN, [], 2),
        (_BROKEN, ["--select", "PM101"], 2),
        (_BROKEN, ["--ignore", "PM010"], 0),
        (_OPEN, ["--format", "json"], 1),
        (_CLEAN, ["--format", "json"], 0),
        (_CLEAN, ["--format", "sarif"], 0),
        (_CLEAN, ["--format", "github"], 0),
    ],
)
def test_exit_codes(pmap: Pmap, tmp_path: Path, text: str, arguments: list[str], code: int) -> None:
    _put(tmp_path, compose=text)
    assert pmap(*arguments).returncode == code


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--select", "PM999"], "'PM999' is not a rule"),
        (["--explain", "exposed-prot"], "did you mean exposed-port"),
        (["--unsafe-fixes"], "--unsafe-fixes does nothing alone"),
        (["--diff", "--format", "json"], "--diff shows a diff and nothing else"),
        (["--statistics", "--format", "sarif"], "--statistics is for text and json"),
        (["--format", "xml"], "invalid choice: 'xml'"),
        (["--nonsense"], "--nonsense"),
        (["nowhere.yaml"], "nowhere.yaml: does not exist"),
        (["--config", "nowhere.toml"], "nowhere.toml: cannot be read"),
    ],
)
def test_bad_usage_is_2_with_a_hint(
    pmap: Pmap, tmp_path: Path, arguments: list[str], says: str
) -> None:
    _put(tmp_path, compose=_CLEAN)
    done = pmap(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr
    assert "hint: " in done.stderr
    assert "Traceback" not in done.stderr


def test_a_folder_without_compose_files(pmap: Pmap) -> None:
    done = pmap()
    assert (done.returncode, done.stdout) == (2, "")
    assert "no compose file in ." in done.stderr
    assert "hint: " in done.stderr


def test_one_bad_file_does_not_stop_the_others(pmap: Pmap, tmp_path: Path) -> None:
    _put(tmp_path, bad__compose=_BROKEN, good__compose=_OPEN)
    done = pmap("--format", "json")
    document = json.loads(done.stdout)
    assert done.returncode == 2
    assert [(e["file"], e["line"]) for e in document["errors"]] == [("bad/compose.yaml", 2)]
    assert ("PM101", "good/compose.yaml") in [
        (finding["rule"], finding["file"]) for finding in document["findings"]
    ]


def test_what_was_never_read_has_no_line(pmap: Pmap, tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").mkdir()
    document = json.loads(pmap("--format", "json").stdout)
    assert [(e["file"], e["line"]) for e in document["errors"]] == [("compose.yaml", None)]


def test_the_json_of_the_contract(pmap: Pmap, tmp_path: Path) -> None:
    _put(tmp_path, compose=_OPEN)
    document = json.loads(pmap("--format", "json").stdout)
    assert list(document) == ["schema", "files", "findings", "errors"]
    assert document["schema"] == 1
    assert document["files"] == ["compose.yaml"]
    assert document["errors"] == []
    (finding,) = document["findings"]
    assert list(finding) == [
        "rule", "name", "severity", "file", "line", "column", "end_line", "end_column",
        "service", "message", "hint", "fixable",
    ]  # fmt: skip
    assert {k: v for k, v in finding.items() if k not in {"message", "hint"}} == {
        "rule": "PM101",
        "name": "exposed-port",
        "severity": "error",
        "file": "compose.yaml",
        "line": 5,
        "column": 10,
        "end_line": 5,
        "end_column": 14,
        "service": "web",
        "fixable": True,
    }


def test_info_is_told_only_when_asked_for(pmap: Pmap, tmp_path: Path) -> None:
    _put(tmp_path, compose=_RANDOM)
    assert pmap().stdout == ""
    assert "info[PM302]" in pmap("-v").stdout
    assert "info[PM302]" in pmap("--fail-on", "info").stdout
    assert json.loads(pmap("--format", "json").stdout)["findings"] == []
    told = json.loads(pmap("--format", "json", "--verbose").stdout)["findings"]
    assert [finding["severity"] for finding in told] == ["info"]


def test_fix_writes_says_which_and_ends_with_1(pmap: Pmap, tmp_path: Path) -> None:
    _put(tmp_path, compose=_PLAIN)
    done = pmap("--fix")
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "mended compose.yaml\n")
    assert (tmp_path / "compose.yaml").read_text() == _PLAIN.replace(
        "127.0.0.1:8080:80", '"127.0.0.1:8080:80"'
    )
    again = pmap("--fix")
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")


def test_fix_alone_changes_nothing_that_is_reachable(pmap: Pmap, tmp_path: Path) -> None:
    _put(tmp_path, compose=_OPEN)
    assert pmap("--fix").returncode == 1
    assert (tmp_path / "compose.yaml").read_text() == _OPEN
    done = pmap("--fix", "--unsafe-fixes")
    assert (done.returncode, done.stdout) == (1, "")
    assert '- "127.0.0.1:8080:80"' in (tmp_path / "compose.yaml").read_text()


def test_diff_shows_and_writes_nothing(pmap: Pmap, tmp_path: Path) -> None:
    _put(tmp_path, compose=_PLAIN)
    done = pmap("--diff")
    assert done.returncode == 1
    assert done.stdout == (
        "--- a/compose.yaml\n+++ b/compose.yaml\n@@ -2,4 +2,4 @@\n   web:\n     image: app\n"
        '     ports:\n-      - 127.0.0.1:8080:80\n+      - "127.0.0.1:8080:80"\n'
    )
    assert (tmp_path / "compose.yaml").read_text() == _PLAIN


def test_patch_takes_the_diff(pmap: Pmap, tmp_path: Path) -> None:
    text = _PLAIN.replace("\n", "\r\n") + "# tab\there: no newline"
    path = tmp_path / "compose.yaml"
    path.write_bytes(text.encode())
    diff = subprocess.run(
        [sys.executable, "-m", "manager", "check", "--diff"],
        cwd=tmp_path,
        capture_output=True,
        check=False,
    ).stdout
    subprocess.run(["git", "apply", "-p1", "-"], cwd=tmp_path, input=diff, check=True, timeout=30)
    assert path.read_bytes() == text.replace("127.0.0.1:8080:80", '"127.0.0.1:8080:80"').encode()


def test_a_read_only_file_is_refused_with_2(pmap: Pmap, tmp_path: Path) -> None:
    _put(tmp_path, compose=_PLAIN)
    (tmp_path / "compose.yaml").chmod(0o444)
    done = pmap("--fix")
    assert done.returncode == 2
    assert "compose.yaml is read-only" in done.stderr
    assert "warning[PM301]" in done.stdout


def test_what_was_tried_and_not_made_is_not_offered_again(pmap: Pmap, tmp_path: Path) -> None:
    # An address before it would make one port out of what is three parts already.
    _put(tmp_path, compose=_HEAD + '      - "${A:-8080:80}"\n      - 9090:90\n')
    (tmp_path / "compose.override.yaml").write_text(
        f"x-p: &p {{target: 81, published: 8081}}\n{_HEAD}      - *p\n      - *p\n"
    )
    offered = json.loads(pmap("--format", "json").stdout)["findings"]
    assert any(f["fixable"] for f in offered)
    done = pmap("--fix", "--unsafe-fixes")
    assert "error[PM101]" in done.stdout
    assert "can be mended" not in done.stdout
    left = json.loads(pmap("--fix", "--unsafe-fixes", "--format", "json").stdout)["findings"]
    assert left
    assert not any(f["fixable"] for f in left)


def test_a_comment_that_names_no_rule_is_told_of(pmap: Pmap, tmp_path: Path) -> None:
    _put(tmp_path, compose=_CLEAN.replace('80"', '80" # pmap: ignore[PM999, PM101]'))
    done = pmap()
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.startswith("compose.yaml:5: this comment silences less than it says: ")
    assert "' PM999'" not in done.stderr
    assert "'PM999' is not a rule of pmap check" in done.stderr


def test_statistics(pmap: Pmap, tmp_path: Path) -> None:
    _put(tmp_path, compose=_OPEN + '      - "8081:81"\n      - 8082:82\n')
    done = pmap("--statistics")
    assert done.stdout == (
        "3  PM101  exposed-port  (3 can be mended)\n1  PM301  unquoted-port  (1 can be mended)\n"
    )
    counted = json.loads(pmap("--statistics", "--format", "json").stdout)["statistics"]
    assert counted[0] == {"rule": "PM101", "name": "exposed-port", "count": 3, "fixable": 3}


@pytest.mark.parametrize("selector", ["PM101", "pm101", "exposed-port"])
def test_explain_prints_the_documentation(pmap: Pmap, selector: str) -> None:
    done = pmap("--explain", selector)
    assert done.returncode == 0
    assert done.stdout.startswith("PM101 exposed-port (error)\n")
    assert "127.0.0.1:8080:80" in done.stdout


def test_the_configuration_of_the_project_counts(pmap: Pmap, tmp_path: Path) -> None:
    _put(tmp_path, one__compose=_OPEN, two__compose=_OPEN.replace("8080", "8081"))
    (tmp_path / "one" / "pmap.toml").write_text('open = ["web:8080"]\n')
    (tmp_path / "pyproject.toml").write_text('[tool.pmap]\nseverity = {PM101 = "warning"}\n')
    told = json.loads(pmap("--format", "json").stdout)["findings"]
    assert [(f["file"], f["rule"], f["severity"]) for f in told] == [
        ("two/compose.yaml", "PM101", "warning")
    ]


def test_a_bad_configuration_is_2(pmap: Pmap, tmp_path: Path) -> None:
    _put(tmp_path, compose=_CLEAN)
    (tmp_path / "pmap.toml").write_text('ignore = ["PM999"]\n')
    done = pmap()
    assert done.returncode == 2
    assert "'PM999' is not a rule" in done.stderr
    (tmp_path / "pmap.toml").write_text('igonre = ["PM101"]\n')
    done = pmap()
    assert done.returncode == 2
    assert "did you mean ignore?" in done.stderr


def test_files_that_are_one_project(pmap: Pmap, tmp_path: Path) -> None:
    _put(tmp_path, base=_CLEAN, prod=_CLEAN.replace(':80"', ':81"'))
    alone = pmap("base.yaml", "prod.yaml")
    assert (alone.returncode, alone.stdout) == (0, "")
    together = pmap("-f", "base.yaml", "-f", "prod.yaml")
    assert together.returncode == 1
    assert "prod.yaml:5:20: error[PM004]" in together.stdout
    assert "base.yaml:5" in together.stdout
    assert pmap("-f", "base.yaml", "prod.yaml").returncode == 2


def test_variables_from_a_given_file(pmap: Pmap, tmp_path: Path) -> None:
    _put(tmp_path, compose=_CLEAN.replace("127.0.0.1", "${IP}"))
    (tmp_path / "given.env").write_text("IP=127.0.0.1\n")
    (tmp_path / ".env").write_text("IP=0.0.0.0\n")
    assert pmap().returncode == 1
    assert pmap("--env-file", "given.env").returncode == 0


def test_what_is_excluded_is_not_looked_at(pmap: Pmap, tmp_path: Path) -> None:
    for folder in ("web", "tests/fixtures/bad", "old"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "compose.yaml").write_text(_OPEN if folder != "web" else _CLEAN)
    (tmp_path / "pmap.toml").write_text('exclude = ["tests/fixtures/", "old"]\n')
    assert pmap().returncode == 0
    assert pmap(str(tmp_path)).returncode == 0
    assert pmap("tests/fixtures/bad/compose.yaml").returncode == 1


def test_files_outside_of_the_project_are_not_mended(pmap: Pmap, tmp_path: Path) -> None:
    shared = _PLAIN.replace("web", "db").replace("8080", "8081")
    _put(tmp_path, shared=shared, stack__compose="include: [../shared.yaml]\n" + _PLAIN)
    done = pmap("--fix", "stack")
    assert done.stderr == "mended stack/compose.yaml\n"
    assert "shared.yaml:5:9: warning[PM301]" in done.stdout
    assert (tmp_path / "shared.yaml").read_text() == shared
    # The folder that holds both was named: now it is ours to mend.
    assert pmap("--fix").stderr == "mended shared.yaml\n"


def test_names_that_look_like_options(pmap: Pmap, tmp_path: Path) -> None:
    (tmp_path / "-compose.yaml").write_text(_OPEN)
    (tmp_path / "--fix.yaml").write_text(_PLAIN)
    done = pmap("--", "-compose.yaml", "--fix.yaml")
    assert done.returncode == 1
    assert "-compose.yaml:5:10: error[PM101]" in done.stdout
    assert (tmp_path / "--fix.yaml").read_text() == _PLAIN


def test_nothing_in_a_file_acts_on_the_terminal(pmap: Pmap, tmp_path: Path) -> None:
    evil = tmp_path / "a\x1b[31m\n\udcff.yaml"
    evil.write_text(
        'services:\n  "we\\eb":\n    image: x\n  web:\n    image: "x\u202e"\n    ports:\n'
        '      - "8080:80\\e]0;x" # \u202e\x85\n      - "80:80\u202e"\n'
    )
    for form in ("text", "json", "sarif", "github"):
        done = pmap("--format", form, "--", str(evil))
        assert "Traceback" not in done.stderr
        told = done.stdout + done.stderr
        if form in {"text", "github"}:
            assert all(c.isprintable() or c == "\n" for c in told)
        else:
            json.loads(done.stdout)
            assert "\x1b" not in told


def test_colour_only_where_it_is_wanted(pmap: Pmap, tmp_path: Path) -> None:
    _put(tmp_path, compose=_OPEN)
    assert "\x1b[" not in pmap().stdout
    assert "\x1b[1;31merror[PM101]\x1b[0m" in pmap(FORCE_COLOR="1").stdout
    assert "\x1b[" not in pmap(FORCE_COLOR="1", NO_COLOR="1").stdout


def test_tabs_and_wide_characters_keep_the_mark_in_place(pmap: Pmap, tmp_path: Path) -> None:
    _put(tmp_path, compose='services: {"w": {image: "日本", ports:\t["8080:80"]}}\n')
    lines = pmap().stdout.splitlines()
    assert lines[1].index("8080") + len("日本") == lines[2].index("^^^^")
    assert "\t" not in lines[1]


def test_a_long_line_is_cut_around_the_mark(pmap: Pmap, tmp_path: Path) -> None:
    many = ", ".join(f'"127.0.0.1:{port}:80"' for port in range(1, 500))
    _put(tmp_path, compose=f'services: {{w: {{image: x, ports: [{many}, "8080:80", {many}]}}}}\n')
    done = pmap("--select", "PM101")
    lines = done.stdout.splitlines()
    assert max(map(len, lines[1:3])) < 200
    assert lines[1][lines[2].index("^") :].startswith("8080")


def test_a_reader_that_goes_away_is_no_error(pmap: Pmap, tmp_path: Path) -> None:
    _put(tmp_path, **{f"p{i}__compose": _OPEN for i in range(300)})
    check = f"{sys.executable} -m manager check | head -1"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", check],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.stdout.count("\n") == 1
    assert "Traceback" not in done.stderr


_BASELINE = ["--baseline", "known.json"]


def test_a_baseline_takes_what_is_there_as_known(pmap: Pmap, tmp_path: Path) -> None:
    _put(tmp_path, compose=_OPEN)
    first = pmap(*_BASELINE)
    assert (first.returncode, first.stdout) == (0, "")
    assert first.stderr == "wrote known.json: 1 finding is known from now on; commit it\n"
    second = pmap(*_BASELINE)
    assert (second.returncode, second.stdout, second.stderr) == (0, "", "")
    # Lines move, and what is known stays known.
    _put(tmp_path, compose="# a comment\n" + _OPEN)
    assert pmap(*_BASELINE).returncode == 0
    # Something new is told of, and it alone.
    _put(tmp_path, compose=_OPEN + '      - "8081:81"\n')
    third = pmap(*_BASELINE)
    assert third.returncode == 1
    assert "8081" in third.stdout
    assert third.stdout.count("error[") == 1
    assert "1 known left out" in third.stdout
    # The same thing twice is one more than is known.
    _put(tmp_path, compose=_OPEN, other__compose=_OPEN)
    assert pmap("--select", "PM101", *_BASELINE).returncode == 1


def test_a_baseline_that_is_out_of_date_says_so(pmap: Pmap, tmp_path: Path) -> None:
    _put(tmp_path, compose=_OPEN)
    pmap(*_BASELINE)
    _put(tmp_path, compose=_CLEAN)
    done = pmap(*_BASELINE)
    assert (done.returncode, done.stdout) == (0, "")
    assert "1 finding is in known.json and nowhere else" in done.stderr


def test_under_ci_a_missing_baseline_is_an_error(pmap: Pmap, tmp_path: Path) -> None:
    _put(tmp_path, compose=_OPEN)
    done = pmap(*_BASELINE, CI="true")
    assert (done.returncode, done.stdout) == (2, "")
    assert "none is written under CI" in done.stderr
    assert not (tmp_path / "known.json").exists()


@pytest.mark.parametrize("content", ["", "[]", '{"schema": 2}', '{"schema": 1, "known": [1]}'])
def test_a_baseline_that_is_none_is_refused(pmap: Pmap, tmp_path: Path, content: str) -> None:
    _put(tmp_path, compose=_OPEN)
    (tmp_path / "known.json").write_text(content)
    done = pmap(*_BASELINE)
    assert (done.returncode, done.stdout) == (2, "")
    assert "known.json" in done.stderr
    assert (tmp_path / "known.json").read_text() == content


def test_what_is_known_is_not_mended(pmap: Pmap, tmp_path: Path) -> None:
    _put(tmp_path, compose=_PLAIN)
    pmap(*_BASELINE)
    _put(tmp_path, compose=_PLAIN + "      - 127.0.0.1:8081:81\n")
    assert pmap("--fix", *_BASELINE).returncode == 1
    text = (tmp_path / "compose.yaml").read_text()
    assert "- 127.0.0.1:8080:80\n" in text
    assert '- "127.0.0.1:8081:81"\n' in text


def test_nothing_heavy_is_loaded(tmp_path: Path) -> None:
    _put(tmp_path, compose=_OPEN)
    heavy = "{'docker', 'pydantic', 'psutil', 'textual', 'rich', 'requests', 'tempfile', 'asyncio'}"
    script = (
        "import sys; from manager.cli.main import main; main(['check', 'compose.yaml']);"
        f"sys.exit(sorted({heavy} & {{m.partition('.')[0] for m in sys.modules}}) or 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
