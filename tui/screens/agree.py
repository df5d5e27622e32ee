"""Lines to be agreed to: Enter does it, Esc leaves everything as it was."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from tui.actions import Place
from tui.presentation.cells import Line
from tui.screens.reader import Reader


class Agree(Reader):
    """Calls `agreed` when it is agreed to."""

    PLACE: ClassVar = Place.AGREE
    CLOSES: ClassVar = "enter does it, esc leaves it"

    def __init__(self, title: str, lines: Sequence[Line], agreed: Callable[[], object]) -> None:
        super().__init__(title, lambda columns: lines)
        self._agreed = agreed

    def agree(self) -> None:
        """Do it."""
        self.dismiss()
        self._agreed()
