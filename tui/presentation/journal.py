"""The history of changes as lines."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from manager.model.text import printable
from tui.presentation.cells import Line, Role, Span, clip_line, wrap
from tui.presentation.glyphs import Glyphs

Entry = Mapping[str, Any]

_STATUS = {
    "applied": ("done", Role.GOOD),
    "rolled-back": ("undone", Role.WARN),
    "rollback-failed": ("way back failed", Role.BAD),
    "refused": ("refused", Role.MUTED),
}
_KINDS = {"restore": "undo"}


def turned_round(entries: Iterable[Entry]) -> frozenset[str]:
    """The ids of the changes that a later undo turned round."""
    return frozenset(
        str((entry.get("request") or {}).get("of", ""))
        for entry in entries
        if entry.get("kind") == "restore" and entry.get("status") == "applied"
    )


def entry_line(entry: Entry, columns: int, undone: Collection[str], g: Glyphs) -> Line:
    """When, what, to which container, and how it ended."""
    word, role = _status(entry)
    kind = str(entry.get("kind", ""))
    spans = [
        Span(f" {_when(entry)}  ", Role.MUTED),
        Span(f"{printable(_KINDS.get(kind, kind)):<10} ", Role.STRONG),
        Span(f"{printable(str(entry.get('container', ''))):<24} "),
        Span(_change(entry, g), Role.TEXT),
        Span(f"  {word}", role),
    ]
    if str(entry.get("id")) in undone:
        spans.append(Span(f" {g.dot} turned round since", Role.MUTED))
    return clip_line(tuple(spans), columns, g.ellipsis)


def entry_lines(entry: Entry | None, columns: int, g: Glyphs) -> list[Line]:
    """All that the history keeps of one change."""
    if entry is None:
        return [(Span("Nothing was changed here yet. p publishes a port.", Role.MUTED),)]
    head: Line = (
        Span(f"{g.rule * 2} ", Role.FAINT),
        Span(f"change {printable(str(entry.get('id', '')))} ", Role.ACCENT),
        Span(g.rule * max(columns - 20, 0), Role.FAINT),
    )
    before, after = _mappings(entry, "before", g), _mappings(entry, "after", g)
    lines: list[Line] = [clip_line(head, columns)]
    lines += [
        (Span("  " if text in after else "- ", Role.BAD),
         Span(text, Role.MUTED if text in after else Role.REMOVED))
        for text in before
    ]  # fmt: skip
    lines += [
        (Span("+ ", Role.ADDED), Span(text, Role.ADDED)) for text in after if text not in before
    ]
    for label, value in (
        ("Because", entry.get("reason")),
        ("File", entry.get("file")),
        ("With", ", ".join(map(str, entry.get("with") or ()))),
    ):
        if value:
            text = (Span(f"{label:<9}", Role.HEAD), Span(printable(str(value))))
            lines += wrap(text, columns, indent=" " * 9)
    return lines


def _status(entry: Entry) -> tuple[str, Role]:
    status = str(entry.get("status", ""))
    return _STATUS.get(status, (printable(status), Role.MUTED))


def _when(entry: Entry) -> str:
    ended = entry.get("ended")
    if not isinstance(ended, int | float):
        return " " * 16
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(ended))


def _mappings(entry: Entry, field: str, g: Glyphs) -> list[str]:
    """`HOST_IP|HOST_PORT|CONTAINER_PORT` as people read it."""
    texts = []
    for text in entry.get(field) or ():
        address, port, target = [*str(text).split("|"), "", ""][:3]
        host = f"[{address}]" if ":" in address else address or "*"
        held = printable(f"{host}:{port or '(any)'}")
        texts.append(f"{held} {g.arrow} {printable(target)}")
    return texts


def _change(entry: Entry, g: Glyphs) -> str:
    before, after = _mappings(entry, "before", g), _mappings(entry, "after", g)
    gone = [text for text in before if text not in after]
    come = [text for text in after if text not in before]
    parts = [f"-{text.partition(' ')[0]}" for text in gone]
    parts += [f"+{text.partition(' ')[0]}" for text in come]
    return " ".join(parts)
