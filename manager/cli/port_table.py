"""The table of `ls`: how wide a port is open, host -> container port, whose it is, its state."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from manager.cli.output import Cell, Output

if TYPE_CHECKING:
    from manager.model.rows import PortRow
    from manager.model.runs import RowRun

Group = tuple[str, Sequence["PortRow"]]
"""Rows under the name of the context that they come from."""


def print_rows(output: Output, groups: Sequence[Group], *, contexts: bool = False) -> None:
    """One line a row, rows that follow each other port by port as one; nothing for no rows.

    contexts: say in a column which context each row comes from.
    """
    from manager.model.runs import runs

    found = [(context, run) for context, rows in groups for run in runs(rows)]
    if not found:
        return
    width = max(len(run.host) for _, run in found)
    header = [
        "  EXPOSURE", f"{'HOST':>{width}} -> PORT", "CONTAINER", "PROJECT", "STATE", "IMAGE",
    ]  # fmt: skip
    body = [_cells(run, width) for _, run in found]
    if contexts:
        header.insert(1, "CONTEXT")
        for cells, (context, _) in zip(body, found, strict=True):
            cells.insert(1, Cell(context or "-", "cyan"))
    output.table(header, body)


def _cells(run: RowRun, width: int) -> list[Cell]:
    row, wide = run.row, run.row.exposure.rank
    style = ("green", "yellow", "bold red")[wide]
    inside = f" -> {run.container_side}" if run.container_side else f"/{row.protocol}"
    return [
        Cell(f"{'!' if wide else ' '} {row.exposure}", style),
        Cell(f"{run.host:>{width}}{inside}", style if wide == 2 else ""),
        Cell(_owner(row), "bold"),
        Cell(_project(row), "cyan"),
        Cell(_state(row), "yellow" if row.bound is False else "dim"),
        Cell(_image(row), "dim"),
    ]


def _owner(row: PortRow) -> str:
    if row.container is not None:
        name = f"pod {row.container.pod}" if row.container.pod else row.container.name
        return f"{name} ({row.served_by})" if row.served_by else name
    if row.service is not None:
        return row.service.name
    if row.process is None:
        return "(process not visible)"
    return f"{row.process.name or 'process'} [{row.process.pid}]"


def _project(row: PortRow) -> str:
    container = row.container
    if row.service is not None:
        return row.service.stack or "-"
    if container is None or container.origin is None:
        return "-"
    return f"{container.project}/{container.service}"


def _state(row: PortRow) -> str:
    from manager.model.rows import Source

    if row.service is not None:
        return ", ".join(filter(None, (f"service, {row.mode}", row.service.replicas)))
    if row.container is None:
        return "listening"
    if row.source is Source.HOST_NETWORK:
        return "host network"
    if row.source is Source.RESERVED:
        return f"reserved, {row.container.state}"
    return row.container.state.value if row.bound else "declared, not bound"


def _image(row: PortRow) -> str:
    if row.container is not None:
        return row.container.image
    if row.service is not None:
        return row.service.image
    command = row.process.command if row.process else ""
    return command if len(command) <= 60 else f"{command[:57]}..."
