"""The report as SARIF 2.1.0 (OASIS), for code scanning."""

from __future__ import annotations

import os
from hashlib import sha256
from urllib.parse import quote

from manager import __version__
from manager.compose.baseline import key_of
from manager.compose.formats.machine import encodable, from_here
from manager.compose.registry import RULES
from manager.compose.report import Report
from manager.compose.rule import Rule
from manager.compose.values import SourceText
from manager.model.finding import Edit, Finding, Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


SCHEMA_URI = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def sarif_report(report: Report, *, verbose: bool) -> dict[str, Any]:
    """The log of one run."""
    findings = report.shown(verbose=verbose)
    return {
        "$schema": SCHEMA_URI,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "pmap",
                        "version": __version__,
                        "rules": [_rule(rule) for rule in RULES],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "invocations": [_invocation(report)],
                "results": [_result(f, report.sources.get(f.file)) for f in findings],
            }
        ],
    }


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "name": rule.name,
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": rule.doc or rule.summary},
        "help": {"text": f"pmap check --explain {rule.id}"},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
    }


def _invocation(report: Report) -> dict[str, Any]:
    invocation: dict[str, Any] = {"executionSuccessful": not report.errors}
    if report.errors:
        invocation["toolExecutionNotifications"] = [
            {
                "level": "error",
                "message": {"text": encodable(error.message)},
                "locations": [_location(error)],
            }
            for error in report.errors
        ]
    return invocation


def _result(finding: Finding, source: SourceText | None) -> dict[str, Any]:
    hint = f"\n{finding.hint}" if finding.hint else ""
    service = f"{finding.service}: " if finding.service else ""
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": next(i for i, rule in enumerate(RULES) if rule.id == finding.rule),
        "level": _LEVELS[finding.severity],
        "message": {"text": encodable(f"{service}{finding.message}{hint}")},
        "locations": [_location(finding)],
        "partialFingerprints": {"pmap/v1": _fingerprint(finding, source)},
    }
    if finding.fix is not None and source is not None:
        result["fixes"] = [
            {
                "description": {"text": finding.fix.title},
                "artifactChanges": [
                    {
                        "artifactLocation": {"uri": _uri(finding.file)},
                        "replacements": [_replacement(edit) for edit in finding.fix.edits],
                    }
                ],
            }
        ]
    return result


def _location(finding: Finding) -> dict[str, Any]:
    span = finding.span
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": _uri(finding.file)},
            "region": {
                "startLine": span.line,
                "startColumn": span.column,
                "endLine": span.end_line,
                "endColumn": span.end_column,
            },
        }
    }


def _replacement(edit: Edit) -> dict[str, Any]:
    replacement: dict[str, Any] = {
        "deletedRegion": {"charOffset": edit.start, "charLength": edit.end - edit.start}
    }
    if edit.text:
        replacement["insertedContent"] = {"text": edit.text}
    return replacement


def _uri(path: str) -> str:
    """A relative URI reference; bytes that are no text are escaped as they are."""
    return quote(os.fsencode(from_here(path).replace(os.sep, "/")))


def _fingerprint(finding: Finding, source: SourceText | None) -> str:
    """Stable while lines move: what the baseline knows a finding by."""
    key = "\0".join(key_of(finding, source, os.path.join(os.getcwd(), "baseline")))
    return sha256(key.encode("utf-8", "surrogateescape")).hexdigest()[:32]
