"""Which containers have a port that is open wider than loopback."""

from __future__ import annotations

from collections.abc import Sequence

from manager.model.exposure import Exposure, exposure_of
from manager.model.snapshot import Snapshot


def exposed_containers(snapshot: Snapshot, names: Sequence[str] = ()) -> tuple[str, ...]:
    """Names of the containers (of these names, else all) with a mapping wider than loopback.

    names: containers, services or projects. Raises NoSuchContainer.
    """
    chosen = (
        [container for name in names for container in snapshot.matching(name)]
        if names
        else sorted(snapshot.containers, key=lambda c: c.name)
    )
    return tuple(
        dict.fromkeys(
            container.name
            for container in chosen
            for mapping in container.mappings
            if exposure_of(mapping.binding.host_ip) is not Exposure.LOOPBACK
        )
    )
