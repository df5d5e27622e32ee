"""The compose files of a folder as rows: what they would publish. No engine is asked."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import suppress

from manager.errors import ComposeError, InvalidPortSpec
from manager.model.container import ComposeOrigin, Container, ContainerState
from manager.model.ports import Port, PortRange, parse_ip, parse_protocol
from manager.model.rows import PortRow, Source

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
