"""A whole run of the check: find projects, read them, run the rules, mend what may be mended."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import NamedTuple

from manager.compose.checker import Checker, findings_of, sources_of
from manager.compose.configfile import ConfigFinder
from manager.compose.discover import discover
from manager.compose.known import Known
from manager.compose.mended import Mended, Target, Texts
from manager.compose.project import read_project
from manager.compose.report import Report
from manager.compose.values import Project, ProjectFiles
from manager.errors import InvalidInput
from manager.model.finding import Severity


class Options(NamedTuple):
    """What the command line asks for; None and empty leave it to the configuration.

    mend: make fixes in memory; unsafe: also those that change who can connect.
    """

    paths: Sequence[str] = ()
    select: Sequence[str] | None = None
    ignore: Sequence[str] = ()
    fail_on: Severity | None = None
    strict: bool = False
    baseline: str | None = None
    config: str | None = None
    mend: bool = False
    unsafe: bool = False


class Run:
    """One run. Raises InvalidInput when there is nothing that could be checked."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._finder = ConfigFinder(options.config)
        self._checker = Checker(options.select, options.ignore)
        paths = list(options.paths) or [os.curdir]
        first = paths[0] if os.path.isdir(paths[0]) else os.path.dirname(paths[0])
        self._config = self._finder.of(first or os.curdir)
        self._known = Known(self._baseline_path())
        if self._known.missing and options.mend:
            raise InvalidInput("there is no baseline yet", hint="write it first, without --fix")
        self._targets = [
            Target(files, self._finder.of(files.directory))
            for files in discover(paths, exclude=self._config.exclude)
        ]
        if not self._targets:
            raise InvalidInput(
                f"no compose file in {', '.join(paths)}",
                hint="name one: pmap check FILE. Folders are searched for compose.yaml,"
                " docker-compose.yml and the like",
            )
        self.notes: list[str] = []
        self.mended = Mended([], {})

    def execute(self) -> Report:
        """Check, and mend in memory where that is asked for."""
        projects = self._read()
        if self._options.mend:
            projects = self._mend(projects)
        return self._report(projects)

    def _mend(self, projects: Sequence[Project]) -> list[Project]:
        from manager.compose.fixes import mend  # noqa: PLC0415 -- most runs mend nothing

        self.mended = mend(
            self._targets,
            projects,
            self._checker,
            _read_edited,
            unsafe=self._options.unsafe,
            choose=self._known.unknown,
        )
        return self.mended.projects

    def write(self, report: Report) -> tuple[list[str], list[InvalidInput], Report]:
        """Write what was mended: the files that were, why others were not, and a report.

        The report tells of the files as they are on disk then.
        """
        from manager.compose.store import replace_file  # noqa: PLC0415 -- as for mend

        written: list[str] = []
        refusals: list[InvalidInput] = []
        for file, new in self.mended.texts.items():
            old = self.mended.sources[file]
            try:
                replace_file(file, new.encode(new.text), expected=old.encode(old.text))
                written.append(file)
            except InvalidInput as refused:
                refusals.append(refused)
        return written, refusals, self._report(self._read()) if refusals else report

    @property
    def fail_on(self) -> Severity:
        """The least severity that makes the run fail."""
        if self._options.fail_on is not None:
            return self._options.fail_on
        if self._options.strict or self._config.strict:
            return Severity.WARNING
        return self._config.fail_on or Severity.ERROR

    def _read(self) -> list[Project]:
        return [read_project(target.files) for target in self._targets]

    def _report(self, projects: Sequence[Project]) -> Report:
        pairs = [(p, t.config) for p, t in zip(projects, self._targets, strict=True)]
        sources = sources_of(projects)
        findings = findings_of(self._checker.check(pairs))
        told, known, note = self._known.sift(findings, sources)
        self.notes = [note] if note else []
        named = [file for target in self._targets for file in target.files.files]
        return Report(tuple(dict.fromkeys([*named, *sources])), tuple(told), sources, known)

    def _baseline_path(self) -> str | None:
        """As given on the command line, else as configured, from the configuration's folder."""
        configured = self._config.baseline
        if self._options.baseline is not None or configured is None:
            return self._options.baseline
        return os.path.join(os.path.dirname(self._config.path or ""), configured)


def _read_edited(files: ProjectFiles, texts: Texts) -> Project:
    return read_project(files, texts=texts)
