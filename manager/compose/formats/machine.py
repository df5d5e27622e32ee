"""The report as one JSON object, by the command contract: keys stay, columns count from 1."""

from __future__ import annotations

import os

from manager.compose.formats.tallies import tallies
from manager.compose.report import Report
from manager.model.finding import Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


SCHEMA = 1


def json_report(report: Report, *, verbose: bool, statistics: bool = False) -> dict[str, Any]:
    """The object of `check --format json`."""
    findings = report.shown(verbose=verbose)
    document: dict[str, Any] = {
        "schema": SCHEMA,
        "files": [encodable(file) for file in report.files],
        "findings": [_finding(finding) for finding in findings],
        "errors": [
            {
                "file": encodable(error.file),
                "message": encodable(error.message),
                # A file that was never read has no lines.
                "line": error.span.line if error.file in report.sources else None,
            }
            for error in report.errors
        ],
    }
    if statistics:
        document["statistics"] = [
            {"rule": row.rule, "name": row.name, "count": row.hits, "fixable": row.fixable}
            for row in tallies(findings)
        ]
    return document


def _finding(finding: Finding) -> dict[str, Any]:
    span = finding.span
    return {
        "rule": finding.rule,
        "name": finding.name,
        "severity": finding.severity.value,
        "file": encodable(finding.file),
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
        "service": encodable(finding.service) if finding.service is not None else None,
        "message": encodable(finding.message),
        "hint": encodable(finding.hint) or None,
        "fixable": finding.fix is not None,
    }


def from_here(path: str) -> str:
    """A path below the current folder, as seen from it: what code hosts know files by."""
    here = os.path.join(os.getcwd(), "")
    return path.removeprefix(here)


def encodable(text: str) -> str:
    """`text` with the undecodable bytes of a file name shown as escapes: UTF-8 has no others."""
    return text.encode("utf-8", "backslashreplace").decode()
