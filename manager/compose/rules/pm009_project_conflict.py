"""Two projects among the checked files publish the same host socket.

Each comes up alone, and the second one fails while the first one runs. Files of one folder
are taken as variants of one project, and are not held against each other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from manager.compose.claims import Claim, claims_of, overlapping
from manager.compose.rule import Context, Hit, Rule
from manager.compose.values import Place
from manager.compose.words import host_span, listed, where
from manager.model.finding import Severity
from manager.model.ports import PortRange


def check(contexts: Sequence[Context]) -> Iterator[tuple[Context, Hit]]:
    """Fixed ports that entries of different projects ask for."""
    claims: list[Claim] = []
    for context in contexts:
        claims += claims_of(context, first=len(claims))
    found: dict[Claim, list[Claim]] = {}
    fixed = [claim for claim in claims if not claim.picks]
    for later, earlier in overlapping(fixed, _different_projects):
        found.setdefault(later, []).append(earlier)
    for claim, others in found.items():
        start = max(claim.ports.start, others[0].ports.start)
        shared = PortRange(start, min(claim.ports.end, others[0].ports.end))
        named = [
            f'"{other.service.name}" of project {other.context.project.name}'
            f" at {where(other.entry.place)}"
            for other in sorted(others, key=lambda c: c.order)
        ]
        yield (
            claim.context,
            Hit(
                Place(claim.entry.file, host_span(claim.entry)),
                f"port {shared}/{claim.protocol} is also published by {listed(named, 2)}:"
                " only one of the projects can run at a time",
                "give one of them another host port",
                claim.service.name,
                claim.entry,
            ),
        )


def _different_projects(one: Claim, two: Claim) -> bool:
    if one.context is two.context or one.entry.place == two.entry.place:
        return False
    return one.context.project.directory != two.context.project.directory


RULE = Rule("PM009", "project-conflict", Severity.WARNING, __doc__, across=check)
