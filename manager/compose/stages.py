"""The order in which compose weighs the entries of one document against the earlier ones.

It looks twice: first at the entries as they are written, where a later one moves to the place
of an earlier one that is written alike, then at what they stand for. So of three entries for
one port the last one does not always win.
"""

from __future__ import annotations

from collections.abc import Sequence

from manager.compose.reads import Key, Read


def in_stages(reads: Sequence[Read], canonical: int) -> list[Read]:
    """The reads with each one that is written like an earlier one moved next to it.

    canonical: how many of them, from the start, stand in their long form already, since they
    come from an earlier file or document.
    """
    fresh = reads[canonical:]
    if all(isinstance(read.plain, str) for read in fresh) and len(set(map(_text, fresh))) == len(
        fresh
    ):
        return list(reads)
    groups: list[list[Read]] = [[read] for read in reads[:canonical]]
    places = _Places(reads[:canonical])
    for read in fresh:
        place = places.of(read)
        if place is None:
            places.remember(read, len(groups))
            groups.append([read])
        else:
            groups[place].append(read)
    return [read for group in groups for read in group]


def _text(read: Read) -> str:
    return str(read.plain)


class _Places:
    """Where an entry that is written in some way has its place already."""

    def __init__(self, canonical: Sequence[Read]) -> None:
        self._texts: dict[str, int] = {}
        self._single: dict[tuple[Key, int], int] = {}
        self._ranges: dict[Key, list[tuple[int, int, int]]] = {}
        for index, read in enumerate(canonical):
            if read.key is None:
                continue
            run = read.entry.runs[0]
            if run.count == 1:
                self._single[read.key, run.target] = index
            else:
                last = run.target + run.count - 1
                self._ranges.setdefault(read.key, []).append((run.target, last, index))

    def of(self, read: Read) -> int | None:
        """The place of what is written like `read`, None when nothing is."""
        if read.key is None:
            return None
        if not isinstance(read.plain, dict):
            return self._texts.get(str(read.plain))
        target = read.entry.runs[0].target
        if (found := self._single.get((read.key, target))) is not None:
            return found
        for first, last, index in reversed(self._ranges.get(read.key, ())):
            if first <= target <= last:
                return index
        return None

    def remember(self, read: Read, place: int) -> None:
        """Note the place of an entry that is the first of its kind."""
        if read.key is None:
            return
        if isinstance(read.plain, dict):
            self._single[read.key, read.entry.runs[0].target] = place
        else:
            self._texts[str(read.plain)] = place
