"""A file cannot be read, so nothing can be said of it.

Not YAML, not text, not a regular file, too large, an alias bomb, a cycle of includes or
extends, or one that names a file that is not there. The other files are checked all the
same, and the run ends with exit code 2.
"""

from __future__ import annotations

from collections.abc import Iterator

from manager.compose.refusals import refused_places
from manager.compose.rule import Context, Hit
from manager.compose.values import Place, ProblemKind, ReadProblem
from manager.compose.words import shortened
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
_VERBS = {"is", "has", "holds", "asks", "cannot", "repeats"}
"""How the words of the reader begin when they speak of the whole file."""


def check(context: Context) -> Iterator[Hit]:
    """Everything that stood in the way of reading."""
    told = refused_places(context) if context.project.problems else set()
    for problem in context.project.problems:
        if _speaks_of(context, problem) and not _is_told(problem, told):
            several = problem.kind is ProblemKind.SEVERAL_FILES
            yield Hit(
                Place(problem.file, problem.span or START),
                f"{_subject(context, problem)}{problem.message}",
                problem.hint,
                problem.service,
                severity=Severity.WARNING if several else None,
            )


def _is_told(problem: ReadProblem, told: set[Place]) -> bool:
    """Whether PM001 speaks of the same variable, in a port entry."""
    of_a_variable = problem.kind is ProblemKind.INVALID_VARIABLE and problem.span is not None
    return of_a_variable and Place(problem.file, problem.span or START) in told


def _subject(context: Context, problem: ReadProblem) -> str:
    """Who the message speaks of, where it does not say so itself."""
    if problem.message.partition(" ")[0] in _VERBS and problem.service is None:
        return "the file "
    source = context.source(problem.file)
    if problem.kind is ProblemKind.INVALID_VARIABLE and problem.span and source:
        return f"{shortened(source.text[problem.span.start : problem.span.end])} "
    return ""


def _speaks_of(context: Context, problem: ReadProblem) -> bool:
    if problem.kind is ProblemKind.SEVERAL_FILES:
        return True
    if problem.kind is ProblemKind.WRONG_TYPE:
        service = context.service(problem.service)
        return problem.fatal and (service is None or not service.keys)
    return problem.fatal and problem.kind in _KINDS
