"""Follow the port map: a line for every mapping that comes, goes or is lost, with its cause."""

from __future__ import annotations

import argparse
import threading
import time
from typing import TYPE_CHECKING

from manager.cli.output import Output

if TYPE_CHECKING:
    from manager.interfaces import EngineEvent
    from manager.watch import PortChange


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `pmap watch`."""
    parser.add_argument("--json", action="store_true", help="one JSON object a line")


def run(args: argparse.Namespace) -> int:
    """Print changes until interrupted or the reader goes away."""
    from manager.cli.connect import open_manager
    from manager.watch import PortChange

    manager = open_manager(args)
    stop = threading.Event()
    output = Output()
    try:
        for happening in manager.watch(stop):
            if isinstance(happening, PortChange):
                _print_change(output, happening, as_json=args.json)
            else:
                _print_engine(output, happening, as_json=args.json)
            output.stream.flush()
    finally:
        stop.set()
    return 0


def _print_change(output: Output, happening: PortChange, *, as_json: bool) -> None:
    from manager.cli.json_form import row_form

    change, cause = happening.change, happening.cause
    row = change.row
    if as_json:
        output.json_line(
            {
                "schema": 1,
                "time": time.time(),
                "change": change.kind.value,
                "mapping": row_form(row),
                "cause": {"kind": cause.kind, "action": cause.action, "name": cause.name}
                if cause
                else None,
            }
        )
        return
    mark = {"added": "+", "removed": "-", "changed": "~"}[change.kind]
    style = {"added": "green", "removed": "red", "changed": "yellow"}[change.kind]
    inside = f" -> {row.container_port}" if row.container_port else f"/{row.protocol}"
    owner = row.container.name if row.container else "the host"
    state = "" if row.bound else " (reserved, not bound)"
    why = f"  [{cause.action} {cause.name}]" if cause else ""
    text = f"{_now()} {mark} {row.host}{inside}  {owner}, {row.exposure}{state}{why}"
    output.text(text, style)


def _print_engine(output: Output, event: EngineEvent, *, as_json: bool) -> None:
    if as_json:
        output.json_line({"schema": 1, "time": time.time(), "change": event.action, "cause": None})
    else:
        output.text(f"{_now()} the engine is {event.action}", "yellow")


def _now() -> str:
    return time.strftime("%H:%M:%S")
