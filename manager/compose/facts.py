"""What there is in a project, in a few words: rules that need something else are passed over."""

from __future__ import annotations

from collections.abc import Callable

from manager.compose.values import OriginKind, PortEntry, Project, Service, Style, Syntax

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from manager.compose.publishing import Publishing

    Fact = Literal[
        "problems",  # something stood in the way of reading
        "entries",  # an entry of `ports`
        "several",  # more than one run of ports
        "repeated",  # an entry that compose drops as repeated
        "errors",  # an entry that is refused
        "long",  # an entry in the long syntax
        "plain",  # an entry without quotes
        "variables",  # a variable in an entry
        "overriding",  # an entry of an override file
        "replicas",  # a service with ports, and not exactly one container
        "unpublished",  # a service with ports that are not published
    ]


def facts_of(project: Project, publishing: Callable[[Service], Publishing]) -> frozenset[Fact]:
    """What there is in `project`. Nothing: no rule has anything to say of it."""
    facts: set[Fact] = set()
    if project.problems:
        facts.add("problems")
    runs = 0
    for service in project.services:
        if any(entry.error is not None for entry in service.dropped):
            facts.add("errors")
        entries = service.entries
        if service.repeated:
            facts.add("repeated")
            entries = (*entries, *(repeated.entry for repeated in service.repeated))
        if not entries:
            continue
        facts.add("entries")
        if service.replicas != 1:
            facts.add("replicas")
        if publishing(service) != "published":
            facts.add("unpublished")
        for entry in entries:
            runs += len(entry.runs)
            _add_facts_of(entry, facts)
    if runs > 1:
        facts.add("several")
    return frozenset(facts)


def _add_facts_of(entry: PortEntry, facts: set[Fact]) -> None:
    if entry.error is not None:
        facts.add("errors")
    if entry.syntax is Syntax.LONG:
        facts.add("long")
    elif entry.style is Style.PLAIN:
        facts.add("plain")
    if entry.variables:
        facts.add("variables")
    if entry.origin.kind is OriginKind.OVERRIDE:
        facts.add("overriding")
