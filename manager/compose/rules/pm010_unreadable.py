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
}


def check(context: Context) -> Iterator[Hit]:
    """Everything that stood in the way of reading."""
    for problem in context.project.problems:
        if _speaks_of(problem):
            place = Place(problem.file, problem.span or START)
            severity = None if problem.fatal else Severity.WARNING
            yield Hit(place, problem.message, problem.hint, problem.service, severity=severity)


def _speaks_of(problem: ReadProblem) -> bool:
    wrong_type = problem.kind is ProblemKind.WRONG_TYPE and not problem.service
    return problem.kind in _KINDS or wrong_type or problem.kind is ProblemKind.SEVERAL_FILES


RULE = Rule("PM010", "unreadable", Severity.ERROR, __doc__, check)
