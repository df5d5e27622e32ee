"""More replicas than host ports.

Each container of a service needs host ports of its own. With `"8080:80"` and three replicas
one container starts and two stay behind as `created`.

    - "8080-8082:80"   lets the engine give each replica one port of the range
    - "80"             lets it choose any
"""

from __future__ import annotations

from collections.abc import Iterator

from manager.compose.claims import Claim, claims_by_service
from manager.compose.rule import Context, Hit
from manager.compose.values import Place
from manager.compose.words import host_side, host_span, rewritten
from manager.model.ports import MAX_PORT


def check(context: Context) -> Iterator[Hit]:
    """Services whose containers cannot all have their ports."""
    for claims in claims_by_service(context).values():
        replicas = claims[0].service.replicas
        if isinstance(replicas, int) and replicas > 1:
            from manager.compose.allotment import short_of_ports  # noqa: PLC0415 -- rare

            lacking = short_of_ports(claims, replicas)
            if lacking is not None:
                yield _hit(lacking, replicas)


def _hit(claim: Claim, replicas: int) -> Hit:
    last = claim.ports.start + replicas - 1
    one_target = claim.entry.runs[0].count == 1
    hint = "publish it without a host port, so that the engine chooses one for each"
    if one_target and last <= MAX_PORT:
        span = f"{claim.ports.start}-{last}"
        hint = f"write {rewritten(claim.entry, published=span)}: one host port for each"
    return Hit(
        Place(claim.entry.file, host_span(claim.entry)),
        f"{replicas} replicas cannot share {host_side(claim.entry)}: each needs its own",
        hint,
        claim.service.name,
        claim.entry,
    )
