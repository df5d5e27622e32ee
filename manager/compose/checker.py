"""Run the rules over projects: which rules, where, how bad, and what comes out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from manager.compose.config import Config
from manager.compose.registry import RULES, rule_ids
from manager.compose.rule import Context, Hit, Rule
from manager.compose.stakes import Side, side_of
from manager.compose.suppress import Silenced, is_silenced, may_silence, silenced_lines
from manager.compose.values import Place, PortEntry, Project, SourceText
from manager.model.finding import Finding, Fix, Severity
from manager.model.value import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from manager.compose.facts import Fact
    from manager.compose.rule import Check


class Caught(NamedTuple):
    """A hit with the rule that made it and the project that it was made in."""

    rule: Rule
    hit: Hit
    context: Context
    severity: Severity

    @property
    def identity(self) -> tuple[object, ...]:
        """Equal for hits that are one finding."""
        return (self.rule.id, self.hit.place, self.hit.message)

    @property
    def finding(self) -> Finding:
        """What is reported of it."""
        return finding_of(self.rule, self.hit, self.severity)


class Judged(NamedTuple):
    """What came out of some projects: the findings, what others care for, the texts by path."""

    findings: list[Finding]
    sides: list[Side]
    sources: dict[str, SourceText]


class Selection:
    """Which rules run, and how bad what they find is."""

    def __init__(self, enabled: frozenset[str], severity: Mapping[str, Severity]) -> None:
        self.enabled = enabled
        self._severity = severity
        self._relevant: dict[frozenset[Fact], list[tuple[Rule, Check]]] = {}

    def relevant(self, facts: frozenset[Fact]) -> list[tuple[Rule, Check]]:
        """The rules that may have something to say of a project with these facts."""
        if facts not in self._relevant:
            self._relevant[facts] = [
                (rule, rule.check)
                for rule in RULES
                if rule.id in self.enabled and not facts.isdisjoint(rule.facts)
            ]
        return self._relevant[facts]

    def severity_of(self, rule: Rule, hit: Hit) -> Severity:
        """A severity that the configuration gives wins over the rule's own."""
        return self._severity.get(rule.id, hit.severity or rule.severity)


def selection(
    config: Config, select: Sequence[str] | None = None, ignore: Sequence[str] = ()
) -> Selection:
    """The rules of a configuration and of the command line. Raises InvalidInput.

    What the command line selects wins over what the configuration selects and ignores. An
    unreadable file is told of unless PM010 itself is ignored.
    """
    everything = {rule.id for rule in RULES}
    if select is None:
        chosen = rule_ids(config.select) if config.select is not None else everything
        ignored = rule_ids([*config.ignore, *ignore])
    else:
        chosen, ignored = rule_ids(select), rule_ids(ignore)
    severity = {
        rule: severity for key, severity in config.severity.items() for rule in rule_ids([key])
    }
    return Selection(frozenset((chosen | {"PM010"}) - ignored), severity)


