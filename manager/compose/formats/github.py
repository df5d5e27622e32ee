"""The report as workflow commands, which GitHub shows beside the changed lines.

Escaping as in actions/toolkit: `%`, CR and LF everywhere, `:` and `,` in properties too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from manager.compose.formats.machine import encodable, from_here
from manager.model.finding import Finding, Severity

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def github_lines(findings: Sequence[Finding]) -> Iterator[str]:
    """One command a finding."""
    for finding in findings:
        span = finding.span
        properties = {
            "file": from_here(finding.file),
            "line": str(span.line),
            "endLine": str(span.end_line),
            "title": f"{finding.rule} {finding.name}",
        }
        if span.line == span.end_line:
            # GitHub refuses columns of an annotation over several lines.
            properties |= {"col": str(span.column), "endColumn": str(span.end_column)}
        listed = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
        service = f"{finding.service}: " if finding.service else ""
        hint = f"\nhint: {finding.hint}" if finding.hint else ""
        message = _data(f"{service}{finding.message}{hint}")
        yield f"::{_LEVELS[finding.severity]} {listed}::{message}"


def _data(text: str) -> str:
    escaped = encodable(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return "".join(c if c.isprintable() else "?" for c in escaped)


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
