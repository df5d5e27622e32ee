"""A key stands twice in one mapping.

YAML forbids it and compose refuses the file; other parsers silently keep the last one, so
that half of the ports are gone without a word.
"""

from __future__ import annotations

from collections.abc import Iterator

from manager.compose.rule import Context, Hit
from manager.compose.values import Place, ProblemKind
from manager.compose.words import where


def check(context: Context) -> Iterator[Hit]:
    """Every repeated key, at its second place."""
    for problem in context.project.problems:
        if problem.kind is ProblemKind.DUPLICATE_KEY and problem.span is not None:
            first = f"; the first is at {where(problem.related[0])}" if problem.related else ""
            hint = problem.hint or "merge the two, or drop one"
            place = Place(problem.file, problem.span)
            yield Hit(place, problem.message + first, hint, problem.service)