class Checker:
    """Runs the rules; one for a run, so that each file's comments are read once."""

    def __init__(self, select: Sequence[str] | None = None, ignore: Sequence[str] = ()) -> None:
        self._select = select
        self._ignore = ignore
        self._selections: dict[int, tuple[Config, Selection]] = {}
        self._silenced: dict[int, tuple[SourceText, Silenced]] = {}

    def check(self, projects: Iterable[tuple[Project, Config]]) -> list[Caught]:
        """What the rules say of each project alone, sorted by place, but for silenced hits."""
        caught = [c for project, config in projects for c in self._caught(Context(project, config))]
        return sorted(caught, key=lambda one: _by_place(one.finding))

    def judge(self, projects: Iterable[tuple[Project, Config]]) -> Judged:
        """The same as findings, with what it takes to hold these projects against others.

        Of each project nothing else is kept, so that they may be many.
        """
        judged = Judged([], [], {})
        for project, config in projects:
            context = Context(project, config)
            judged.findings.extend(one.finding for one in self._caught(context))
            judged.sides.append(side_of(context))
            judged.sources.update(project.sources)
        return judged

    def conclude(self, judged: Iterable[Judged], configs: Sequence[Config]) -> Judged:
        """All that was judged, with what the rules say of the projects together.

        Each finding is there once, and they are sorted by place.
        configs: the settings of each project.
        """
        findings: list[Finding] = []
        sides: list[Side] = []
        sources: dict[str, SourceText] = {}
        for part in judged:
            findings += part.findings
            sides += part.sides
            sources |= part.sources
        findings += self._across(sides, configs, sources)
        return Judged(unique(sorted(findings, key=_by_place)), sides, sources)

    def _caught(self, context: Context) -> list[Caught]:
        selection = self._selection(context.config)
        caught = [
            Caught(rule, hit, context, selection.severity_of(rule, hit))
            for rule, check in selection.relevant(context.facts)
            for hit in check(context)
        ]
        if any(may_silence(source.text) for source in context.project.sources.values()):
            caught = [c for c in caught if not self._is_silenced(c)]
        narrowed = {(c.rule.narrows, id(c.hit.entry)) for c in caught if c.rule.narrows}
        return [c for c in caught if (c.rule.id, id(c.hit.entry)) not in narrowed]

    def _across(
        self,
        sides: Sequence[Side],
        configs: Sequence[Config],
        sources: Mapping[str, SourceText],
    ) -> Iterator[Finding]:
        if len(sides) < 2:
            return
        for rule in (rule for rule in RULES if rule.compares):
            for project, entry, hit in rule.compare(sides):
                selection = self._selection(configs[project])
                if rule.id not in selection.enabled:
                    continue
                if not self._silences(rule, hit.place, entry, sources.get(hit.place.file)):
                    yield finding_of(rule, hit, selection.severity_of(rule, hit))

    def _selection(self, config: Config) -> Selection:
        known = self._selections.get(id(config))
        if known is None:
            # The configuration is kept beside it, so that its id stays its own.
            known = (config, selection(config, self._select, self._ignore))
            self._selections[id(config)] = known
        return known[1]

    def _is_silenced(self, caught: Caught) -> bool:
        hit, source = caught.hit, caught.context.source(caught.hit.place.file)
        return self._silences(caught.rule, hit.place, hit.entry, source)

    def _silences(
        self, rule: Rule, place: Place, entry: PortEntry | Place | None, source: SourceText | None
    ) -> bool:
        """Whether a comment where a hit stands, or where its entry begins, silences the rule."""
        if source is None:
            return False
        known = self._silenced.get(id(source))
        if known is None:
            # The text is kept beside it, so that its id stays its own.
            known = self._silenced[id(source)] = (source, silenced_lines(source.text))
        if not known[1]:
            return False
        lines = {*range(place.span.line, place.span.end_line + 1)}
        if entry is not None and entry.file == place.file:
            lines.add(entry.span.line)
        return is_silenced(known[1], rule.id, lines)


def unique(findings: Iterable[Finding]) -> list[Finding]:
    """Each finding once: an anchor or an included file may bring one twice."""
    found: dict[tuple[object, ...], Finding] = {}
    for finding in findings:
        span = finding.span
        key = (finding.rule, finding.file, span.start, span.end, finding.message)
        found.setdefault(key, finding)
    return list(found.values())


def finding_of(rule: Rule, hit: Hit, severity: Severity) -> Finding:
    """What is reported of a hit."""
    mend = hit.mend
    return Finding(
        rule.id,
        rule.name,
        severity,
        hit.place.file,
        hit.place.span,
        hit.message,
        hit.hint,
        hit.service,
        Fix(mend.title, mend.edits, mend.safe) if mend is not None else None,
    )


def sources_of(projects: Iterable[Project]) -> dict[str, SourceText]:
    """Every file that was read, by the path that findings name."""
    return {path: source for project in projects for path, source in project.sources.items()}


def _by_place(finding: Finding) -> tuple[object, ...]:
    span = finding.span
    return (finding.file, span.line, span.column, finding.rule, finding.message)
