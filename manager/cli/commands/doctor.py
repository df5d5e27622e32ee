"""Look at everything that makes ports fail here, and say what to type. Nothing is changed.

Exit code: 0 when no check fails (warnings are none), 1 when one does, 3 without an engine.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from manager.cli.output import Output, width

if TYPE_CHECKING:
    import argparse

    from manager.doctor.result import CheckResult

_STYLES = {"pass": "green", "warn": "yellow", "fail": "bold red"}
_TITLE = 16


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `pmap doctor`."""
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(args: argparse.Namespace) -> int:
    """Print each check as it ends; the exit code above."""
    from manager.bootstrap import build
    from manager.cli.diagnostics import ExitCode
    from manager.doctor.result import Status

    manager = build(context=args.context, host=args.engine_url, demo=args.demo)
    output, results = Output(), []
    for result in manager.doctor():
        results.append(result)
        if not args.json:
            _print(output, result)
            output.stream.flush()
    if args.json:
        output.json(_form(results))
    else:
        output.text(_summary(results), "bold")
    if manager.engine is None:
        return ExitCode.NO_ENGINE
    failed = any(result.status is Status.FAIL for result in results)
    return ExitCode.FINDINGS if failed else ExitCode.OK


def _print(output: Output, result: CheckResult) -> None:
    mark = result.status.value
    title = result.title + " " * max(_TITLE - width(result.title), 1)
    output.text(f"{mark}  {title}{result.fact}", _STYLES[mark] if mark != "pass" else "")
    if result.fix:
        output.text(f"      {'':{_TITLE}}fix: {result.fix}", "cyan")


def _summary(results: Sequence[CheckResult]) -> str:
    counts = _counts(results)
    return f"{counts['failed']} failed, {counts['warned']} to mind, {counts['passed']} passed"


def _counts(results: Sequence[CheckResult]) -> dict[str, int]:
    words = {"passed": "pass", "warned": "warn", "failed": "fail"}
    return {name: sum(r.status == word for r in results) for name, word in words.items()}


def _form(results: Sequence[CheckResult]) -> dict[str, object]:
    checks = [
        {
            "check": result.check,
            "title": result.title,
            "status": result.status.value,
            "fact": result.fact,
            "fix": result.fix or None,
        }
        for result in results
    ]
    return {"schema": 1, "checks": checks, **_counts(results)}
