"""A service while the files that speak of it are merged."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from manager.compose.entries import read_item
from manager.compose.libyaml import MappingNode, Node, ScalarNode, SequenceNode
from manager.compose.reads import Read
from manager.compose.scalars import is_merge_key
from manager.compose.scope import Scope
from manager.compose.short import shown
from manager.compose.text import UNKNOWN, Part, Place, UnknownType
from manager.compose.tree import Path
from manager.compose.values import OriginKind, ProblemKind, ReadProblem
from manager.model.value import NamedTuple, replace

Report = Callable[[ReadProblem], None]
_SINGLES = ("scale", "network_mode", "container_name", "image")
_ATOI = r"[-+]?[0-9]{1,18}\Z"
_LISTS = ("profiles", "networks", "depends_on")
_READ = frozenset({"ports", "extends", "deploy", *_SINGLES, *_LISTS})


class KeyPlaces(Mapping[str, Place]):
    """Where the keys of a service stand; found out when somebody asks."""

    def __init__(self, keys: Mapping[str, tuple[Scope, Node]]) -> None:
        self._keys = keys

    def __getitem__(self, name: str) -> Place:
        scope, node = self._keys[name]
        return scope.place(node)

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)


class Extends(NamedTuple):
    """`extends`: the service, the file it is in (None for this one), and where this is said."""

    service: str
    file: str | None
    place: Place


class Draft:
    """What is known of a service so far. ports None: no list was given.

    canonical: how many of the ports, from the first, compose has in their long form already.
    nothing: where it stands when there is nothing in it.
    """

    def __init__(self, name: str, place: Place, nothing: Place | None = None) -> None:
        self.name = name
        self.place = place
        self.ports: list[Read] | None = None
        self.dropped: list[Read] = []
        self.singles: dict[str, Part] = {}
        self.lists: dict[str, tuple[str, ...]] = {}
        self.keys: dict[str, tuple[Scope, Node]] = {}
        self.extends: Extends | None = None
        self.sources: list[tuple[Scope, Node]] = []
        self.empty_ports: Place | None = None
        self.nothing = nothing
        self.canonical = 0

    def copy(self) -> Draft:
        """One that can be changed without this one."""
        made = Draft(self.name, self.place, self.nothing)
        made.ports = None if self.ports is None else list(self.ports)
        made.dropped = list(self.dropped)
        made.singles = dict(self.singles)
        made.lists = dict(self.lists)
        made.keys = dict(self.keys)
        made.extends = self.extends
        made.sources = list(self.sources)
        made.empty_ports = self.empty_ports
        made.canonical = self.canonical
        return made

    def add(self, over: Draft) -> None:
        """Merge a later draft of the same service into this one, as compose does."""
        if over.ports is not None:
            mine = [] if self.ports is None else self.ports
            if self.canonical == len(mine):
                self.canonical += over.canonical
            mine += over.ports
            self.ports = mine
            self.empty_ports = None
        elif self.ports is None:
            self.empty_ports = over.empty_ports or self.empty_ports
        self.dropped += over.dropped
        self.singles.update(over.singles)
        for name, items in over.lists.items():
            self.lists[name] = tuple(dict.fromkeys((*self.lists.get(name, ()), *items)))
        self.keys.update(over.keys)
        self.extends = over.extends or self.extends
        if not over.nothing:
            self.nothing = None
        self.sources += over.sources

    def remove(self, path: Path) -> None:
        """Forget what `!reset` or `!override` takes away; path is what follows the service."""
        name = path[0]
        if len(path) == 1:
            self.keys.pop(name, None)
            self.singles.pop(name, None)
            self.lists.pop(name, None)
            if name == "deploy":
                self.singles.pop("deploy.replicas", None)
            if name == "ports":
                self.dropped += self.ports or ()
                self.ports = None
                self.canonical = 0
                self.empty_ports = None
        elif path == ("deploy", "replicas"):
            self.singles.pop("deploy.replicas", None)
        elif len(path) == 2 and name in _LISTS:
            kept = tuple(item for item in self.lists.get(name, ()) if item != path[1])
            self.lists[name] = kept

    def based_on(self, base: Draft, extends: Extends, removed: Iterable[Path]) -> Draft:
        """This draft with what it inherits from `base`: what it resets is not inherited.

        Where several services extend each other and reset, compose's own answer depends on the
        order of a Go map; the one that honours every reset is taken.
        """
        merged = base.copy()
        merged.name, merged.place = self.name, self.place
        if extends.file is not None:
            merged.canonical = len(merged.ports or ())
        merged.dropped = []
        for path in removed:
            if path[:2] == ("services", self.name) and len(path) > 2:
                merged.remove(path[2:])
        via = extends.place
        merged.ports = _inherited(merged.ports, self.name, via)
        merged.dropped = _inherited(merged.dropped, self.name, via) or []
        merged.add(self)
        merged.extends = None
        return merged

    @property
    def replicas(self) -> int | UnknownType:
        """How many containers are asked for: `scale`, else `deploy.replicas`, else 1."""
        part = self.singles.get("scale") or self.singles.get("deploy.replicas")
        if part is None:
            return 1
        value = part.value
        if value is UNKNOWN or not (value.isascii() and value.isdigit() and len(value) < 10):
            return UNKNOWN
        return int(value)


def _inherited(reads: list[Read] | None, service: str, via: Place) -> list[Read] | None:
    if reads is None:
        return None
    found = []
    for read in reads:
        origin = read.entry.origin
        origin = replace(origin, kind=OriginKind.EXTENDS, via=(via, *origin.via))
        found.append(read._replace(entry=replace(read.entry, service=service, origin=origin)))
    return found


def draft_service(
    scope: Scope, name: str, key: ScalarNode, node: MappingNode, report: Report
) -> Draft:
    """Read one service of one document; what is wrong goes to `report`."""
    draft = Draft(name, scope.place(key))
    draft.sources.append((scope, node))
    for item, (at, value) in scope.tree.items(node).items():
        draft.keys[item] = (scope, at)
        if item not in _READ:
            continue
        if item == "ports":
            _ports(draft, scope, node, (at, value), report)
        elif item == "extends":
            _extends(draft, scope, value, report)
        elif item in _SINGLES and isinstance(value, ScalarNode):
            if scope.value(value) is not None:
                draft.singles[item] = scope.part(value)
                if item == "scale":
                    _check_number(draft, scope, value, report)
        elif item in _LISTS:
            draft.lists[item] = _names(scope, value)
        elif item == "deploy" and isinstance(value, MappingNode):
            _replicas(draft, scope, value, report)
    return draft


def _replicas(draft: Draft, scope: Scope, deploy: MappingNode, report: Report) -> None:
    found = scope.tree.items(deploy).get("replicas")
    if found is not None and isinstance(found[1], ScalarNode):
        draft.singles["deploy.replicas"] = scope.part(found[1])
        _check_number(draft, scope, found[1], report)


def _check_number(draft: Draft, scope: Scope, node: ScalarNode, report: Report) -> None:
    """Compose takes no text for a number of containers, unless it is one."""
    value = scope.value(node)
    if isinstance(value, str) and re.match(_ATOI, value) is None:
        report(
            ReadProblem(
                ProblemKind.INVALID_VALUE,
                scope.sheet.path,
                f"{shown(value)!r} is no number of containers",
                scope.span(node),
                service=draft.name,
            )
        )


def _names(scope: Scope, node: Node) -> tuple[str, ...]:
    """A list of names, or the keys of a mapping."""
    if isinstance(node, MappingNode):
        return tuple(scope.tree.items(node))
    if not isinstance(node, SequenceNode):
        return ()
    values = (scope.value(item) for item in node.value)
    return tuple(dict.fromkeys(value for value in values if isinstance(value, str)))


def _ports(
    draft: Draft,
    scope: Scope,
    service: MappingNode,
    pair: tuple[ScalarNode, Node],
    report: Report,
) -> None:
    key, node = pair
    if isinstance(node, SequenceNode):
        alias = _alias(scope, service, key, node)
        start, end = node.start_mark.index, node.end_mark.index
        draft.ports = []
        for item in node.value:
            inside = start <= item.start_mark.index < end
            through = alias if inside else scope.place(key)
            draft.ports.append(read_item(scope, item, draft.name, through))
        return
    if isinstance(node, ScalarNode):
        reading = scope.read(node)
        if reading.value is None and reading.error is None:
            draft.empty_ports = scope.place(key)
            return
    report(
        ReadProblem(
            ProblemKind.WRONG_TYPE,
            scope.sheet.path,
            "ports takes a list",
            scope.span(node),
            hint="begin each port with a dash",
            service=draft.name,
        )
    )


def _alias(scope: Scope, service: MappingNode, key: ScalarNode, node: Node) -> Place | None:
    """The key whose alias, or the merge key whose mapping, brought `node` into the service."""
    start, end = service.start_mark.index, service.end_mark.index
    if not start <= key.start_mark.index < end:
        for at, _ in service.value:
            if isinstance(at, ScalarNode) and is_merge_key(at):
                return scope.place(at)
    if not start <= node.start_mark.index < end:
        return scope.place(key)
    return None


def _extends(draft: Draft, scope: Scope, node: Node, report: Report) -> None:
    service: object = None
    file: object = None
    if isinstance(node, ScalarNode):
        service = scope.value(node)
        if service is None and scope.read(node).error is None:
            return
    elif isinstance(node, MappingNode):
        items = scope.tree.items(node)
        service = scope.value(items["service"][1]) if "service" in items else None
        file = scope.value(items["file"][1]) if "file" in items else None
    if isinstance(service, str) and (file is None or isinstance(file, str)):
        draft.extends = Extends(service, file, scope.place(node))
        return
    report(
        ReadProblem(
            ProblemKind.MISSING_EXTENDS,
            scope.sheet.path,
            "extends names no service",
            scope.span(node),
            hint="write extends: {service: NAME}",
            service=draft.name,
        )
    )
