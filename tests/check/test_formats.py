"""The report in four formats: SARIF by its schema, workflow commands by their escaping."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st

from manager.cli.main import main
from manager.compose.formats.github import github_lines
from manager.compose.formats.human import finding_lines, summary
from manager.compose.formats.machine import json_report
from manager.compose.formats.sarif import sarif_report
from manager.compose.report import Report
from manager.compose.values import SourceText
from manager.model.finding import Edit, Finding, Fix, Severity, Span


@pytest.fixture(scope="session")
def sarif_schema() -> dict[str, Any]:
    """The schema that OASIS publishes for SARIF 2.1.0, from a package that carries copies.

    The package keeps them as a cache of answers; none is asked for over the network.
    """
    cache = distribution("schemastore").locate_file("schemastore/cache.sqlite")
    with closing(sqlite3.connect(f"file:{cache}?mode=ro&immutable=1", uri=True)) as answers:
        for (answer,) in answers.execute("SELECT value FROM responses"):
            if _TITLE in answer:
                text = answer[answer.index(b"{", answer.index(b"_content")) :]
                schema: dict[str, Any]
                schema, _ = json.JSONDecoder().raw_decode(text.decode("utf-8", "replace"))
                return schema
    raise LookupError("the package holds no schema for SARIF 2.1.0")


_TITLE = b'"title": "Static Analysis Results Format (SARIF) Version 2.1.0 JSON Schema"'

_SOURCE = SourceText("a b/compose.yaml", 'services:\n  web: {ports: ["8080:80"]}\n')
_SPAN = Span(2, 19, 2, 23, 28, 32)


def _finding(**changes: Any) -> Finding:
    given: dict[str, Any] = {
        "rule": "PM101",
        "name": "exposed-port",
        "severity": Severity.ERROR,
        "file": "a b/compose.yaml",
        "span": _SPAN,
        "message": "port 8080 is open",
        "hint": 'write "127.0.0.1:8080:80"',
        "service": "web",
        "fix": Fix("bind it", (Edit(28, 28, "127.0.0.1:"),), safe=False),
    }
    return Finding(**(given | changes))


def _report(*findings: Finding) -> Report:
    return Report(("a b/compose.yaml",), findings, {"a b/compose.yaml": _SOURCE})


_REPORTS: Mapping[str, Report] = {
    "nothing": _report(),
    "a finding with a fix": _report(_finding()),
    "one of each severity": _report(*(_finding(severity=severity) for severity in Severity)),
    "no fix, no hint, no service": _report(_finding(fix=None, hint="", service=None)),
    "unreadable": _report(_finding(rule="PM010", name="unreadable", fix=None, service=None)),
    "hostile": _report(_finding(file="\udcff:\n%,.yaml", message="\ud800\x1b", service="::")),
    "no text": _report(_finding(file="gone.yaml", span=Span(1, 1, 1, 1, 0, 0), fix=None)),
}


@pytest.mark.parametrize("case", _REPORTS)
def test_sarif_is_valid(case: str, sarif_schema: Mapping[str, Any]) -> None:
    document = json.loads(json.dumps(sarif_report(_REPORTS[case], verbose=True)).encode())
    jsonschema.Draft7Validator(
        sarif_schema, format_checker=jsonschema.Draft7Validator.FORMAT_CHECKER
    ).validate(document)


def test_the_schema_is_the_one_that_is_named(sarif_schema: Mapping[str, Any]) -> None:
    assert sarif_schema["$id"].endswith("sarif-schema-2.1.0.json")
    assert len(sarif_schema["definitions"]) > 50


@pytest.mark.parametrize(
    ("path", "value"),
    [(("level",), "fatal"), (("locations", 0, "physicalLocation", "region", "line"), 1)],
)
def test_the_schema_refuses_what_the_standard_refuses(
    path: tuple[str | int, ...], value: object, sarif_schema: Mapping[str, Any]
) -> None:
    document = sarif_report(_REPORTS["a finding with a fix"], verbose=True)
    place = document["runs"][0]["results"][0]
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft7Validator(sarif_schema).validate(document)


def test_the_command_writes_valid_sarif(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], sarif_schema: Mapping[str, Any]
) -> None:
    path = tmp_path / "a b" / "compose.yaml"
    path.parent.mkdir()
    path.write_text("services:\n  db:\n    image: redis\n    ports: ['6379:6379', 22:22, 'x']\n")
    assert main(["check", "--format", "sarif", "-v", str(tmp_path)]) == 1
    document = json.loads(capsys.readouterr().out)
    jsonschema.Draft7Validator(sarif_schema).validate(document)
    assert {result["ruleId"] for result in document["runs"][0]["results"]} >= {"PM001", "PM102"}


def test_sarif_says_where_and_how_to_mend() -> None:
    run = sarif_report(_REPORTS["a finding with a fix"], verbose=False)["runs"][0]
    (result,) = run["results"]
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"] == "PM101"
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "a%20b/compose.yaml"
    assert place["region"] == {
        "startLine": 2, "startColumn": 19, "endLine": 2, "endColumn": 23,
    }  # fmt: skip
    change = result["fixes"][0]["artifactChanges"][0]["replacements"][0]
    assert change == {
        "deletedRegion": {"charOffset": 28, "charLength": 0},
        "insertedContent": {"text": "127.0.0.1:"},
    }


def test_sarif_fingerprints_stay_while_lines_move() -> None:
    moved = SourceText(_SOURCE.path, f"# more\n{_SOURCE.text}")
    span = Span(3, 19, 3, 23, 35, 39)
    prints = [
        sarif_report(Report((), (finding,), {_SOURCE.path: source}), verbose=False)["runs"][0][
            "results"
        ][0]["partialFingerprints"]
        for finding, source in ((_finding(), _SOURCE), (_finding(span=span), moved))
    ]
    assert prints[0] == prints[1]


def test_sarif_tells_of_what_could_not_be_read() -> None:
    invocation = sarif_report(_REPORTS["unreadable"], verbose=False)["runs"][0]["invocations"][0]
    assert invocation["executionSuccessful"] is False
    assert len(invocation["toolExecutionNotifications"]) == 1


def test_github_escapes_what_would_end_a_command() -> None:
    finding = _finding(
        file="a,b:c%\n.yaml", message="50%\r\nof :: all,", hint="one\ntwo", service="w:eb"
    )
    assert list(github_lines([finding])) == [
        "::error file=a%2Cb%3Ac%25%0A.yaml,line=2,endLine=2,title=PM101 exposed-port,"
        "col=19,endColumn=23::w:eb: 50%25%0D%0Aof :: all,%0Ahint: one%0Atwo"
    ]


@pytest.mark.parametrize(
    ("severity", "command"),
    [(Severity.ERROR, "::error "), (Severity.WARNING, "::warning "), (Severity.INFO, "::notice ")],
)
def test_github_levels(severity: Severity, command: str) -> None:
    (line,) = github_lines([_finding(severity=severity)])
    assert line.startswith(command)


def test_github_gives_no_columns_over_several_lines() -> None:
    (line,) = github_lines([_finding(span=Span(1, 3, 2, 5, 2, 14))])
    assert "line=1,endLine=2," in line
    assert "col" not in line


@given(st.text(), st.text(), st.text())
def test_github_commands_are_one_line_whatever_they_hold(
    file: str, message: str, hint: str
) -> None:
    (line,) = github_lines([_finding(file=file, message=message, hint=hint)])
    assert len(line.splitlines()) == 1
    properties = line.split("::", 2)[1].removeprefix("error ")
    assert [item.partition("=")[0] for item in properties.split(",")] == [
        "file", "line", "endLine", "title", "col", "endColumn",
    ]  # fmt: skip


@given(st.text(alphabet=st.characters(exclude_categories=())))
def test_json_can_be_encoded_whatever_it_holds(text: str) -> None:
    finding = _finding(file=text, message=text, hint=text, service=text)
    document = json_report(Report((text,), (finding,)), verbose=True)
    assert json.loads(json.dumps(document, ensure_ascii=False).encode())["schema"] == 1


@given(st.text(max_size=300), st.integers(0, 300), st.integers(0, 300))
def test_the_mark_stands_under_what_it_marks(text: str, start: int, length: int) -> None:
    text = "".join(c for c in text if c.isprintable())
    start = min(start, len(text))
    end = min(start + length, len(text))
    finding = _finding(span=Span(1, start + 1, 1, end + 1, start, end))
    source = SourceText("compose.yaml", f"{text}\n") if text else None
    lines = list(finding_lines(finding, source, len))
    if source is None:
        assert len(lines) == 2
        return
    shown = "".join(part for part, _ in lines[1])
    marks = "".join(part for part, _ in lines[2])
    left = len(marks) - len(marks.lstrip(" |")) if start < end else 0
    marked = shown[marks.index("^") : marks.rindex("^") + 1] if start < end else ""
    assert text[start:end].startswith(marked)
    assert left <= 80
    assert len(shown) <= 160


def test_the_summary_counts() -> None:
    assert summary(_report(), verbose=False) == ""
    told = summary(_REPORTS["one of each severity"], verbose=True)
    assert told == (
        "1 error, 1 warning, 1 info in 1 file; can be mended: 3 with --fix --unsafe-fixes"
    )
    known = Report((), (_finding(fix=None), _finding(fix=None, file="b")), {}, known=2)
    assert summary(known, verbose=False) == "2 errors in 2 files; 2 known left out"
