"""`pmap ls -f`: what compose files would publish, in compose's own normal form. No engine."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from manager.cli.output import Cell, Output
from manager.errors import InvalidPortSpec
from manager.model.exposure import Exposure, exposure_of
from manager.model.ports import parse_ip

if TYPE_CHECKING:
    import argparse

    from manager.compose.values import Project, Service

_LONGEST_NUMBER = 19


def list_files(args: argparse.Namespace) -> int:
    """Read the files as one project, print what it would publish; 0. Raises ComposeError.

    The rows are compose's own normal form, so those that the engine then ignores are among them:
    of these `bound` is False and not unknown, and the table says why.
    """
    from manager.compose.normal import normal_form
    from manager.compose.project import read_project

    project = read_project(args.files)
    services = {service.name: service for service in project.services}
    ignored: dict[str, str] = {}
    mappings = []
    for port in normal_form(project):
        service = services[str(port["service"])]
        if args.names and not {service.name, project.name} & set(args.names):
            continue
        reason = _ignored(project, service)
        row = _form(port, project, service, bound=None if reason is None else False)
        if args.exposed and (reason or row["exposure"] == Exposure.LOOPBACK):
            continue
        mappings.append(row)
        if reason is not None:
            ignored[service.name] = reason
    output = Output()
    if args.json:
        from manager.cli.json_form import SCHEMA, engine_form

        output.json(
            {
                "schema": SCHEMA,
                "engine": engine_form(None),
                "mappings": mappings,
                "conflicts": [],
            }
        )
    elif mappings:
        _print(output, mappings)
        for name, reason in ignored.items():
            output.text(f"the ports of {name} are not published: {reason}", "dim")
    else:
        output.text(f"{', '.join(Path(name).name for name in args.files)}: no ports")
    return 0


def _ignored(project: Project, service: Service) -> str | None:
    """Why the engine publishes none of the ports of a service; None where it does."""
    from manager.compose.publishing import WHY_NOT, publishing_of

    if service.replicas == 0:
        return "no container of the service is made"
    return WHY_NOT.get(publishing_of(project, service))


def _form(
    port: Mapping[str, Any], project: Project, service: Service, *, bound: bool | None
) -> dict[str, Any]:
    host_ip = str(port["host_ip"]) or None
    image = service.image
    return {
        "container": None,
        "container_id": None,
        "image": image.text if image else None,
        "state": None,
        "project": project.name,
        "service": port["service"],
        "host_ip": host_ip,
        "host_port": _host_port(str(port["published"])),
        "container_port": port["target"],
        "protocol": port["protocol"],
        "exposure": _exposure(host_ip, project, service).value,
        "declared": True,
        "bound": bound,
        "source": "compose-file",
        "process": None,
    }


def _host_port(published: str) -> int | str | None:
    """A number, where it is one; compose lets any text through that the engine then refuses."""
    number = published.isascii() and published.isdigit() and len(published) < _LONGEST_NUMBER
    return int(published) if number else published or None


def _exposure(host_ip: str | None, project: Project, service: Service) -> Exposure:
    from manager.compose.publishing import default_address
    from manager.compose.values import UNKNOWN

    if host_ip is None:
        default = default_address(project, service)
        return exposure_of(None if default is UNKNOWN else default)
    try:
        return exposure_of(parse_ip(host_ip))
    except InvalidPortSpec:
        # Compose lets long syntax through that the engine refuses: it opens nothing.
        return Exposure.ADDRESS


def _print(output: Output, mappings: list[dict[str, Any]]) -> None:
    hosts = [_host(row) for row in mappings]
    width = max(map(len, hosts))
    rows = []
    for row, host in zip(mappings, hosts, strict=True):
        wide = Exposure(row["exposure"]).rank if row["bound"] is None else 0
        style = ("green", "yellow", "bold red")[wide]
        word = row["exposure"] if row["bound"] is None else "ignored"
        rows.append(
            [
                Cell(f"{'!' if wide else ' '} {word}", style),
                Cell(f"{host:>{width}} -> {row['container_port']}/{row['protocol']}"),
                Cell(str(row["service"]), "bold"),
                Cell(row["image"] or "-", "dim"),
            ]
        )
    header = ("  EXPOSURE", f"{'HOST':>{width}} -> PORT", "SERVICE", "IMAGE")
    output.table(header, rows)


def _host(row: Mapping[str, Any]) -> str:
    address = row["host_ip"] or "*"
    address = f"[{address}]" if ":" in address and not address.startswith("[") else address
    return f"{address}:{row['host_port'] if row['host_port'] is not None else '(any)'}"
