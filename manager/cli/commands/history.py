"""List the changes that were made, newest last; of several engines, each with its own.

`pmap undo` without an ID turns round the last one of the engine that it speaks to.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from manager.cli.output import Cell, Output
from manager.errors import InvalidPortSpec

if TYPE_CHECKING:
    import argparse

    from manager.model.snapshot import EngineInfo

_THIS = "this one"


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
    info = manager.engine.info() if manager.engine else None
    engines = [_engine(entry, info) for entry in entries]
    several = set(engines) != {_THIS}
    rows = []
    for entry, engine in zip(entries, engines, strict=True):
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(float(entry.get("ended") or 0)))
        status = str(entry.get("status", ""))
        rows.append(
            [
                Cell(str(entry.get("id", "")), "bold"),
                Cell(when, "dim"),
                Cell(status, "green" if status == "applied" else "yellow"),
                *([Cell(engine, "" if engine == _THIS else "dim")] if several else []),
                Cell(str(entry.get("container", ""))),
                Cell(_change(entry.get("before", ()), entry.get("after", ()))),
            ]
        )
    whose = ["ENGINE"] if several else []
    output.table(("ID", "WHEN", "STATUS", *whose, "CONTAINER", "CHANGE"), rows)
    return 0


def _engine(entry: Mapping[str, Any], here: EngineInfo | None) -> str:
    """Whose change it was: by its name, by its key where that is no help."""
    key, name = str(entry.get("engine_key") or "?"), str(entry.get("engine") or "")
    if here is not None and key == here.key:
        return _THIS
    # The same address may have been another engine's: one that was installed anew, say.
    return name if name and (here is None or name != here.name) else f"other ({key[:8]})"


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
