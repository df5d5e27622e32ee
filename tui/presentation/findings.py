"""Findings of check, and what doctor says, as lines."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from manager.model.finding import Finding, Severity
from manager.model.text import printable
from tui.presentation.cells import Line, Role, Span, clip_line, fit, width, wrap
from tui.presentation.glyphs import Glyphs

if TYPE_CHECKING:
    from collections.abc import Iterable

    from manager.doctor.result import CheckResult

_SEVERITY = {
    Severity.ERROR: Role.BAD,
    Severity.WARNING: Role.WARN,
    Severity.INFO: Role.MUTED,
}
AROUND = 3
"""Lines of the source above and below a finding."""


def finding_widths(findings: Iterable[Finding]) -> tuple[int, int]:
    """The columns that places and services need, within reason."""
    found = [(width(_place(f)), width(printable(f.service or ""))) for f in findings]
    places, services = zip(*found, strict=True) if found else ((0,), (0,))
    return min(max(places), 28), min(max(services), 18)


def _place(finding: Finding) -> str:
    return printable(f"{os.path.basename(finding.file)}:{finding.span.line}")


def finding_line(finding: Finding, columns: int, g: Glyphs, widths: tuple[int, int]) -> Line:
    """Severity, place, rule, and what is wrong; widths as `finding_widths` gives them."""
    place, service = widths
    sign = g.cross if finding.severity is Severity.ERROR else g.alarm
    spans = (
        Span(f" {sign} ", _SEVERITY[finding.severity]),
        Span(f"{g.marked if finding.fix else ' '} ", Role.GOOD),
        Span(f"{fit(_place(finding), place, ellipsis=g.ellipsis)}  ", Role.STRONG),
        Span(f"{finding.rule}  ", Role.MUTED),
        Span(
            f"{fit(printable(finding.service or ''), service, ellipsis=g.ellipsis)}  ", Role.PROJECT
        ),
        Span(printable(finding.message)),
    )
    return clip_line(spans, columns, g.ellipsis)


def finding_lines(
    finding: Finding, text: str, columns: int, g: Glyphs, room: int = 0
) -> list[Line]:
    """The finding in full, at its line of the source, and what to do.

    room: how many lines are seen; of the source there is as much around the finding as fits.
    """
    severity = _SEVERITY[finding.severity]
    place = f"{finding.file}:{finding.span.line}:{finding.span.column}"
    head = (Span(f"{finding.rule} {finding.name}  ", severity), Span(printable(place), Role.MUTED))
    lines = [clip_line(head, columns, g.ellipsis)]
    lines += wrap((Span(printable(finding.message), Role.STRONG),), columns)
    if finding.hint:
        lines += wrap((Span(printable(finding.hint), Role.TEXT),), columns)
    lines.append(())
    source = text.splitlines()
    around = min(max((room - len(lines) - 1) // 2, 0), AROUND) if room else AROUND
    first = max(finding.span.line - around, 1)
    for number in range(first, min(finding.span.line + around, len(source)) + 1):
        lines.append(_source(number, source[number - 1], finding, columns, g))
    return lines


def _source(number: int, text: str, finding: Finding, columns: int, g: Glyphs) -> Line:
    """A line of the source; the part that the finding is about stands out."""
    span, label = finding.span, Span(f"{number:>5}  ", Role.HEAD)
    if not span.line <= number <= span.end_line:
        return clip_line((label, Span(printable(text), Role.MUTED)), columns, g.ellipsis)
    start = span.column - 1 if number == span.line else 0
    end = span.end_column - 1 if number == span.end_line else len(text)
    spans = (
        label._replace(role=Role.ACCENT),
        Span(printable(text[:start])),
        Span(printable(text[start:end]), _SEVERITY[finding.severity]),
        Span(printable(text[end:])),
    )
    return clip_line(spans, columns, g.ellipsis)


def diff_lines(lines: Iterable[str]) -> list[Line]:
    """A unified diff, coloured by what comes and goes."""
    roles = {"+": Role.ADDED, "-": Role.BAD, "@": Role.ACCENT}
    return [
        (Span(printable(line.rstrip("\n")), roles.get(line[:1], Role.MUTED)),) for line in lines
    ]


def result_line(result: CheckResult, columns: int, g: Glyphs) -> Line:
    """One check of doctor: its mark, its title, the fact."""
    sign, role = {
        "pass": (g.yes, Role.GOOD),
        "warn": (g.alarm, Role.WARN),
        "fail": (g.cross, Role.BAD),
    }[result.status.value]
    quiet = result.status.value == "pass"
    spans = (
        Span(f" {sign} ", role),
        Span(f"{printable(result.title):<18} ", Role.STRONG),
        Span(printable(result.fact), Role.MUTED if quiet else Role.TEXT),
    )
    return clip_line(spans, columns, g.ellipsis)


def result_lines(result: CheckResult, columns: int) -> list[Line]:
    """The check's title, the whole fact, and the fix to type."""
    lines: list[Line] = [(Span(printable(result.title), Role.PROJECT),)]
    lines += wrap((Span(printable(result.fact), Role.STRONG),), columns)
    if result.fix:
        fix = (Span("Fix      ", Role.HEAD), Span(printable(result.fix), Role.ACCENT))
        lines += wrap(fix, columns, indent=" " * 9)
    return lines
