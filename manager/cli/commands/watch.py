"""Follow the port map: a line for every mapping that comes, goes or is lost, with its cause.

The engine's events are followed, nothing is polled: what a process of the host opens by itself is
not told (pmap ls --host shows it). Ends with Ctrl-C, or when nobody reads any more.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

from manager.cli.output import Output

if TYPE_CHECKING:
    import argparse

    from manager.interfaces import EngineEvent
    from manager.watch import PortChange


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `pmap watch`."""
    parser.add_argument("--json", action="store_true", help="one JSON object a line")


def run(args: argparse.Namespace) -> int:
    """Print changes until interrupted or the reader goes away; 0."""
    from manager.cli.closed_pipe import stop_when_closed
    from manager.cli.connect import open_manager
    from manager.watch import PortChange

    manager = open_manager(args)
    stop = threading.Event()
    output = Output()
    stop_when_closed(output.stream, stop)
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
    from manager.watch import cause_words

    change, cause = happening.change, happening.cause
    row = change.row
    if as_json:
        from manager.cli.json_form import row_form

        output.json_line(_form(change.kind.value, row_form(row), cause))
        return
    mark = {"added": "+", "removed": "-", "changed": "~"}[change.kind]
    style = {"added": "green", "removed": "red", "changed": "yellow"}[change.kind]
    inside = f" -> {row.container_port}" if row.container_port else f"/{row.protocol}"
    owned = row.container or row.service
    owner = owned.name if owned else "the host"
    state = "" if row.bound or change.kind == "removed" else " (reserved, not bound)"
    why = f"  [{cause_words(cause)}]" if cause else ""
    text = f"{_now()} {mark} {row.host}{inside}  {owner}, {row.exposure}{state}{why}"
    output.text(text, style)


def _print_engine(output: Output, event: EngineEvent, *, as_json: bool) -> None:
    if as_json:
        output.json_line(_form(event.action, None, event))
        return
    reason = event.attributes.get("reason", "")
    output.text(f"{_now()} the engine is {event.action}{f': {reason}' if reason else ''}", "yellow")


def _form(change: str, mapping: dict[str, Any] | None, cause: EngineEvent | None) -> dict[str, Any]:
    """One line: added, removed, changed; or connected, disconnected, which are no mapping's."""
    from manager.watch import cause_words

    about = {
        "kind": cause.kind,
        "action": cause.action,
        "name": cause.name or None,
        "text": cause_words(cause),
    } if cause else None  # fmt: skip
    return {"schema": 1, "time": time.time(), "change": change, "mapping": mapping, "cause": about}


def _now() -> str:
    return time.strftime("%H:%M:%S")
