"""A whole run of the check: find projects, read them, run the rules, mend what may be mended."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence

from manager.compose.checker import Caught, Checker, Judged
from manager.compose.config import Config
from manager.compose.configfile import ConfigFinder
from manager.compose.discover import discover, given_files, identity
from manager.compose.known import Known
from manager.compose.mended import Mended, Target, Texts
from manager.compose.project import read_project
from manager.compose.report import Report
from manager.compose.suppress import unknown_rules
from manager.compose.values import Project, ProjectFiles
from manager.errors import InvalidInput
from manager.model.finding import Finding, Severity
from manager.model.typed import TypeVar
from manager.model.value import dataclass, replace

T = TypeVar("T")
R = TypeVar("R")

LEAST_SHARE = 100
"""Under so many projects a process of its own costs more than it saves."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line asks for; None and empty leave it to the configuration.

    files: these together are one project, as `docker compose -f A -f B` takes them. env_files:
    read instead of `.env`. mend: make fixes in memory; unsafe: also those that change who can
    connect. processes: among how many the work may be shared; more than one only where no other
    thread runs.
    """

    paths: Sequence[str] = ()
    files: Sequence[str] = ()
    env_files: Sequence[str] = ()
    select: Sequence[str] | None = None
    ignore: Sequence[str] = ()
    fail_on: Severity | None = None
    strict: bool = False
    baseline: str | None = None
    config: str | None = None
    mend: bool = False
    unsafe: bool = False
    processes: int = 1


class Run:
    """One run. Raises InvalidInput when there is nothing that could be checked."""

    def __init__(self, options: Options) -> None:
        self._options = options
        # Reading os.environ decodes all of it, for every project anew.
        self._environment = dict(os.environ)
        self._finder = ConfigFinder(options.config)
        self._checker = Checker(options.select, options.ignore)
        self._paths = [*options.files, *options.paths] or [os.curdir]
        self._config = self._finder.of(_folder(self._paths[0]))
        self._known = Known(self._baseline_path())
        if self._known.missing and options.mend:
            raise InvalidInput("there is no baseline yet", hint="write it first, without --fix")
        self._targets: list[Target] = []
        self.notes: list[str] = []
        self.mended = Mended([], {})

    def _find(self, paths: Sequence[str]) -> list[Target]:
        """The projects around these paths, each with what governs it."""
        projects = self._projects(paths)
        return [Target(files, self._finder.of(files.directory)) for files in projects]

    def _projects(self, paths: Sequence[str]) -> list[ProjectFiles]:
        options = self._options
        if options.files:
            return [given_files(options.files, self._environment)]
        return discover(
            paths,
            env=self._environment,
            exclude=_patterns(self._config),
            env_files=options.env_files,
        )

    def execute(self) -> Report:
        """Check, and mend in memory where that is asked for."""
        if self._options.mend:
            self._targets = self._find(self._paths)
            return self._report([self._judge(self._targets, self._mend())])
        return self._report(self._read_by_path() or self._read_by_target())

    def _read_by_path(self) -> list[Judged] | None:
        """What came out of many paths, shared before anything is found.

        None where they are few, or where paths in different parts are of one project.
        """
        parts = self._shared(self._find_and_read, self._paths) or []
        targets = [target for found, _ in parts for target in found]
        if len({identity(target.files) for target in targets}) < len(targets):
            return None
        self._targets = targets
        return [judged for _, judged in parts] or None

    def _read_by_target(self) -> list[Judged]:
        self._targets = self._find(self._paths)
        return self._shared(self._read, self._targets) or [self._read(self._targets)]

    def _shared(self, work: Callable[[Sequence[T]], R], items: Sequence[T]) -> list[R] | None:
        """The work shared among processes; None where there is too little of it."""
        processes = min(self._options.processes, len(items) // LEAST_SHARE)
        if processes < 2:
            return None
        from manager.compose.sharing import shared  # noqa: PLC0415 -- most runs are small

        return shared(work, items, processes)

    def _find_and_read(self, paths: Sequence[str]) -> tuple[list[Target], Judged]:
        targets = self._find(paths)
        return targets, self._read(targets)

    def _mend(self) -> list[Project]:
        from manager.compose.fixes import mend  # noqa: PLC0415 -- most runs mend nothing

        self.mended = mend(
            self._targets,
            [self._read_one(target.files, {}) for target in self._targets],
            self._checker,
            self._read_one,
            unsafe=self._options.unsafe,
            choose=self._ours_to_mend,
        )
        return self.mended.projects

    def _ours_to_mend(self, caught: list[Caught]) -> list[Caught]:
        """What is not known, in files of the projects: what they include may be shared."""
        folders = {_folder(path) for path in self._paths}
        folders.update(target.files.directory or os.curdir for target in self._targets)
        roots = tuple(os.path.join(os.path.abspath(root), "") for root in folders)
        unknown = self._known.unknown(caught)
        return [c for c in unknown if os.path.abspath(c.hit.place.file).startswith(roots)]

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
        return written, refusals, self._again() if refusals else report

    @property
    def fail_on(self) -> Severity:
        """The least severity that makes the run fail."""
        if self._options.fail_on is not None:
            return self._options.fail_on
        if self._options.strict or self._config.strict:
            return Severity.WARNING
        return self._config.fail_on or Severity.ERROR

    def _again(self) -> Report:
        return self._report([self._read(self._targets)])

    def _read(self, targets: Sequence[Target]) -> Judged:
        return self._judge(targets, (self._read_one(target.files, {}) for target in targets))

    def _read_one(self, files: ProjectFiles, texts: Texts) -> Project:
        return read_project(
            files, env=self._environment, env_files=self._options.env_files, texts=texts
        )

    def _judge(self, targets: Sequence[Target], projects: Iterable[Project]) -> Judged:
        configs = (target.config for target in targets)
        return self._checker.judge(zip(projects, configs, strict=True))

    def _report(self, judged: Sequence[Judged]) -> Report:
        if not self._targets:
            raise InvalidInput(
                f"no compose file in {', '.join(self._paths)}",
                hint="name one: pmap check FILE. Folders are searched for compose.yaml,"
                " docker-compose.yml and the like",
            )
        configs = [target.config for target in self._targets]
        findings, _, sources = self._checker.conclude(judged, configs)
        if self._options.mend:
            findings = [self._still_mendable(finding) for finding in findings]
        told, known, note = self._known.sift(findings, sources)
        self.notes = [*([note] if note else ()), *unknown_rules(sources)]
        named = [file for target in self._targets for file in target.files.files]
        return Report(tuple(dict.fromkeys([*named, *sources])), tuple(told), sources, known)

    def _still_mendable(self, finding: Finding) -> Finding:
        """A finding without a fix that was tried, did not hold and so was not made."""
        fix = finding.fix
        tried = fix is not None and (fix.safe or self._options.unsafe)
        return replace(finding, fix=None) if tried else finding

    def _baseline_path(self) -> str | None:
        """As given on the command line, else as configured, from the configuration's folder."""
        configured = self._config.baseline
        if self._options.baseline is not None or configured is None:
            return self._options.baseline
        return os.path.join(os.path.dirname(self._config.path or ""), configured)


def _folder(path: str) -> str:
    return path if os.path.isdir(path) else os.path.dirname(path) or os.curdir


def _patterns(config: Config) -> list[str]:
    """What to exclude: as written, and from the folder that the configuration stands in."""
    base = os.path.dirname(config.path or "")
    there = [os.path.abspath(os.path.join(base, pattern)) for pattern in config.exclude]
    return [*config.exclude, *map(os.path.relpath, there), *there]
