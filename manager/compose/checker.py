"""Run the rules over projects: which rules, where, how bad, and what comes out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from manager.compose.config import Config
from manager.compose.registry import RULES, rule_ids
from manager.compose.rule import Context, Hit, Rule
from manager.compose.suppress import Silenced, is_silenced, silenced_lines
from manager.compose.values import Project, SourceText
from manager.model.finding import Finding, Fix, Severity


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
        hit, mend = self.hit, self.hit.mend
        return Finding(
            self.rule.id,
            self.rule.name,
            self.severity,
            hit.place.file,
            hit.place.span,
            hit.message,
            hit.hint,
            hit.service,
            Fix(mend.title, mend.edits, mend.safe) if mend is not None else None,
        )


class Selection(NamedTuple):
    """Which rules run, and how bad what they find is."""

    enabled: frozenset[str]
    severity: Mapping[str, Severity]

    def severity_of(self, rule: Rule, hit: Hit) -> Severity:
        """A severity that the configuration gives wins over the rule's own."""
        return self.severity.get(rule.id, hit.severity or rule.severity)


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
        """Everything that the rules say, sorted by place; silenced hits are left out."""
        contexts = [Context(project, config) for project, config in projects]
        caught = [c for c in self._hits(contexts) if not self._is_silenced(c)]
        narrowed = {(c.rule.narrows, c.context, id(c.hit.entry)) for c in caught if c.rule.narrows}
        kept = [c for c in caught if (c.rule.id, c.context, id(c.hit.entry)) not in narrowed]
        return sorted(kept, key=_by_place)

    def _hits(self, contexts: Sequence[Context]) -> Iterator[Caught]:
        for context in contexts:
            if context.is_plain:
                continue
            selection = self._selection(context.config)
            for rule in RULES:
                if rule.check is not None and rule.id in selection.enabled:
                    for hit in rule.check(context):
                        yield Caught(rule, hit, context, selection.severity_of(rule, hit))
        for rule in RULES:
            if rule.across is not None:
                for context, hit in rule.across(contexts):
                    selection = self._selection(context.config)
                    if rule.id in selection.enabled:
                        yield Caught(rule, hit, context, selection.severity_of(rule, hit))

    def _selection(self, config: Config) -> Selection:
        known = self._selections.get(id(config))
        if known is None:
            # The configuration is kept beside it, so that its id stays its own.
            known = (config, selection(config, self._select, self._ignore))
            self._selections[id(config)] = known
        return known[1]

    def _is_silenced(self, caught: Caught) -> bool:
        source = caught.context.source(caught.hit.place.file)
        if source is None:
            return False
        known = self._silenced.get(id(source))
        if known is None:
            # The text is kept beside it, so that its id stays its own.
            known = self._silenced[id(source)] = (source, silenced_lines(source.text))
        if not known[1]:
            return False
        span, entry = caught.hit.place.span, caught.hit.entry
        lines = {*range(span.line, span.end_line + 1)}
        if entry is not None and entry.file == caught.hit.place.file:
            lines.add(entry.span.line)
        return is_silenced(known[1], caught.rule.id, lines)


def findings_of(caught: Iterable[Caught]) -> list[Finding]:
    """The findings, each once: an anchor or an included file may bring one twice."""
    unique: dict[tuple[object, ...], Finding] = {}
    for one in caught:
        unique.setdefault(one.identity, one.finding)
    return list(unique.values())


def sources_of(projects: Iterable[Project]) -> dict[str, SourceText]:
    """Every file that was read, by the path that findings name."""
    return {path: source for project in projects for path, source in project.sources.items()}


def _by_place(caught: Caught) -> tuple[object, ...]:
    place = caught.hit.place
    return (place.file, place.span.line, place.span.column, caught.rule.id, caught.hit.message)
