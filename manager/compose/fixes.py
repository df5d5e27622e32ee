"""Mend what was caught: edit the texts, read them again, and keep what changed as it should.

Nothing is written here. After the edits the project is read again from the edited texts and
compared with what was meant; a mend that changes anything else is not made, and its finding
stays.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

from manager.compose.checker import Caught, Checker, sources_of
from manager.compose.edits import apply_edits, choose_apart
from manager.compose.meaning import Meaning, meaning_of, unplaced
from manager.compose.mended import Mended, Read, Target
from manager.compose.rule import Mend
from manager.compose.values import PortRun, Project, SourceText
from manager.compose.words import LOOPBACK
from manager.model.finding import Edit
from manager.model.value import dataclass, replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from manager.compose.rule import Intent

MOST_ROUNDS = 8
"""A mend may make room for another one (quotes, then an address); more rounds help nobody."""

_MendKey = tuple[str, str, tuple[Edit, ...]]


def mend(
    targets: Sequence[Target],
    projects: Sequence[Project],
    checker: Checker,
    read: Read,
    *,
    unsafe: bool,
    choose: Callable[[list[Caught]], list[Caught]] = list,
) -> Mended:
    """Mend everything in `projects` (read from `targets`) that can be mended.

    unsafe: also what changes who can connect. choose: which of the caught to mend at all.
    """
    result = Mended(list(projects), sources_of(projects))
    refused: set[_MendKey] = set()
    for _ in range(MOST_ROUNDS):
        pairs = [(p, t.config) for p, t in zip(result.projects, targets, strict=True)]
        caught = [c for c in choose(checker.check(pairs)) if _allowed(c.hit.mend, unsafe)]
        jobs = [job for job in _jobs(caught) if job.key not in refused]
        if not jobs:
            break
        _Round(targets, result, read, refused).run(jobs)
    return result


def _allowed(mend: Mend | None, unsafe: bool) -> bool:
    return mend is not None and (mend.safe or unsafe)


@dataclass(frozen=True, slots=True, eq=False)
class _Job:
    """One mend of one file, with every hit that asks for it (an anchor serves many services)."""

    file: str
    mend: Mend
    caught: tuple[Caught, ...]

    @property
    def key(self) -> _MendKey:
        return (self.file, self.caught[0].rule.id, self.mend.edits)


def _jobs(caught: Iterable[Caught]) -> list[_Job]:
    grouped: dict[_MendKey, list[Caught]] = {}
    for one in caught:
        if one.hit.mend is not None:
            key = (one.hit.place.file, one.rule.id, one.hit.mend.edits)
            grouped.setdefault(key, []).append(one)
    return [
        _Job(file, group[0].hit.mend, tuple(group))
        for (file, _, _), group in grouped.items()
        if group[0].hit.mend is not None
    ]


class _Round:
    """One round: as many mends at once as do not touch each other."""

    def __init__(
        self, targets: Sequence[Target], result: Mended, read: Read, refused: set[_MendKey]
    ) -> None:
        self._targets = targets
        self._result = result
        self._read = read
        self._refused = refused
        self._before = [meaning_of(project) for project in result.projects]
        self._sources = sources_of(result.projects)

    def run(self, jobs: Sequence[_Job]) -> None:
        """Make the mends that hold, and remember those that do not."""
        by_file: dict[str, list[_Job]] = {}
        for job in jobs:
            by_file.setdefault(job.file, []).append(job)
        apart = [
            group[index]
            for group in by_file.values()
            for index in choose_apart([job.mend.edits for job in group])
        ]
        made = self._holding(apart)
        if made:
            texts = self._edited(made)
            self._result.projects[:] = self._read_again(texts)
            self._result.texts.update(texts)
            self._result.made.update(job.caught[0].rule.id for job in made)
            # What did not hold beside the old text may hold beside the new one.
            self._refused.clear()

    def _holding(self, jobs: list[_Job]) -> list[_Job]:
        """The jobs whose edits together change what they mean to, found by halving."""
        if not jobs or self._holds(jobs):
            return jobs
        if len(jobs) == 1:
            self._refused.add(jobs[0].key)
            return []
        middle = len(jobs) // 2
        first, second = self._holding(jobs[:middle]), self._holding(jobs[middle:])
        return first + second if self._holds(first + second) else first

    def _holds(self, jobs: Sequence[_Job]) -> bool:
        after = self._read_again(self._edited(jobs))
        return all(
            _as_meant(before, meaning_of(project), _intents(jobs, old))
            for old, project, before in zip(self._result.projects, after, self._before, strict=True)
            if project is not old
        )

    def _edited(self, jobs: Sequence[_Job]) -> dict[str, SourceText]:
        edits: dict[str, list[Edit]] = {}
        for job in jobs:
            edits.setdefault(job.file, []).extend(job.mend.edits)
        return {
            file: replace(source := self._sources[file], text=apply_edits(source.text, made))
            for file, made in edits.items()
        }

    def _read_again(self, edited: Mapping[str, SourceText]) -> list[Project]:
        texts = {**self._result.texts, **edited}
        return [
            project
            if edited.keys().isdisjoint(project.sources)
            else self._read(t.files, {f: texts[f] for f in project.sources if f in texts})
            for t, project in zip(self._targets, self._result.projects, strict=True)
        ]


def _intents(jobs: Sequence[_Job], project: Project) -> list[Caught]:
    return [c for job in jobs for c in job.caught if c.context.project is project]


def _as_meant(before: Meaning, after: Meaning, caught: Sequence[Caught]) -> bool:
    """Whether `after` is `before` with what the mends of `caught` mean to change."""
    if before.rest != after.rest or before.runs.keys() != after.runs.keys():
        return False
    runs = {service: Counter(counts) for service, counts in before.runs.items()}
    refused = dict(before.refused)
    revived: Counter[str] = Counter()
    for service, intent, asked in map(_change, caught):
        if intent == "accepted":
            revived[service] += 1
            refused[service] -= 1
        elif intent != "nothing":
            runs[service].subtract(unplaced(asked))
            runs[service].update(_changed(intent, unplaced(asked)))
    return refused == after.refused and all(
        _fits(after.runs[service], counts, revived[service]) for service, counts in runs.items()
    )


def _change(caught: Caught) -> tuple[str, Intent, tuple[PortRun, ...]]:
    mend, entry = caught.hit.mend, caught.hit.entry
    intent = mend.intent if mend is not None else "nothing"
    return (entry.service if entry else "", intent, entry.runs if entry else ())


def _changed(intent: Intent, runs: Iterable[PortRun]) -> list[PortRun]:
    if intent == "loopback":
        return [replace(run, host_ip=LOOPBACK) for run in runs]
    if intent == "lower-case":
        return [replace(run, protocol=run.protocol.lower()) for run in runs]
    return []


def _fits(after: Counter[PortRun], meant: Counter[PortRun], revived: int) -> bool:
    """Whether the runs are those that are meant, but for revived ones on loopback."""
    new, gone = after - meant, meant - after
    on_loopback = all(run.host_ip == LOOPBACK for run in new)
    return not gone and (not new or (revived > 0 and on_loopback))
