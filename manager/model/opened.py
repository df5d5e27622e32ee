"""Which containers have a port that is open wider than loopback."""

from __future__ import annotations

from collections.abc import Sequence

from manager.model.container import TASK_LABEL, Container
from manager.model.exposure import Exposure, exposure_of
from manager.model.snapshot import Snapshot


def exposed_containers(snapshot: Snapshot, names: Sequence[str] = ()) -> tuple[str, ...]:
    """Names of the containers (of these names, else all) with a mapping wider than loopback.

    names: containers, services or projects. Swarm tasks and pods are told only where named:
    they cannot be bound to less. Raises NoSuchContainer.
    """
    if not names:
        own = (c for c in snapshot.containers if not (c.labels.get(TASK_LABEL) or c.pod))
        return tuple(sorted(c.name for c in own if _is_exposed(c)))
    found: list[str] = []
    for name in names:
        if snapshot.service(name) is not None:
            found.append(name)
        else:
            found.extend(c.name for c in snapshot.matching(name) if _is_exposed(c))
    return tuple(dict.fromkeys(found))


def _is_exposed(container: Container) -> bool:
    wide = (exposure_of(mapping.binding.host_ip) for mapping in container.mappings)
    return any(exposure is not Exposure.LOOPBACK for exposure in wide)
