"""How often each rule was hit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from manager.model.finding import Finding
from manager.model.value import NamedTuple


class Tally(NamedTuple):
    """How often a rule was hit, and how many of the hits can be mended."""

    rule: str
    name: str
    hits: int
    fixable: int


def tallies(findings: Sequence[Finding]) -> list[Tally]:
    """One a rule, most frequent first."""
    counts = Counter((finding.rule, finding.name) for finding in findings)
    fixable = Counter(finding.rule for finding in findings if finding.fix is not None)
    rows = [Tally(rule, name, count, fixable[rule]) for (rule, name), count in counts.items()]
    return sorted(rows, key=lambda row: (-row.hits, row.rule))
