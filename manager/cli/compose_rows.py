"""`pmap ls -f`: what compose files would publish, in compose's own normal form. No engine."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from manager.cli.output import Cell, Output
from manager.errors import InvalidPortSpec
from manager.model.exposure import Exposure, exposure_of
from manager.model.ports import parse_ip


def list_files(args: argparse.Namespace) -> int:
    """Read the files as one project, print what it would publish; 0. Raises ComposeError."""
    from manager.compose.normal import normal_form
    from manager.compose.project import read_project

    project = read_project(args.files)
    images = {service.name: service.image for service in project.services}
    wanted = set(args.names)
    mappings = []
    for port in normal_form(project):
        image = images.get(str(port["service"]))
        row = _form(port, project.name, image.text if image else None)
        if wanted and not wanted & {row["service"], row["project"]}:
            continue
        if not (args.exposed and row["exposure"] == Exposure.LOOPBACK):
            mappings.append(row)
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
    else:
        output.text(f"{', '.join(Path(name).name for name in args.files)}: no ports")
    return 0


def _form(port: Mapping[str, Any], project: str, image: str | None) -> dict[str, Any]:
    host_ip = str(port["host_ip"]) or None
    published = str(port["published"])
    return {
        "container": None,
        "container_id": None,
        "image": image,
        "state": None,
        "project": project,
        "service": port["service"],
        "host_ip": host_ip,
        "host_port": int(published) if published.isdecimal() else published or None,
        "container_port": port["target"],
        "protocol": port["protocol"],
        "exposure": _exposure(host_ip).value,
        "declared": True,
        "bound": None,
        "source": "compose-file",
        "process": None,
    }


def _exposure(host_ip: str | None) -> Exposure:
    try:
        return exposure_of(parse_ip(host_ip) if host_ip else None)
    except InvalidPortSpec:
        # Compose lets long syntax through that the engine refuses: it opens nothing.
        return Exposure.ADDRESS


def _print(output: Output, mappings: list[dict[str, Any]]) -> None:
    hosts = [_host(row) for row in mappings]
    width = max(map(len, hosts))
    rows = []
    for row, host in zip(mappings, hosts, strict=True):
        wide = Exposure(row["exposure"]).rank
        style = ("green", "yellow", "bold red")[wide]
        rows.append(
            [
                Cell(f"{'!' if wide else ' '} {row['exposure']}", style),
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
