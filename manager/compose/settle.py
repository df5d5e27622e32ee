"""Which entries of a service remain: a later entry takes the place of an earlier one of its key.

Compose does this port by port after it has expanded the ranges. Here ranges stay ranges: for
each key the ports are kept as intervals of container ports, so that 1-65535 costs one step.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence

from manager.compose.reads import Key, Read
from manager.compose.values import PortEntry, PortRun, Repeated
from manager.model.value import NamedTuple, replace

MAX_STEPS = 150_000


class TooManyPiecesError(Exception):
    """Ranges overlap beyond all bounds."""


class _Piece(NamedTuple):
    """Container ports `start` to `end`: in the place of entry `slot`, as entry `owner` has it."""

    start: int
    end: int
    slot: int
    owner: int


class _Ground:
    """The pieces of one key, disjoint and in order."""

    def __init__(self) -> None:
        self.starts: list[int] = []
        self.pieces: list[_Piece] = []

    def claim(self, start: int, end: int, owner: int) -> list[int]:
        """Give `start` to `end` to `owner`; the owners that lost something."""
        first = max(0, bisect_right(self.starts, start) - 1)
        if first < len(self.pieces) and self.pieces[first].end < start:
            first += 1
        new: list[_Piece] = []
        losers: list[int] = []
        last, cursor = first, start
        while last < len(self.pieces) and self.pieces[last].start <= end:
            old = self.pieces[last]
            if old.start < start:
                new.append(old._replace(end=start - 1))
            if cursor < old.start:
                new.append(_Piece(cursor, old.start - 1, owner, owner))
            new.append(_Piece(max(old.start, start), min(old.end, end), old.slot, owner))
            if old.end > end:
                new.append(old._replace(start=end + 1))
            losers.append(old.owner)
            cursor = min(old.end, end) + 1
            last += 1
        if cursor <= end:
            new.append(_Piece(cursor, end, owner, owner))
        self.pieces[first:last] = new
        self.starts[first:last] = [piece.start for piece in new]
        return losers


def settle(reads: Sequence[Read]) -> tuple[tuple[PortEntry, ...], tuple[Repeated, ...]]:
    """The entries that remain, with their runs, and those of which nothing remains.

    Raises TooManyPiecesError for overlaps that would take too long.
    """
    if _are_apart(reads):
        return tuple([read.entry for read in reads]), ()
    grounds: dict[Key, _Ground] = {}
    successor: dict[int, int] = {}
    steps = 0
    for index, read in enumerate(reads):
        if read.key is None:
            continue
        run = read.entry.runs[0]
        ground = grounds.setdefault(read.key, _Ground())
        losers = ground.claim(run.target, run.target + run.count - 1, index)
        steps += len(losers)
        if steps > MAX_STEPS:
            raise TooManyPiecesError
        successor.update(dict.fromkeys(losers, index))
    if not successor:
        return tuple(read.entry for read in reads), ()
    runs = _runs(reads, (p for ground in grounds.values() for p in ground.pieces))
    entries: list[PortEntry] = []
    repeated: list[Repeated] = []
    for index, read in enumerate(reads):
        if read.key is None:
            entries.append(read.entry)
        elif index in runs:
            entries.append(replace(read.entry, runs=tuple(runs[index])))
        else:
            repeated.append(Repeated(read.entry, reads[successor[index]].entry))
    return tuple(entries), tuple(repeated)


def _are_apart(reads: Sequence[Read]) -> bool:
    """A quick look: True only if no entry has a rival, as it is in nearly every service."""
    taken: set[tuple[Key, int]] = set()
    for read in reads:
        if read.key is not None:
            run = read.entry.runs[0]
            place = (read.key, run.target)
            if run.count > 1 or place in taken:
                return False
            taken.add(place)
    return True


def _runs(reads: Sequence[Read], pieces: Iterable[_Piece]) -> dict[int, list[PortRun]]:
    found: dict[int, list[PortRun]] = {}
    for piece in sorted(pieces, key=lambda p: (p.slot, p.start)):
        run = reads[piece.owner].entry.runs[0]
        found.setdefault(piece.owner, []).append(_cut(run, piece))
    return found


def _cut(run: PortRun, piece: _Piece) -> PortRun:
    published = run.published
    if published and piece.start != run.target:
        published = str(int(published) + piece.start - run.target)
    return replace(
        run,
        published=published,
        target=piece.start,
        count=piece.end - piece.start + 1,
        slot=piece.slot,
    )
