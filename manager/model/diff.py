"""What changed between two tables of ports."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from manager.model.rows import PortRow


class ChangeKind(StrEnum):
    """What became of a row."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class RowChange:
    """One row that came, went, or is no longer bound (or is again)."""

    kind: ChangeKind
    row: PortRow


def diff_rows(before: Iterable[PortRow], after: Iterable[PortRow]) -> list[RowChange]:
    """The changes in the order of the tables: what went first, then what came or changed.

    Rows are the same when owner, host side, container side and protocol are: the mapping of a
    container that stopped is `changed`, not removed and added.
    """
    old = {_mapping(row): row for row in before}
    new = {_mapping(row): row for row in after}
    changes = [RowChange(ChangeKind.REMOVED, row) for key, row in old.items() if key not in new]
    for key, row in new.items():
        if key not in old:
            changes.append(RowChange(ChangeKind.ADDED, row))
        elif (row.source, row.bound) != (old[key].source, old[key].bound):
            changes.append(RowChange(ChangeKind.CHANGED, row))
    return changes


def _mapping(row: PortRow) -> tuple[str, ...]:
    return row.identity[1:]
