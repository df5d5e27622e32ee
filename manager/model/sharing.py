"""Containers that live in another one's network: whose ports theirs are.

HostConfig.NetworkMode `container:<id or name>` (Engine API); compose's `service:` becomes one of
these. The engine publishes for the owner of the network alone, so what the others listen on is
reached through the owner's ports.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from manager.model.container import Container

_PREFIX = "container:"


def shares_network(container: Container) -> bool:
    """Whether its network is another container's."""
    return container.network_mode.startswith(_PREFIX)


def network_owner(container: Container, containers: Iterable[Container]) -> Container | None:
    """The container whose network it lives in, itself where that is its own.

    None when the owner is gone: then it has no network until it is made anew.
    """
    known = tuple(containers)
    seen: set[str] = set()
    here: Container | None = container
    while here is not None and shares_network(here):
        if here.id in seen:
            return None
        seen.add(here.id)
        here = _named(here.network_mode.removeprefix(_PREFIX), known)
    return here


def shared_networks(containers: Iterable[Container]) -> dict[str, tuple[str, ...]]:
    """Names of those in another container's network, sorted, by the full id of its owner."""
    known = tuple(containers)
    found: dict[str, list[str]] = defaultdict(list)
    for container in known:
        if shares_network(container) and (owner := network_owner(container, known)) is not None:
            found[owner.id].append(container.name)
    return {owner: tuple(sorted(names)) for owner, names in found.items()}


def uses_host_network(container: Container, containers: Iterable[Container]) -> bool:
    """Whether its sockets are the host's own, directly or through the one it shares with."""
    if container.network_mode == "host":
        return True
    if not shares_network(container):
        return False
    owner = network_owner(container, containers)
    return owner is not None and owner.network_mode == "host"


def _named(wanted: str, containers: tuple[Container, ...]) -> Container | None:
    for container in containers:
        if wanted in {container.id, container.name}:
            return container
    if len(wanted) < 12:
        return None
    return next((c for c in containers if c.id.startswith(wanted)), None)
