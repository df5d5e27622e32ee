"""Two projects among the checked files publish the same host socket.

Each comes up alone, and the second one fails while the first one runs. Files of one folder
are taken as variants of one project, and are not held against each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from manager.compose.claims import Claim, make_claims, overlapping
from manager.compose.rule import Context, Hit, Rule
from manager.compose.values import Place
from manager.compose.words import host_span, listed, where
from manager.model.finding import Severity
from manager.model.ports import PortRange


def check(contexts: Sequence[Context]) -> Iterator[tuple[Context, Hit]]:
    """Fixed ports that entries of different projects ask for."""
    if len(contexts) < 2:
        return
    claims: list[Claim] = []
    for context in contexts:
        claims += make_claims(context, first=len(claims))
    found: dict[Claim, list[Claim]] = {}
    fixed = [claim for claim in claims if not claim.picks]
    for later, earlier in overlapping(fixed, _OtherFolder()):
        # An entry that two projects include is one entry.
        if later.entry.place != earlier.entry.place:
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


class _OtherFolder:
    """Projects of other folders meet; files of one folder are variants of one project."""

    def file(self, claim: Claim) -> list[str]:
        """The folder of its project."""
        return [claim.context.project.directory]

    def look(self, claim: Claim, present: Iterable[str]) -> Iterable[str]:
        """Every other folder."""
        return [folder for folder in present if folder != claim.context.project.directory]


RULE = Rule("PM009", "project-conflict", Severity.WARNING, __doc__, across=check)
