"""Two projects among the checked files publish the same host socket.

Each comes up alone, and the second one fails while the first one runs. Variants of one stack
are not held against each other: files of one folder, of its hidden folders (`.devcontainer`)
and of those that are named for an environment (`dev`, `prod`, `staging`), and projects that
give themselves the same `name`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from manager.compose.claims import Claim, make_claims, overlapping
from manager.compose.rule import Context, Hit, Rule
from manager.compose.stacks import stacks
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
    for later, earlier in overlapping(fixed, _OtherStack(contexts)):
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


class _OtherStack:
    """Projects of other stacks meet."""

    def __init__(self, contexts: Sequence[Context]) -> None:
        numbers = stacks([context.project for context in contexts])
        self._stack = {
            context: str(number) for context, number in zip(contexts, numbers, strict=True)
        }

    def file(self, claim: Claim) -> list[str]:
        """The stack of its project."""
        return [self._stack[claim.context]]

    def look(self, claim: Claim, present: Iterable[str]) -> Iterable[str]:
        """Every other stack."""
        own = self._stack[claim.context]
        return [stack for stack in present if stack != own]


RULE = Rule("PM009", "project-conflict", Severity.WARNING, __doc__, across=check)
