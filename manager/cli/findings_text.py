"""The findings of `pmap check` as text for a terminal: each piece made safe, then coloured."""

from __future__ import annotations

from operator import itemgetter

from manager.cli.output import Output, width
from manager.compose.formats.human import Line, finding_lines, statistics_lines, summary
from manager.model.text import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable

    from manager.compose.report import Report

_TEXT = itemgetter(0)


def text_of(report: Report, args: argparse.Namespace, output: Output) -> str:
    """All of it. args: `statistics` counts instead of telling each, `verbose` tells of all."""
    findings = report.shown(verbose=args.verbose)
    if args.statistics:
        return _safe(statistics_lines(findings), output)
    texts = [
        _safe(finding_lines(finding, report.sources.get(finding.file), _columns), output)
        for finding in findings
    ]
    told = summary(report, verbose=args.verbose)
    return "\n".join([*texts, _safe([[(told, "bold")]], output) if told else ""])


def _columns(text: str) -> int:
    # What is plain ASCII, as nearly every line is, has a column a character.
    return len(text) if text.isascii() and text.isprintable() else width(printable(text))


def _safe(lines: Iterable[Line], output: Output) -> str:
    if not output.colour:
        shown = [printable("".join(map(_TEXT, line))).rstrip() for line in lines]
    else:
        shown = [
            "".join([output.styled(printable(text), style) for text, style in line]).rstrip()
            for line in lines
        ]
    return "\n".join([*shown, ""])
