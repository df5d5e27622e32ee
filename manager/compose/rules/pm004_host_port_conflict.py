"""Two entries that can run together ask for the same host socket.

At `up` only one of the two gets it: the other container stays behind as `created`, and the
rest of the stack runs. `docker compose config` never says so.

Two sockets are the same when protocol and port meet and, within an address family, the
addresses are equal or one is the unspecified one. So these do not conflict: 127.0.0.1 and
127.0.0.2; 0.0.0.0 and [::]; tcp and udp; services of disjoint profiles; a service without
replicas. No address at all binds both families, and so conflicts with any address.

Where the engine may pick a port of a range (`"8000-8002:80"`), it is a conflict only when no
port is left to pick.

An override file adds its entries to those of the base file. To replace them, write
`ports: !override`.
"""

from __future__ import annotations

from collections.abc import Iterator

from manager.compose.claims import (
    Claim,
    SameProject,
    Vacancies,
    claims_by_service,
    claims_of,
    overlapping,
)
from manager.compose.rule import Context, Hit
from manager.compose.values import UNKNOWN, OriginKind, Place
from manager.compose.words import host_span, listed, rewritten, where
from manager.model.ports import PortRange, format_host


def check(context: Context) -> Iterator[Hit]:
    """Fixed ports that overlap, and picked ones for which none is left."""
    claims = claims_of(context)
    fixed = [claim for claim in claims if not claim.picks]
    in_the_way: dict[Claim, list[Claim]] = {}
    for later, earlier in overlapping(fixed, SameProject()):
        in_the_way.setdefault(later, []).append(earlier)
    if in_the_way:
        vacancies = Vacancies(claims)
        for claim, others in in_the_way.items():
            yield _conflict(claim, sorted(others, key=lambda c: c.order), vacancies)
    if len(fixed) < len(claims):
        yield from _picked(context, claims)


def _conflict(claim: Claim, others: list[Claim], vacancies: Vacancies) -> Hit:
    first = others[0]
    start = max(claim.ports.start, first.ports.start)
    shared = PortRange(start, min(claim.ports.end, first.ports.end))
    port = f"port{'s' if len(shared) > 1 else ''} {shared}/{claim.protocol}"
    who = listed([_named(other, claim) for other in others])
    return Hit(
        Place(claim.entry.file, host_span(claim.entry)),
        f"{port} on {_address(claim)} is already published by {who}",
        _way_out(claim, first, vacancies),
        claim.service.name,
        claim.entry,
    )


def _named(other: Claim, claim: Claim) -> str:
    """The other party: its service, its place, and its address where that differs."""
    service = f'"{other.service.name}"'
    if other.service.name == claim.service.name:
        service = "another entry of this service" if other.entry is not claim.entry else "itself"
    address = "" if other.bucket == claim.bucket else f" on {_address(other)}"
    return f"{service} at {where(other.entry.place)}{address}"


def _address(claim: Claim) -> str:
    if claim.host_ip is None:
        return "every address"
    if claim.host_ip is UNKNOWN:
        part = claim.entry.parts.host_ip
        return part.raw if part is not None else "an unknown address"
    return format_host(claim.host_ip)


def _way_out(claim: Claim, other: Claim, vacancies: Vacancies) -> str:
    replaces = (
        claim.entry.origin.kind is OriginKind.OVERRIDE
        and claim.service.name == other.service.name
        and claim.entry.origin.layer > other.entry.origin.layer
    )
    if replaces:
        return "override files add ports; to replace them, write ports: !override"
    free = vacancies.after(claim.ports)
    if free is None:
        return "give one of the two another host port"
    return f"write {rewritten(claim.entry, published=str(free))}, which is free here"


def _picked(context: Context, claims: list[Claim]) -> Iterator[Hit]:
    """Entries that may pick a port, and find none left. PM005 speaks of too many replicas."""
    from manager.compose.allotment import left_without, short_of_ports  # noqa: PLC0415 -- rare

    short = {
        name
        for name, own in claims_by_service(context).items()
        if isinstance(count := own[0].service.replicas, int)
        and count > 1
        and short_of_ports(own, count) is not None
    }
    for claim, others in left_without([c for c in claims if c.service.name not in short]):
        yield Hit(
            Place(claim.entry.file, host_span(claim.entry)),
            f"none of the ports {claim.ports}/{claim.protocol} is left for this entry:"
            f" they go to {listed([_named(other, claim) for other in others])}",
            "give it a range that others leave alone",
            claim.service.name,
            claim.entry,
        )
