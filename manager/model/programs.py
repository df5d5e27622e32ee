"""Programs that a shell finds by name."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FoundCommand:
    """A program of that name: where, what it leads to, and whether it is this one.

    ours is None where the file may not be read.
    """

    path: str
    real: str
    ours: bool | None
