"""Two projects among the checked files publish the same host socket.

Each comes up alone, and the second one fails while the first one runs. Variants of one stack
are not held against each other: files of one folder, of its hidden folders (`.devcontainer`)
and of those that are named for an environment (`dev`, `prod`, `staging`), and projects that
give themselves the same `name`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from manager.compose.claims import overlapping
from manager.compose.rule import Hit
from manager.compose.stacks import stacks
from manager.compose.stakes import Clash, Side, Stake
from manager.compose.values import Place
from manager.compose.words import listed, where
from manager.model.ports import PortRange


def check(sides: Sequence[Side]) -> Iterator[Clash]:
    """Fixed ports that entries of different projects ask for."""
    found: dict[Stake, list[Stake]] = {}
    for later, earlier in overlapping(_numbered(sides), _OtherStack(sides)):
        # An entry that two projects include is one entry.
        if later.entry != earlier.entry:
            found.setdefault(later, []).append(earlier)
    for stake, others in found.items():
        start = max(stake.ports.start, others[0].ports.start)
        shared = PortRange(start, min(stake.ports.end, others[0].ports.end))
        named = [
            f'"{other.service}" of project {sides[other.project].name} at {where(other.entry)}'
            for other in sorted(others, key=lambda s: s.order)
        ]
        hit = Hit(
            Place(stake.entry.file, stake.span),
            f"port {shared}/{stake.protocol} is also published by {listed(named, 2)}:"
            " only one of the projects can run at a time",
            "give one of them another host port",
            stake.service,
        )
        yield stake.project, stake.entry, hit


def _numbered(sides: Sequence[Side]) -> list[Stake]:
    stakes: list[Stake] = []
    for project, side in enumerate(sides):
        for stake in side.stakes:
            stake.project, stake.order = project, len(stakes)
            stakes.append(stake)
    return stakes


class _OtherStack:
    """Projects of other stacks meet."""

    def __init__(self, sides: Sequence[Side]) -> None:
        self._sides = sides

    @cached_property
    def _stacks(self) -> list[str]:
        return [str(number) for number in stacks(self._sides)]

    def file(self, stake: Stake) -> list[str]:
        """The stack of its project."""
        return [self._stacks[stake.project]]

    def look(self, stake: Stake, present: Iterable[str]) -> Iterable[str]:
        """Every other stack."""
        own = self._stacks[stake.project]
        return [stack for stack in present if stack != own]
