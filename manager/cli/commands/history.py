"""List the changes that were made, newest last."""

from __future__ import annotations

import argparse
import time

from manager.cli.output import Cell, Output
from manager.errors import InvalidPortSpec


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `pmap history`."""
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(args: argparse.Namespace) -> int:
    """Print the history; 0."""
    from manager.cli.connect import open_manager

    manager = open_manager(args, need_engine=False)
    entries = manager.history()
    output = Output()
    if args.json:
        output.json({"schema": 1, "changes": [dict(entry) for entry in entries]})
        return 0
    if not entries:
        output.text("nothing was changed yet")
        return 0
    rows = []
    for entry in entries:
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(float(entry.get("ended") or 0)))
        status = str(entry.get("status", ""))
        rows.append(
            [
                Cell(str(entry.get("id", "")), "bold"),
                Cell(when, "dim"),
                Cell(status, "green" if status == "applied" else "yellow"),
                Cell(str(entry.get("container", ""))),
                Cell(_change(entry.get("before", ()), entry.get("after", ()))),
            ]
        )
    output.table(("ID", "WHEN", "STATUS", "CONTAINER", "CHANGE"), rows)
    return 0


def _change(before: object, after: object) -> str:
    """`-` what went and `+` what came, of two lists of mappings."""
    old, new = _mappings(before), _mappings(after)
    gone = [f"-{item}" for item in old if item not in new]
    come = [f"+{item}" for item in new if item not in old]
    return "  ".join(gone + come) or "no port"


def _mappings(texts: object) -> list[str]:
    """Mappings of the journal as people read them; what cannot be read stays as it is."""
    from manager.change.mappings import decode_mapping

    found = []
    for text in texts if isinstance(texts, list | tuple) else ():
        try:
            found.append(str(decode_mapping(str(text))))
        except InvalidPortSpec:
            found.append(str(text))
    return found
