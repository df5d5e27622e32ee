"""What a project means, without places: two readings are compared by it after an edit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from manager.compose.values import PortRun, ProblemKind, Project, Service
from manager.model.value import NamedTuple, replace


class Meaning(NamedTuple):
    """Everything that an edit of a port entry could change by accident.

    runs: the published ports in compose's normal form, by service, as often as they occur.
    refused: how many entries of a service are refused. rest: all else that was read.
    """

    runs: dict[str, Counter[PortRun]]
    refused: dict[str, int]
    rest: tuple[object, ...]


def meaning_of(project: Project) -> Meaning:
    """What `project` means."""
    services = project.services
    return Meaning(
        {s.name: Counter(unplaced(r for e in s.entries for r in e.runs)) for s in services},
        {s.name: sum(entry.error is not None for entry in s.entries) for s in services},
        (
            project.name,
            project.files,
            project.profiles,
            tuple(map(_rest, services)),
            tuple(
                (name, network.internal, network.external, network.driver, network.host_binding)
                for name, network in project.networks.items()
            ),
            Counter(
                (problem.kind, problem.file, problem.service)
                for problem in project.problems
                if problem.kind is not ProblemKind.UNSET_VARIABLE
            ),
        ),
    )


def unplaced(runs: Iterable[PortRun]) -> list[PortRun]:
    """Runs that are equal whatever their order in the list."""
    return [replace(run, slot=0) for run in runs]


def _rest(service: Service) -> tuple[object, ...]:
    texts = (service.network_mode, service.container_name, service.image)
    return (
        service.name,
        service.profiles,
        service.replicas,
        service.networks,
        service.depends_on,
        tuple(key for key in service.keys if key != "ports"),
        tuple(part.text if part is not None else None for part in texts),
    )
