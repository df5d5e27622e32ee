"""The compose files of a folder as rows: what they would publish. No engine is asked."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

from manager.errors import ComposeError, InvalidPortSpec
from manager.model.container import ComposeOrigin, Container, ContainerState
from manager.model.ports import Port, PortRange, parse_ip, parse_protocol
from manager.model.rows import PortRow, Source

if TYPE_CHECKING:
    from manager.compose.values import PortEntry

_NAME = re.compile(r"(docker-)?compose([._-].*)?\.ya?ml")


def file_rows(folder: str) -> tuple[PortRow, ...]:
    """The ports of the compose projects whose files lie in `folder` itself.

    A file that compose would refuse gives no row: the compose page says what is wrong with it.
    """
    from manager.compose.discover import discover
    from manager.compose.project import read_project

    rows: list[PortRow] = []
    if paths := compose_files(folder):
        for files in discover(paths):
            with suppress(ComposeError):
                rows.extend(_rows(read_project(files)))
    return tuple(rows)


def compose_files(folder: str) -> tuple[str, ...]:
    """The paths of the compose files that lie in `folder` itself, by name."""
    try:
        names = sorted(name for name in os.listdir(folder) if _NAME.fullmatch(name))
    except OSError:
        return ()
    return tuple(os.path.normpath(os.path.join(folder, name)) for name in names)


def place_of(row: PortRow) -> str:
    """`FILE:LINE` of the entry that asked for a row's port, or of its service; "" unknown."""
    origin = row.container.origin if row.container is not None else None
    if origin is None or not origin.files or not all(map(os.path.isfile, origin.files)):
        return ""
    from manager.compose.project import read_project

    services = {service.name: service for service in read_project(origin.files).services}
    service = services.get(origin.service)
    if service is None:
        return ""
    entry = next((e for e in service.entries if _asks_for(e, row)), None)
    place = service.place if entry is None else entry.place
    return f"{place.file}:{place.span.line}"


def _asks_for(entry: PortEntry, row: PortRow) -> bool:
    """Whether a port entry is what a row comes from: by its target, and host port if given."""
    target, published = entry.target, entry.published
    if row.container_port is None or not isinstance(target, PortRange):
        return False
    if row.container_port.number not in target or entry.protocol != row.protocol:
        return False
    if not isinstance(published, PortRange) or row.host_ports is None:
        return True
    return row.host_ports.start in published


def _rows(project: object) -> Iterator[PortRow]:
    from manager.compose.normal import normal_form
    from manager.compose.values import Project

    assert isinstance(project, Project)
    images = {service.name: service.image for service in project.services}
    for port in normal_form(project):
        name = str(port["service"])
        image = images.get(name)
        origin = ComposeOrigin(project.name, name, project.files, project.directory)
        container = Container(
            f"{project.name}/{name}",
            name,
            image.text if image else "",
            ContainerState.UNKNOWN,
            origin=origin,
            status="not made yet",
        )
        with suppress(InvalidPortSpec):
            host_ip, published = str(port["host_ip"]), str(port["published"])
            yield PortRow(
                Source.COMPOSE_FILE,
                parse_ip(host_ip) if host_ip else None,
                PortRange.parse(published) if published else None,
                str(port["protocol"]),
                Port(int(str(port["target"])), parse_protocol(str(port["protocol"]))),
                container,
                declared=True,
                bound=False,
            )
