"""What a project asks of the host, in so few words that another process can be told of it."""

from __future__ import annotations

from collections.abc import Sequence

from manager.compose.claims import Bucket, claims_of
from manager.compose.rule import Context, Hit
from manager.compose.values import Place
from manager.compose.words import host_span
from manager.model.finding import Span
from manager.model.ports import PortRange
from manager.model.value import NamedTuple, dataclass


@dataclass(slots=True, eq=False, repr=False)
class Stake:
    """Host ports that one entry asks for, as a Claim says it; span is that of the host port.

    project and order are numbers among all projects, given by who compares them.
    """

    service: str
    entry: Place
    span: Span
    bucket: Bucket
    ports: PortRange
    protocol: str
    project: int = 0
    order: int = 0


class Side(NamedTuple):
    """One project, as far as others care: who it is, and what it is sure to ask for."""

    name: str
    directory: str
    stakes: Sequence[Stake]


Clash = tuple[int, Place, Hit]
"""What a rule says of a project beside others: its number, the entry's place, and the hit."""


def side_of(context: Context) -> Side:
    """What others need to know of a project."""
    project = context.project
    stakes = [
        Stake(
            claim.service.name,
            claim.entry.place,
            host_span(claim.entry),
            claim.bucket,
            claim.ports,
            claim.protocol,
        )
        for claim in claims_of(context)
        if not claim.picks
    ]
    return Side(project.name, project.directory, stakes)
