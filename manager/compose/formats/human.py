"""The report for people: what, the line with a mark under it, and what to type.

Lines are made of segments, a text and a style, so that the caller can escape each text before
it colours it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from manager.compose.report import Report
from manager.compose.values import SourceText
from manager.model.finding import Finding, Severity, Span

Segment = tuple[str, str]
Line = Sequence[Segment]

_WIDEST = 140
_BEFORE = 60
_TAB = "    "
_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}


def finding_lines(
    finding: Finding, source: SourceText | None, width: Callable[[str], int]
) -> list[Line]:
    """A finding in one to four lines. width: the terminal columns of a text as printed."""
    span, style = finding.span, _STYLES[finding.severity]
    service = f" {finding.service}: " if finding.service else " "
    lines: list[Line] = [
        (
            (f"{finding.file}:{span.line}:{span.column}:", "bold"),
            (" ", ""),
            (f"{finding.severity}[{finding.rule}]", style),
            (f"{service}{finding.message}", ""),
        )
    ]
    if source is not None and source.text:
        lines += _excerpt(span, source.text, style, width)
    if finding.hint:
        lines.append((("  hint: ", "cyan"), (finding.hint, "")))
    return lines


def _excerpt(span: Span, text: str, style: str, width: Callable[[str], int]) -> tuple[Line, Line]:
    """The line, cut to what fits around the mark, and the mark."""
    start = span.start
    begin = start - span.column + 1
    rest = text[start : start + 2 * _WIDEST].partition("\n")[0].partition("\r")[0]
    end = start + len(rest)
    left = max(begin, start - _BEFORE) if end - begin > _WIDEST else begin
    right = min(end, left + _WIDEST)
    stop = min(span.end, right)
    # Tabs as spaces, so that the mark stands where it should on any terminal.
    before = ("..." if left > begin else "") + text[left:start].replace("\t", _TAB)
    marked = text[start:stop].replace("\t", _TAB)
    after = text[stop:right].replace("\t", _TAB)
    line = f"{before}{marked}{after}{'...' if right < end else ''}"
    number = str(span.line)
    return (
        ((f"  {number} | ", "dim"), (line, "")),
        (
            (f"  {' ' * len(number)} | ", "dim"),
            (" " * width(before), ""),
            ("^" * max(1, width(marked)), style),
        ),
    )


def summary(report: Report, *, verbose: bool) -> str:
    """One line that counts, and says what can be mended. Empty when there is nothing to say."""
    findings = report.shown(verbose=verbose)
    if not findings:
        return ""
    files = len({finding.file for finding in findings})
    severities = [finding.severity for finding in findings]
    counts = [_count(severities.count(severity), severity) for severity in Severity]
    found = ", ".join(count for count in counts if count)
    known = f"; {report.known} known left out" if report.known else ""
    return f"{found} in {_count(files, 'file')}{known}{_mendable(findings)}"


def _mendable(findings: Sequence[Finding]) -> str:
    fixes = [finding.fix.safe for finding in findings if finding.fix is not None]
    safe = fixes.count(True)
    unsafe = len(fixes) - safe
    ways = []
    if safe:
        ways.append(f"{safe} with --fix")
    if unsafe:
        ways.append(f"{unsafe} with --fix --unsafe-fixes")
    return f"; can be mended: {', '.join(ways)}" if ways else ""


def _count(number: int, what: str) -> str:
    if not number:
        return ""
    return f"{number} {what}{'s' if number > 1 and what != 'info' else ''}"


def statistics_lines(findings: Sequence[Finding]) -> Iterator[Line]:
    """How often each rule was hit."""
    from manager.compose.formats.tallies import tallies  # noqa: PLC0415 -- few runs count

    rows = tallies(findings)
    digits = len(str(max((row.hits for row in rows), default=0)))
    for row in rows:
        fixable = f"  ({row.fixable} can be mended)" if row.fixable else ""
        yield [(f"{row.hits:>{digits}}  ", "bold"), (f"{row.rule}  {row.name}{fixable}", "")]
