"""A file cannot be read, so nothing can be said of it.

Not YAML, not text, not a regular file, too large, an alias bomb, a cycle of includes or
extends, or one that names a file that is not there. The other files are checked all the
same, and the run ends with exit code 2.
"""

from __future__ import annotations

from collections.abc import Iterator

from manager.compose.rule import Context, Hit, Rule
from manager.compose.values import Place, ProblemKind, ReadProblem
from manager.model.finding import Severity, Span

START = Span(1, 1, 1, 1, 0, 0)
"""Where a problem is shown that has no place in the text."""

_KINDS = {
    ProblemKind.YAML,
    ProblemKind.UNREADABLE,
    ProblemKind.TOO_LARGE,
    ProblemKind.MISSING_INCLUDE,
    ProblemKind.MISSING_EXTENDS,
    ProblemKind.CYCLE,
    ProblemKind.REDEFINED,
    ProblemKind.INVALID_VARIABLE,
    ProblemKind.INVALID_VALUE,
    ProblemKind.ENV_FILE,
}
_OF_THE_FILE = {ProblemKind.YAML, ProblemKind.UNREADABLE, ProblemKind.TOO_LARGE}


def check(context: Context) -> Iterator[Hit]:
    """Everything that stood in the way of reading."""
    for problem in context.project.problems:
        if _speaks_of(context, problem):
            several = problem.kind is ProblemKind.SEVERAL_FILES
            message = problem.message
            if problem.kind in _OF_THE_FILE and problem.service is None:
                message = f"the file {message}"
            yield Hit(
                Place(problem.file, problem.span or START),
                message,
                problem.hint,
                problem.service,
                severity=Severity.WARNING if several else None,
            )


def _speaks_of(context: Context, problem: ReadProblem) -> bool:
    if problem.kind is ProblemKind.SEVERAL_FILES:
        return True
    if problem.kind is ProblemKind.WRONG_TYPE:
        service = context.project.service(problem.service) if problem.service else None
        return problem.fatal and (service is None or not service.keys)
    return problem.fatal and problem.kind in _KINDS


RULE = Rule("PM010", "unreadable", Severity.ERROR, __doc__, check)
