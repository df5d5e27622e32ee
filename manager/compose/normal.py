"""Compose's own normal form: what `docker compose config --format json` says of the ports."""

from __future__ import annotations

from collections.abc import Iterator

from manager.compose.short import shown
from manager.compose.values import PortEntry, PortRun, Project, ReadProblem, Service, Stage
from manager.errors import ComposeError

NormalPort = dict[str, str | int]


def normal_form(project: Project) -> list[NormalPort]:
    """The ports of the enabled services, by service name, as compose expands and orders them.

    Each holds service, host_ip, published, target (a number), protocol, mode, name and
    app_protocol, "" for what is not given. Raises ComposeError for what compose refuses: YAML
    that it does not read, and ports of any service, enabled or not.
    """
    raise_refusal(project)
    return [
        port
        for service in sorted(project.services, key=lambda s: s.name.encode())
        if service.enabled(project.profiles)
        for port in ports_of(service)
    ]


def raise_refusal(project: Project) -> None:
    """Raise the ComposeError of the first thing for which compose refuses the project, if any."""
    for problem in project.problems:
        if problem.fatal:
            raise _of_problem(problem)
    for service in project.services:
        for entry in service.dropped:
            if refuses(entry) and entry.error is not None and not entry.error.late:
                raise _of_entry(entry)
        for entry in service.entries:
            if refuses(entry):
                raise _of_entry(entry)


def refuses(entry: PortEntry) -> bool:
    """Whether compose itself refuses the entry, not only the engine."""
    return entry.error is not None and entry.error.stage is Stage.CONFIG


def _of_problem(problem: ReadProblem) -> ComposeError:
    line = None if problem.span is None else problem.span.line
    return ComposeError(problem.message, file=problem.file, line=line, hint=problem.hint)


def _of_entry(entry: PortEntry) -> ComposeError:
    assert entry.error is not None
    message = f"service {entry.service}, ports: {shown(entry.raw)}: {entry.error.message}"
    return ComposeError(message, file=entry.file, line=entry.error.span.line, hint=entry.error.hint)


def ports_of(service: Service) -> Iterator[NormalPort]:
    """The ports of one service in compose's order: by place, within a range by their text."""
    places: dict[int, list[PortRun]] = {}
    for index, entry in enumerate(service.entries):
        for run in entry.runs:
            places.setdefault(index if run.slot < 0 else run.slot, []).append(run)
    for place in sorted(places):
        ports = [port for run in places[place] for port in _expand(service.name, run)]
        if len(ports) > 1:
            ports.sort(key=lambda port: f"{port['target']}/{port['protocol']}")
        yield from ports


def _expand(service: str, run: PortRun) -> Iterator[NormalPort]:
    for offset in range(run.count):
        published = run.published
        if offset and published:
            published = str(int(published) + offset)
        yield {
            "service": service,
            "host_ip": run.host_ip,
            "published": _escaped(published),
            "target": run.target + offset,
            "protocol": _escaped(run.protocol),
            "mode": _escaped(run.mode),
            "name": _escaped(run.name),
            "app_protocol": _escaped(run.app_protocol),
        }


def _escaped(text: str) -> str:
    """What compose prints can be read by compose again, so it doubles every dollar."""
    return text.replace("$", "$$") if "$" in text else text
