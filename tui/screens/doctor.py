"""What makes ports fail here: the checks of `pmap doctor`, filling in as they finish."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual import on

from manager.errors import PmapError
from tui.actions import Place
from tui.background import in_background
from tui.messages import Checked, CheckedAll, Told
from tui.presentation.cells import Line, Role, Span
from tui.presentation.findings import result_line, result_lines
from tui.screens.listing import Listing

if TYPE_CHECKING:
    from manager.doctor.result import CheckResult


class Doctor(Listing):
    """Each result as soon as it is there."""

    PLACE = Place.DOCTOR

    def __init__(self) -> None:
        super().__init__()
        self.results: list[CheckResult] = []
        self.running = False

    def on_mount(self) -> None:
        """Begin to look."""
        super().on_mount()
        self.look()

    def look(self) -> None:
        """Run every check anew."""
        manager = self.pmap.manager
        if manager is None or self.running:
            return
        self.results, self.running = [], True
        self.frame()

        def examine() -> None:
            try:
                for result in manager.doctor():
                    self.post_message(Checked(result))
            except PmapError as error:
                self.pmap.post_message(Told("", (error.message, error.hint)))
            self.post_message(CheckedAll())

        in_background(examine, "pmap-doctor")

    @on(Checked)
    def _checked(self, message: Checked) -> None:
        self.results.append(message.result)
        self.frame()

    @on(CheckedAll)
    def _all(self) -> None:
        self.running = False
        self.frame()
        if self.index == 0:
            # What is wrong is read first, unless the cursor is somewhere by then.
            ends = [result.status.value for result in self.results]
            self.mover.move(next((ends.index(end) for end in ("fail", "warn") if end in ends), 0))

    def note(self) -> Line:
        """How many checks ended how."""
        words = (("fail", "failed", Role.BAD), ("warn", "to mind", Role.WARN))
        spans = [Span(" looking" if self.running else " looked", Role.MUTED)]
        for status, word, role in words:
            number = sum(result.status.value == status for result in self.results)
            spans.append(Span(f"   {number} {word}", role if number else Role.GOOD))
        passed = sum(result.status.value == "pass" for result in self.results)
        return (*spans, Span(f"   {passed} passed", Role.MUTED))

    def lines(self, columns: int) -> Sequence[Line]:
        """One line a result."""
        return [result_line(result, columns, self.pmap.glyphs) for result in self.results]

    def detail(self, columns: int) -> Sequence[Line]:
        """The whole fact and its fix."""
        if self.index >= len(self.results):
            return [()]
        return result_lines(self.results[self.index], columns)
