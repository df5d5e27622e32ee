"""`pmap check` for the screen: which files to look at, what was found, and mending after a look."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from manager.model.finding import Finding
from manager.model.snapshot import Snapshot
from tui.files import compose_files

if TYPE_CHECKING:
    from manager.compose.report import Report
    from manager.compose.runner import Run


@dataclass(frozen=True, slots=True)
class Checkup:
    """What check found: files in order, findings by place, and the texts of the files."""

    files: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    texts: tuple[tuple[str, str], ...] = ()

    def text(self, file: str) -> str:
        """The text of a file, empty where it is not known."""
        return dict(self.texts).get(file, "")


@dataclass(frozen=True, slots=True)
class Mend:
    """A mend that was worked out and not written: its diff, and what writes it."""

    file: str
    diff: tuple[str, ...]
    run: Run
    report: Report

    def write(self) -> tuple[str, ...]:
        """Write it; why files were not written, empty when all is well."""
        _, refusals, _ = self.run.write(self.report)
        return tuple(refusal.message for refusal in refusals)


def known_files(snapshot: Snapshot, folder: str) -> tuple[str, ...]:
    """The compose files of the folder, and those that the containers' labels name."""
    named = (
        file
        for container in snapshot.containers
        if container.origin is not None
        for file in container.origin.files
        if os.path.isfile(file)
    )
    return tuple(dict.fromkeys((*compose_files(folder), *named)))


def check_files(files: Iterable[str]) -> Checkup:
    """Check these files. Raises InvalidInput where none can be checked."""
    from manager.compose.runner import Options, Run

    paths = tuple(files)
    if not paths:
        return Checkup()
    report = Run(Options(paths)).execute()
    texts = tuple((path, source.text) for path, source in report.sources.items())
    return Checkup(report.files, report.findings, texts)


def mend_rule(file: str, rule: str) -> Mend:
    """Work out the fixes of one rule in a file's project. Raises InvalidInput.

    Those that change who can connect too: nothing is written before the diff was agreed to.
    """
    from manager.compose.diff import diff_lines
    from manager.compose.runner import Options, Run

    run = Run(Options((file,), select=(rule,), mend=True, unsafe=True))
    report = run.execute()
    diff = tuple(diff_lines(run.mended.texts, run.mended.sources))
    return Mend(file, diff, run, report)
