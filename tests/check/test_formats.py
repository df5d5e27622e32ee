"""The report in four formats: SARIF by its schema, workflow commands by their escaping."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st

from manager.compose.formats.github import github_lines
from manager.compose.formats.human import finding_lines, summary
from manager.compose.formats.machine import json_report
from manager.compose.formats.sarif import sarif_report
from manager.compose.registry import RULES
from manager.compose.report import Report
from manager.compose.values import SourceText
from manager.model.finding import Edit, Finding, Fix, Severity, Span


def _object(required: Sequence[str], **properties: object) -> dict[str, object]:
    return {
        "type": "object",
        "required": list(required),
        "properties": properties,
        "additionalProperties": False,
    }


def _list(items: object, least: int = 0) -> dict[str, object]:
    return {"type": "array", "items": items, "minItems": least}


_TEXT = {"type": "string"}
_COUNT = {"type": "integer", "minimum": 1}
_LEVEL = {"enum": ["none", "note", "warning", "error"]}
_MESSAGE = _object(["text"], text=_TEXT)
_ARTIFACT = _object(["uri"], uri={"type": "string", "format": "uri-reference"})
_REGION = _object(
    [],
    startLine=_COUNT,
    startColumn=_COUNT,
    endLine=_COUNT,
    endColumn=_COUNT,
    charOffset={"type": "integer", "minimum": 0},
    charLength={"type": "integer", "minimum": 0},
) | {"minProperties": 2}
_LOCATION = _object(
    ["physicalLocation"],
    physicalLocation=_object(["artifactLocation"], artifactLocation=_ARTIFACT, region=_REGION),
)
_REPLACEMENT = _object(["deletedRegion"], deletedRegion=_REGION, insertedContent=_MESSAGE)
_CHANGE = _object(
    ["artifactLocation", "replacements"],
    artifactLocation=_ARTIFACT,
    replacements=_list(_REPLACEMENT, 1),
)
_RESULT = _object(
    ["message", "ruleId", "locations"],
    ruleId=_TEXT,
    ruleIndex={"type": "integer", "minimum": 0, "exclusiveMaximum": len(RULES)},
    level=_LEVEL,
    message=_MESSAGE,
    locations=_list(_LOCATION, 1),
    partialFingerprints={"type": "object", "additionalProperties": _TEXT},
    fixes=_list(
        _object(["artifactChanges"], description=_MESSAGE, artifactChanges=_list(_CHANGE, 1)), 1
    ),
)
_RULE = _object(
    ["id"],
    id=_TEXT,
    name=_TEXT,
    shortDescription=_MESSAGE,
    fullDescription=_MESSAGE,
    help=_MESSAGE,
    defaultConfiguration=_object([], level=_LEVEL),
)
_NOTICE = _object(["message"], level=_LEVEL, message=_MESSAGE, locations=_list(_LOCATION))
_RUN = _object(
    ["tool"],
    tool=_object(
        ["driver"],
        driver=_object(["name"], name=_TEXT, version=_TEXT, rules=_list(_RULE)),
    ),
    columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
    invocations=_list(
        _object(
            ["executionSuccessful"],
            executionSuccessful={"type": "boolean"},
            toolExecutionNotifications=_list(_NOTICE),
        )
    ),
    results=_list(_RESULT),
)
_SARIF = _object(
    ["version", "runs"],
    **{"$schema": {"type": "string", "format": "uri"}, "version": {"const": "2.1.0"}},
    runs=_list(_RUN, 1),
)
"""The part of the OASIS schema for SARIF 2.1.0 that is written, as strict as it is there: no
property that the standard does not name, and those that it requires."""

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
def test_sarif_is_valid(case: str) -> None:
    document = sarif_report(_REPORTS[case], verbose=True)
    jsonschema.Draft7Validator(
        _SARIF, format_checker=jsonschema.Draft7Validator.FORMAT_CHECKER
    ).validate(json.loads(json.dumps(document).encode()))


def test_the_schema_refuses_what_the_standard_refuses() -> None:
    document = sarif_report(_REPORTS["a finding with a fix"], verbose=True)
    document["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]["line"] = 1
    with pytest.raises(jsonschema.ValidationError, match="Additional properties"):
        jsonschema.validate(document, _SARIF)


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
