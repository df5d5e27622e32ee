"""Read compose files as compose reads them: will they come up, and what do they open?

No engine is asked. Without PATH the current folder is checked; folders are searched for
projects. Exit code 0: nothing found; 1: findings, or something was mended; 2: bad usage, or a
file that cannot be read.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Sequence

from manager.errors import InvalidInput

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from manager.cli.output import Output
    from manager.compose.report import Report
    from manager.compose.runner import Options, Run

FORMATS = ("text", "json", "sarif", "github")
SEVERITIES = ("error", "warning", "info")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `pmap check`."""
    parser.add_argument("paths", nargs="*", metavar="PATH", help="compose files and folders")
    parser.add_argument(
        "-f", "--file", action="append", metavar="FILE", help="take these files as one project"
    )
    parser.add_argument(
        "--env-file", action="append", metavar="FILE", help="take variables from FILE, not .env"
    )
    mend = parser.add_argument_group("mending")
    mend.add_argument("--fix", action="store_true", help="mend what is safe to mend")
    mend.add_argument(
        "--unsafe-fixes", action="store_true", help="also mend what changes who can connect"
    )
    mend.add_argument("--diff", action="store_true", help="show what --fix would change")
    rules = parser.add_argument_group("rules")
    rules.add_argument("--select", action="append", metavar="R,..", help="run these rules alone")
    rules.add_argument("--ignore", action="append", metavar="R,..", help="leave these rules out")
    rules.add_argument("--explain", metavar="R", help="print what a rule is about")
    rules.add_argument("--baseline", metavar="FILE", help="take the findings in FILE as known")
    rules.add_argument("--config", metavar="FILE", help="take the settings from FILE")
    told = parser.add_argument_group("what is told")
    told.add_argument("--format", choices=FORMATS, default="text", help="text unless told")
    told.add_argument("--statistics", action="store_true", help="count the findings by rule")
    told.add_argument("-v", "--verbose", action="store_true", help="tell of severity info too")
    told.add_argument("--strict", action="store_true", help="warnings fail the run too")
    told.add_argument("--fail-on", choices=SEVERITIES, help="the least severity that fails the run")


def run(args: argparse.Namespace) -> int:
    """Run the check; the exit code. Raises InvalidInput for bad usage."""
    if args.explain is not None:
        return _explain(args.explain)
    _refuse_nonsense(args)
    # What is read stays alive to the end, so a collector would look at all of it in vain.
    collects = gc.isenabled()
    gc.disable()
    try:
        return _check(args)
    finally:
        # At exit Python collects once more, whatever was disabled.
        gc.freeze()
        if collects:
            gc.enable()


def _check(args: argparse.Namespace) -> int:
    from manager.compose.runner import Run
    from manager.model.finding import Severity

    check = Run(_options(args))
    report = check.execute()
    if check.fail_on is Severity.INFO:
        # What makes the run fail is told.
        args.verbose = True
    if args.diff:
        return _show_diff(check, report)
    code = 0
    if args.fix:
        code, report = _write(check, report)
    # What prints is loaded when there is something to print: most runs are silent.
    if args.format != "text" or report.shown(verbose=args.verbose):
        _tell(report, args)
    _notes(check.notes)
    return max(code, report.exit_code(check.fail_on))


def _refuse_nonsense(args: argparse.Namespace) -> None:
    if args.file and args.paths:
        raise InvalidInput("-f names a whole project, and PATH another", hint="give one of them")
    if args.unsafe_fixes and not (args.fix or args.diff):
        raise InvalidInput("--unsafe-fixes does nothing alone", hint="add --fix, or --diff to look")
    if args.diff and (args.format != "text" or args.statistics):
        raise InvalidInput("--diff shows a diff and nothing else", hint="drop the other option")
    if args.statistics and args.format not in {"text", "json"}:
        raise InvalidInput("--statistics is for text and json", hint="pmap check --statistics")


def _options(args: argparse.Namespace) -> Options:
    from manager.compose.runner import Options
    from manager.model.finding import Severity

    return Options(
        paths=args.paths,
        files=args.file or (),
        env_files=args.env_file or (),
        select=_selectors(args.select) if args.select is not None else None,
        ignore=_selectors(args.ignore or ()),
        fail_on=Severity(args.fail_on) if args.fail_on else None,
        strict=args.strict,
        baseline=args.baseline,
        config=args.config,
        mend=args.fix or args.diff,
        unsafe=args.unsafe_fixes,
        processes=_processors(),
    )


def _processors() -> int:
    """How many processors this process may use; one where nobody says which."""
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed is not None else 1


def _selectors(values: Sequence[str]) -> list[str]:
    return [item for value in values for item in value.split(",") if item.strip()]


def _explain(selector: str) -> int:
    from manager.cli.output import Output
    from manager.compose.registry import find_rules

    output = Output()
    for rule in find_rules(selector):
        output.text(f"{rule.id} {rule.name} ({rule.severity.value})", "bold")
        output.text()
        for line in (rule.doc or "").strip().splitlines():
            output.text(line)
        output.text()
    return 0


def _write(check: Run, report: Report) -> tuple[int, Report]:
    """Write what was mended. 1 when something was, as pre-commit expects it of fixers."""
    from manager.cli.diagnostics import note
    from manager.cli.diagnostics import report as complain

    written, refusals, report = check.write(report)
    for file in written:
        note(f"mended {file}")
    for refusal in refusals:
        complain(refusal)
    return 2 if refusals else int(bool(written)), report


def _show_diff(check: Run, report: Report) -> int:
    """Print the diff; 1 when there is one."""
    from manager.cli.diagnostics import note
    from manager.cli.output import Output
    from manager.compose.diff import diff_lines
    from manager.compose.formats.human import summary

    output, changed = Output(), check.mended.texts
    for line in diff_lines(changed, check.mended.sources):
        output.stream.write(_diff_line(line, output))
    left = summary(report, verbose=False)
    if left:
        note(f"left to you: {left}")
    return max(int(bool(changed)), report.exit_code(check.fail_on))


def _diff_line(line: str, output: Output) -> str:
    """A line made safe for a terminal; tabs and line ends stay, so that patch can read it."""
    from manager.model.text import printable

    body = line.rstrip("\r\n")
    safe = "\t".join(printable(cell) for cell in body.split("\t"))
    style = {"+": "green", "-": "red", "@": "cyan"}.get(line[:1], "")
    return output.styled(safe, style) + line[len(body) :]


def _tell(report: Report, args: argparse.Namespace) -> None:
    from manager.cli.output import Output

    output = Output()
    if args.format == "json":
        from manager.compose.formats.machine import json_report

        output.json(json_report(report, verbose=args.verbose, statistics=args.statistics))
    elif args.format == "sarif":
        from manager.compose.formats.sarif import sarif_report

        output.json(sarif_report(report, verbose=args.verbose))
    elif args.format == "github":
        from manager.compose.formats.github import github_lines

        for line in github_lines(report.shown(verbose=args.verbose)):
            output.text(line)
    else:
        from manager.cli.findings_text import text_of

        # One write: a stream without a buffer asks the system for each.
        output.stream.write(text_of(report, args, output))


def _notes(notes: Sequence[str]) -> None:
    if notes:
        from manager.cli.diagnostics import note

        for text in notes:
            note(text)
