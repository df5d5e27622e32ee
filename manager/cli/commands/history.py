"""List the changes that were made, newest last."""

from __future__ import annotations

import argparse
import time

from manager.cli.output import Cell, Output


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
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(float(entry.get("time", 0))))
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
    old = [str(item) for item in before] if isinstance(before, list | tuple) else []
    new = [str(item) for item in after] if isinstance(after, list | tuple) else []
    gone = [f"-{item}" for item in old if item not in new]
    come = [f"+{item}" for item in new if item not in old]
    return "  ".join(gone + come) or "no port"
