"""How much a project may hold: beyond that the files are refused, within bounded time."""

from __future__ import annotations

from manager.compose.document import Sheet, UnreadableFileError
from manager.compose.libyaml import Node
from manager.compose.values import ProblemKind, ReadProblem
from manager.model.value import dataclass

MAX_ENTRIES = 20_000


@dataclass(slots=True, eq=False)
class Budget:
    """What is left of the entries that one project may have, aliases and extends counted."""

    left: int = MAX_ENTRIES

    def spend(self, entries: int, sheet: Sheet, node: Node) -> None:
        """Take some away. Raises UnreadableFileError when nothing is left."""
        self.left -= entries
        if self.left < 0:
            raise UnreadableFileError(
                ReadProblem(
                    ProblemKind.TOO_LARGE,
                    sheet.path,
                    f"brings the project to more than {MAX_ENTRIES} ports entries",
                    sheet.span(node.start_mark.index, node.start_mark.index + 1),
                )
            )
