"""Which rows are shown, in which order, under which headings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from manager.model.rows import Source
from tui.presentation.entry import Entry, Identity
from tui.presentation.filters import matching
from tui.presentation.state import state_of

HOST_GROUP = "this host"
LOOSE_GROUP = "containers"
FILE_GROUP = "compose files here"


class SortKey(StrEnum):
    """The columns that rows can be ordered by."""

    HOST = "host"
    TARGET = "container port"
    STATE = "state"
    REACH = "open to"
    OWNER = "who"


@dataclass(frozen=True, slots=True)
class View:
    """What a person chose to see."""

    filter: str = ""
    sort: SortKey = SortKey.HOST
    descending: bool = False
    grouped: bool = True
    stopped: bool = True
    host: bool = True

    def sorted_by(self, key: SortKey) -> View:
        """By that column; by the same column again: the other way round."""
        return replace(self, sort=key, descending=key is self.sort and not self.descending)

    def sorted_beside(self, step: int) -> View:
        """By the column `step` places to the right of the present one."""
        keys = list(SortKey)
        return replace(self, sort=keys[(keys.index(self.sort) + step) % len(keys)])


@dataclass(frozen=True, slots=True)
class Heading:
    """The line above a group."""

    title: str
    ports: int
    exposed: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Gap:
    """An empty line above a heading, where there is room for it."""


Item = Heading | Entry | Gap


def ordered(entries: Iterable[Entry], view: View) -> tuple[Entry, ...]:
    """All entries in the view's order; filtering keeps it, so that no key has to sort."""
    return tuple(sorted(entries, key=_SORT_KEYS[view.sort], reverse=view.descending))


def shown(entries: Iterable[Entry], view: View) -> tuple[Entry, ...]:
    """The entries that the view lets through, in the order in which they come."""
    if not (view.stopped and view.host):
        entries = [e for e in entries if _kinds(e, view)]
    return matching(entries, view.filter)


def arrange(entries: Iterable[Entry], view: View, room: int = 0) -> tuple[Item, ...]:
    """The lines of the table: ordered entries, and headings where the view groups them.

    Groups stand apart where all lines with the gaps fit into `room`.
    """
    rows = shown(entries, view)
    if not view.grouped:
        return rows
    groups: dict[tuple[int, str], list[Entry]] = {}
    for entry in rows:
        groups.setdefault(_group(entry), []).append(entry)
    items: list[Item] = []
    airy = len(rows) + 2 * len(groups) - 1 <= room
    for (_, title), members in sorted(groups.items(), key=lambda group: group[0]):
        if airy and items:
            items.append(Gap())
        items.append(_heading(title, members))
        items.extend(members)
    return tuple(items)


def find(items: Sequence[Item], identity: Identity | None, near: int) -> int:
    """The index of the entry with that identity; where it is gone, the entry nearest to `near`.

    -1 where there is no entry at all.
    """
    rows = [i for i, item in enumerate(items) if isinstance(item, Entry)]
    if not rows:
        return -1
    if identity is not None:
        for index in rows:
            item = items[index]
            if isinstance(item, Entry) and item.identity == identity:
                return index
    return min(rows, key=lambda index: (abs(index - near), index))


def successor(items: Sequence[Item], gone: Entry) -> Identity | None:
    """The row that took the place of one that is gone: of the container of its name, if any.

    A changed container has a new id, and its old self another name while the change goes on.
    The row with the same host port comes first.
    """
    name = _lasting_name(gone)
    heirs = [
        item for item in items if isinstance(item, Entry) and name and _lasting_name(item) == name
    ]
    same_port = [item for item in heirs if item.port == gone.port]
    return next((item.identity for item in (*same_port, *heirs)), None)


def _lasting_name(entry: Entry) -> str:
    """The container's name without what a change adds to it for a while; empty for a process."""
    container = entry.row.container
    return "" if container is None else container.name.partition(".pmap-")[0]


def _kinds(entry: Entry, view: View) -> bool:
    if entry.row.source is Source.RESERVED:
        return view.stopped
    return view.host or entry.row.source is not Source.PROCESS


def _group(entry: Entry) -> tuple[int, str]:
    if entry.row.source is Source.COMPOSE_FILE:
        return (2, entry.project or FILE_GROUP)
    if entry.row.container is None:
        return (3, HOST_GROUP)
    return (0, entry.project) if entry.project else (1, LOOSE_GROUP)


def _heading(title: str, members: Sequence[Entry]) -> Heading:
    exposed = sum(entry.exposed for entry in members)
    note = ""
    if title == HOST_GROUP:
        note = "processes, no container"
    elif title == LOOSE_GROUP:
        note = "of no compose project"
    ports = sum(not entry.bare for entry in members)
    return Heading(title, ports, exposed, note)


def _host_order(entry: Entry) -> tuple[object, ...]:
    return (entry.bare, entry.host_port, entry.row.protocol, entry.address, entry.owner)


_SORT_KEYS: dict[SortKey, Callable[[Entry], tuple[object, ...]]] = {
    SortKey.HOST: _host_order,
    SortKey.TARGET: lambda e: (
        e.row.container_port.number if e.row.container_port else 0,
        *_host_order(e),
    ),
    SortKey.STATE: lambda e: (state_of(e).word, *_host_order(e)),
    SortKey.REACH: lambda e: (-e.exposure.rank, *_host_order(e)),
    SortKey.OWNER: lambda e: (e.owner.casefold(), *_host_order(e)),
}
