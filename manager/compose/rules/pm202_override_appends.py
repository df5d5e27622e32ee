"""An override file adds a host port where it looks as if it should replace one.

Compose appends the `ports` of an override to those of the base file: 8080 in the base and 9090
in the override leave both open. To replace them (compose 2.24.4 and later):

    services:
      web:
        ports: !override
          - "127.0.0.1:9090:80"
"""

from __future__ import annotations

from collections.abc import Iterator

from manager.compose.claims import SameProject, claims_by_service, overlapping
from manager.compose.rule import Context, Hit
from manager.compose.values import UNKNOWN, OriginKind, Place, PortEntry, Service
from manager.compose.words import host_side, host_span, where
from manager.model.ports import PortRange


def check(context: Context) -> Iterator[Hit]:
    """Override entries for a container port that the base publishes already."""
    for service in context.project.services:
        overrides = any(entry.origin.kind is OriginKind.OVERRIDE for entry in service.entries)
        if overrides and context.publishing(service) == "published":
            yield from _added(context, service)


def _added(context: Context, service: Service) -> Iterator[Hit]:
    conflicting = _conflicting(context, service)
    first: dict[tuple[PortRange, str], PortEntry] = {}
    for entry in service.entries:
        if entry.error or not isinstance(entry.target, PortRange) or entry.protocol is UNKNOWN:
            continue
        base = first.setdefault((entry.target, entry.protocol.lower()), entry)
        added = entry.origin.kind is OriginKind.OVERRIDE and entry.origin.layer > base.origin.layer
        if added and id(entry) not in conflicting:
            yield Hit(
                Place(entry.file, host_span(entry)),
                f"{host_side(entry)} is opened beside {host_side(base)} at"
                f" {where(base.place)}: an override adds ports and replaces none",
                "to replace them, write ports: !override",
                service.name,
                entry,
            )


def _conflicting(context: Context, service: Service) -> set[int]:
    """Entries of which PM004 says that they cannot start beside the base."""
    own = claims_by_service(context).get(service.name, [])
    return {id(claim.entry) for pair in overlapping(own, SameProject()) for claim in pair}
