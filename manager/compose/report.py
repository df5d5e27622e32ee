"""What a run of the check comes to: findings, what could not be read, and how it ends."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from manager.compose.values import SourceText
from manager.model.finding import Finding, Severity
from manager.model.value import NamedTuple

UNREADABLE = "PM010"


class Report(NamedTuple):
    """The outcome of a run.

    files: every file that was read, in order. findings: what is to be told, sorted by place.
    known: how many findings the baseline took as known. sources: the texts, by path.
    """

    files: tuple[str, ...]
    findings: tuple[Finding, ...]
    sources: Mapping[str, SourceText] = MappingProxyType({})
    known: int = 0

    @property
    def errors(self) -> tuple[Finding, ...]:
        """What stood in the way of reading: the run cannot speak for these files."""
        return tuple(
            finding
            for finding in self.findings
            if finding.rule == UNREADABLE and finding.severity is Severity.ERROR
        )

    def shown(self, *, verbose: bool) -> tuple[Finding, ...]:
        """The findings to print; those of severity info only when asked for."""
        if verbose:
            return self.findings
        return tuple([f for f in self.findings if f.severity is not Severity.INFO])

    def exit_code(self, fail_on: Severity) -> int:
        """2 where something could not be read, 1 with findings of `fail_on` or worse, else 0."""
        if self.errors:
            return 2
        severities = {finding.severity for finding in self.findings}
        return int(any(severity.rank <= fail_on.rank for severity in severities))
