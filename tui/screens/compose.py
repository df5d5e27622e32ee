"""The compose projects found here and by the containers' labels, and what check says of them."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence

from textual import on

from manager.errors import PmapError
from manager.model.finding import Finding, Severity
from tui.actions import Place
from tui.background import in_background
from tui.checking import Checkup, Mend, check_files, known_files, mend_rule
from tui.messages import CheckupDone, MendReady, Told
from tui.presentation.cells import Line, Role, Span, counted
from tui.presentation.findings import (
    diff_lines,
    finding_line,
    finding_lines,
    finding_widths,
)
from tui.screens.agree import Agree
from tui.screens.listing import Listing


class Compose(Listing):
    """Findings by file and line; fixes are made after a look at the diff."""

    PLACE = Place.COMPOSE

    def __init__(self) -> None:
        super().__init__()
        self.checkup = Checkup()
        self.running = False

    def on_mount(self) -> None:
        """Begin to check."""
        super().on_mount()
        self.look()

    def look(self) -> None:
        """Check all files anew."""
        if self.running:
            return
        self.running = True
        snapshot = self.pmap.snapshot

        def check() -> None:
            try:
                self.post_message(CheckupDone(check_files(known_files(snapshot, os.curdir))))
            except PmapError as error:
                self.post_message(CheckupDone(Checkup()))
                self.pmap.post_message(Told("", (error.message, error.hint)))

        in_background(check, "pmap-check")
        self.frame()

    @on(CheckupDone)
    def _done(self, message: CheckupDone) -> None:
        self.checkup, self.running = message.checkup, False
        self.frame()

    @property
    def chosen(self) -> Finding | None:
        """The finding under the cursor."""
        findings = self.checkup.findings
        return findings[self.index] if self.index < len(findings) else None

    def note(self) -> Line:
        """How much was read and found."""
        findings = self.checkup.findings
        every = Counter(finding.severity for finding in findings)
        errors, notes = every[Severity.ERROR], every[Severity.INFO]
        word = " checking" if self.running else f" {counted(len(self.checkup.files), 'file')}"
        fixable = sum(finding.fix is not None for finding in findings)
        return (
            Span(word, Role.MUTED),
            Span(f"   {counted(errors, 'error')}", Role.BAD if errors else Role.GOOD),
            Span(f"   {counted(every[Severity.WARNING], 'warning')}", Role.MUTED),
            Span(f"   {counted(notes, 'note')}" if notes else "", Role.MUTED),
            Span(
                f"   {self.pmap.glyphs.marked} {fixable} can be fixed",
                Role.GOOD if fixable else Role.MUTED,
            ),
        )

    def lines(self, columns: int) -> Sequence[Line]:
        """One line a finding."""
        glyphs, findings = self.pmap.glyphs, self.checkup.findings
        widths = finding_widths(findings)
        return [finding_line(finding, columns, glyphs, widths) for finding in findings]

    def detail(self, columns: int) -> Sequence[Line]:
        """The finding at its line of the source."""
        finding = self.chosen
        if finding is not None:
            text = self.checkup.text(finding.file)
            # The page without its top and its footer; under the list its lower half, less a line.
            room = self.size.height - 3
            room = room if self.beside else room // 2 - 1
            return finding_lines(finding, text, columns, self.pmap.glyphs, room)
        if self.running:
            return [()]
        if not self.checkup.files:
            return [(Span("There is no compose file here, nor do containers name one."),)]
        return [(Span("Nothing is wrong in these files.", Role.GOOD),)]

    def fix(self) -> None:
        """Work out the fixes of the selected rule in that file, and show the diff."""
        finding = self.chosen
        if finding is None:
            return

        def mend() -> None:
            try:
                self.post_message(MendReady(mend_rule(finding.file, finding.rule)))
            except PmapError as error:
                self.pmap.post_message(Told("", (error.message, error.hint)))

        in_background(mend, "pmap-mend")

    @on(MendReady)
    def _ready(self, message: MendReady) -> None:
        if not message.mend.diff:
            self.pmap.notify(
                "That cannot be fixed by itself: the hint says what to do.", markup=False
            )
            return
        title = f"Fix {os.path.basename(message.mend.file)}"
        lines = diff_lines(message.mend.diff)
        self.pmap.push_screen(Agree(title, lines, lambda: self._write(message.mend)))

    def _write(self, mend: Mend) -> None:
        for refusal in mend.write():
            self.pmap.notify(refusal, severity="warning", markup=False)
        self.look()
