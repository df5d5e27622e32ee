"""Span edits: change a text at some places, and nowhere else.

Nothing is loaded and dumped again: what an edit does not cover stays as it was, character by
character, and a file's bytes follow from its characters.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import pairwise

from manager.model.finding import Edit


class EditsOverlap(ValueError):
    """Two edits touch the same characters, so that their order would decide the result."""


def merge_edits(edits: Iterable[Edit]) -> list[Edit]:
    """The edits in order of place, each once. Raises EditsOverlap.

    Two different insertions at one place overlap too: nothing says which comes first.
    """
    ordered = sorted(set(edits))
    for before, after in pairwise(ordered):
        if not _apart(before, after):
            raise EditsOverlap(f"edits at {before.start} and {after.start} overlap")
    return ordered


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """`text` with every edit made. Raises EditsOverlap, and ValueError outside of the text."""
    pieces: list[str] = []
    done = 0
    for edit in merge_edits(edits):
        if not 0 <= edit.start <= edit.end <= len(text):
            raise ValueError(f"edit {edit.start}-{edit.end} lies outside of the text")
        pieces += (text[done : edit.start], edit.text)
        done = edit.end
    pieces.append(text[done:])
    return "".join(pieces)


def choose_apart(groups: Sequence[tuple[Edit, ...]]) -> list[int]:
    """Indices of groups whose edits can all be made together, the first ones preferred.

    A group is made whole or not at all. Equal edits of two groups are one edit.
    """
    taken: list[Edit] = []
    chosen: list[int] = []
    for index, group in enumerate(groups):
        try:
            ordered = merge_edits(group)
        except EditsOverlap:
            continue
        if all(_fits(edit, taken) for edit in ordered):
            for edit in ordered:
                position = bisect_left(taken, edit)
                if taken[position : position + 1] != [edit]:
                    taken.insert(position, edit)
            chosen.append(index)
    return chosen


def _fits(edit: Edit, taken: Sequence[Edit]) -> bool:
    """Whether `edit` is one of the sorted `taken`, or apart from all of them."""
    position = bisect_left(taken, edit)
    near = taken[max(position - 1, 0) : position + 1]
    return edit in near or all(_apart(edit, other) for other in near)


def _apart(one: Edit, two: Edit) -> bool:
    first, second = sorted((one, two))
    return second.start >= first.end and second.start != first.start
