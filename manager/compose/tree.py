"""One document's node graph, made ready: `!reset` taken out, `!override` noted, faults found.

The graph is pruned in place. Aliases are shared nodes: they are followed again only where they
hold further aliases or overrides, and within a budget, so that an alias bomb costs nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from manager.compose.document import Sheet, UnreadableFileError
from manager.compose.libyaml import CollectionNode, MappingNode, Node, ScalarNode, SequenceNode
from manager.compose.ordinary import Items, ordinary_items
from manager.compose.scalars import (
    BadScalarError,
    is_merge_key,
    is_plain_text,
    is_text_key,
    read_scalar,
    tag_of,
)
from manager.compose.text import Place
from manager.compose.values import ProblemKind, ReadProblem

MAX_VISITS = 30_000
MAX_PATH = 120
Path = tuple[str, ...]
_ESCAPED_SLASH = r"(?<!\\)(?:\\\\)*\\/"


class Tree:
    """A document. removed: the paths that lower layers lose. variables: scalars with a dollar.

    flat: the items of its mappings by their ids, where they are known already.
    """

    def __init__(self, sheet: Sheet, root: Node, flat: dict[int, Items] | None = None) -> None:
        self.sheet = sheet
        self.root = root
        self.removed: set[Path] = set()
        self.problems: list[ReadProblem] = []
        self.variables: list[tuple[ScalarNode, Path]] = []
        self._flat = {} if flat is None else flat
        self._budget = MAX_VISITS

    def items(self, node: MappingNode) -> Items:
        """The mapping's entries by key with merge keys applied: own keys, then the first merged.

        Raises UnreadableFileError when merges of merges grow out of bounds.
        """
        found = self._flat.get(id(node))
        if found is None:
            # A mapping that merges itself sees nothing of itself.
            self._flat[id(node)] = {}
            found = self._flatten(node)
            self._flat[id(node)] = found
        return found

    def _flatten(self, node: MappingNode) -> Items:
        own: Items = {}
        merged: list[tuple[ScalarNode, MappingNode]] = []
        for key, value in node.value:
            if not isinstance(key, ScalarNode):
                continue
            if is_merge_key(key):
                sources = value.value if isinstance(value, SequenceNode) else [value]
                merged += [(key, source) for source in sources if isinstance(source, MappingNode)]
            else:
                own[key.value] = (key, value)
        for _, source in merged:
            inherited = self.items(source)
            self.spend(len(inherited), node)
            for name, pair in inherited.items():
                own.setdefault(name, pair)
        return own

    def spend(self, visits: int, node: Node) -> None:
        """Count work that aliases cause. Raises UnreadableFileError when it is too much."""
        self._budget -= visits
        if self._budget < 0:
            raise UnreadableFileError(
                ReadProblem(
                    ProblemKind.TOO_LARGE,
                    self.sheet.path,
                    "repeats itself through aliases beyond all bounds",
                    self.sheet.span(node.start_mark.index, node.start_mark.index + 1),
                )
            )

    def found(self, problem: str, node: Node, kind: ProblemKind, *related: Place) -> None:
        """Note a problem at a node."""
        self.problems.append(
            ReadProblem(kind, self.sheet.path, problem, self.sheet.node_span(node), related=related)
        )


def grow(sheet: Sheet, root: Node) -> Tree:
    """Prune a document and collect what is wrong with it. Raises UnreadableFileError."""
    if not sheet.marks and (items := ordinary_items(root)) is not None:
        return Tree(sheet, root, items)
    tree = Tree(sheet, root)
    _Walk(tree).start()
    return tree


class _Walk:
    """The one pass over a document, in its order."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.seen: set[int] = set()
        self.active: set[int] = set()
        self.again: set[int] = set()
        self.edges: dict[int, set[int]] = {}
        self.paths: dict[int, tuple[set[Path], set[Path]]] = {}
        self.questions = "?" in tree.sheet.marks
        self.slashes = "\\/" in tree.sheet.marks

    def start(self) -> None:
        root = self.tree.root
        if tag_of(root) == "!reset":
            self.tree.found("is taken away as a whole by !reset", root, ProblemKind.YAML)
            self.tree.root = ScalarNode(
                "tag:yaml.org,2002:null", "", root.start_mark, root.end_mark
            )
        else:
            self.visit(root, (), honoured=tag_of(root) != "!override")

    def visit(self, node: Node, path: Path, *, honoured: bool) -> bool:
        """Visit a node for the first time; whether aliases to it must be followed."""
        if isinstance(node, ScalarNode):
            if "$" in node.value:
                self.tree.variables.append((node, path))
            if node.tag is not None:
                self._check_tag(node)
            if self.slashes and node.style == '"':
                self._check_slashes(node)
            return False
        key = id(node)
        self.seen.add(key)
        self.active.add(key)
        follow = False
        if self.questions and isinstance(node, CollectionNode) and node.flow_style:
            self._check_questions(node)
        if isinstance(node, MappingNode):
            follow = self._mapping(node, path, honoured)
        elif isinstance(node, SequenceNode):
            follow = self._sequence(node, path, honoured)
        self.active.discard(key)
        if follow:
            self.again.add(key)
        return follow

    def _check_tag(self, node: ScalarNode) -> None:
        try:
            read_scalar(node)
        except BadScalarError as error:
            self.tree.found(f"{error}: the tag and the value do not agree", node, ProblemKind.YAML)

    def _check_slashes(self, node: ScalarNode) -> None:
        """Compose's parser does not know the escape of a slash, which JSON has."""
        raw = self.tree.sheet.source.text[node.start_mark.index : node.end_mark.index]
        if re.search(_ESCAPED_SLASH, raw) is not None:
            message = "compose cannot read an escaped slash: write it without the backslash"
            self.tree.found(message, node, ProblemKind.YAML)

    def _check_questions(self, node: CollectionNode) -> None:
        """Compose's parser ends an unquoted scalar in brackets or braces at a question mark."""
        for item in node.value:
            for inner in item if isinstance(item, tuple) else (item,):
                if isinstance(inner, ScalarNode) and not inner.style and "?" in inner.value:
                    self.tree.found(
                        "compose cannot read a question mark here without quotes",
                        inner,
                        ProblemKind.YAML,
                    )

    def _sequence(self, node: SequenceNode, path: Path, honoured: bool) -> bool:
        kept: list[Node] = []
        follow = False
        for index, child in enumerate(node.value):
            if _is_plain(child) and not self.slashes:
                kept.append(child)
                continue
            reached = (*path, str(index))
            verdict = self._child(node, len(kept), child, reached, honoured)
            if verdict is not None:
                kept.append(child)
                follow |= verdict
        node.value = kept
        return follow

    def _mapping(self, node: MappingNode, path: Path, honoured: bool) -> bool:
        kept: list[tuple[Node, Node]] = []
        names: dict[str, Node] = {}
        follow = False
        for pair in node.value:
            key, child = pair
            name = key.value
            if _is_plain_key(key) and name not in names:
                names[name] = key
            else:
                name = self._key(key, names)
            if _is_plain(child) and not self.slashes and name != "<<":
                kept.append(pair)
                continue
            reached = path if name == "<<" and path else (*path, name)
            if name == "<<" and is_merge_key(key):
                self._merge_value(child)
            verdict = self._child(node, len(kept), child, reached, honoured)
            if verdict is not None:
                kept.append(pair)
                follow |= verdict
        node.value = kept
        return follow

    def _key(self, key: Node, names: dict[str, Node]) -> str:
        """The text of a key that is not like most; notes what is wrong with it."""
        if not isinstance(key, ScalarNode):
            self.tree.found("a key must be text", key, ProblemKind.YAML)
            return ""
        name: str = key.value
        if name in names:
            self.tree.found(
                f"the key {name!r} stands twice in one mapping",
                key,
                ProblemKind.DUPLICATE_KEY,
                self.tree.sheet.place(names[name]),
            )
        names[name] = key
        if not is_text_key(key) and not is_merge_key(key):
            self.tree.found(f"the key {name!r} is not text: quote it", key, ProblemKind.YAML)
        return name

    def _merge_value(self, value: Node) -> None:
        sources = value.value if isinstance(value, SequenceNode) else [value]
        if tag_of(value) != "!reset" and not all(isinstance(s, MappingNode) for s in sources):
            self.tree.found(
                "a merge key takes a mapping, or a list of them", value, ProblemKind.YAML
            )

    def _child(
        self, parent: Node, index: int, child: Node, path: Path, honoured: bool
    ) -> bool | None:
        """Visit a child; None when it is to be dropped, else whether to follow it again."""
        if id(child) in self.seen:
            self.edges.setdefault(id(parent), set()).add(index)
            self._alias(child, path, honoured)
            return True
        if honoured and (tag := tag_of(child)) is not None:
            if tag == "!reset":
                self.tree.removed.add(path)
                return None
            if tag == "!override":
                self.tree.removed.add(path)
                self.visit(child, path, honoured=False)
                return True
        return self.visit(child, path, honoured=honoured)

    def _alias(self, node: Node, path: Path, honoured: bool) -> None:
        """An alias at `path`: compose's own check for cycles, and what the alias repeats."""
        if isinstance(node, ScalarNode):
            return
        if id(node) in self.active:
            raise self._cycle(node)
        self.tree.spend(1 + len(path) // MAX_PATH * MAX_VISITS, node)
        if not honoured:
            return
        self._check_cycle(node, path)
        if tag_of(node) == "!override":
            self.tree.removed.add(path)
            return
        if id(node) in self.again:
            self.active.add(id(node))
            self._repeat(node, path)
            self.active.discard(id(node))

    def _repeat(self, node: Node, path: Path) -> None:
        """What is below an aliased node counts at the alias's path too."""
        aliases = self.edges.get(id(node), set())
        for index, name, child in _children(node):
            self.tree.spend(1, node)
            reached = path if name == "<<" and path else (*path, name)
            if isinstance(child, ScalarNode):
                continue
            if index in aliases:
                self._alias(child, reached, honoured=True)
            elif tag_of(child) == "!override":
                self.tree.removed.add(reached)
            elif id(child) in self.again:
                self._repeat(child, reached)

    def _check_cycle(self, node: Node, path: Path) -> None:
        """Compose refuses a node that is used at a path and again below that path."""
        if "<<" in path:
            return
        ends, above = self.paths.setdefault(id(node), (set(), set()))
        if path in ends:
            return
        prefixes = [path[:length] for length in range(1, len(path))]
        if path in above or not ends.isdisjoint(prefixes):
            raise self._cycle(node)
        ends.add(path)
        above.update(prefixes)

    def _cycle(self, node: Node) -> UnreadableFileError:
        where = self.tree.sheet.node_span(node)
        message = "an anchor is used inside what it stands for: compose refuses this as a cycle"
        return UnreadableFileError(
            ReadProblem(ProblemKind.CYCLE, self.tree.sheet.path, message, where)
        )


def _is_plain(node: Node) -> bool:
    """Whether there is nothing to look at: most nodes are scalars that hold their text."""
    return isinstance(node, ScalarNode) and not node.tag and "$" not in node.value


def _is_plain_key(key: Node) -> bool:
    """Whether a key is text beyond doubt, and no merge key that is tagged so."""
    return isinstance(key, ScalarNode) and not key.tag and is_plain_text(key.value)


def _children(node: Node) -> Iterator[tuple[int, str, Node]]:
    if isinstance(node, MappingNode):
        for index, (key, child) in enumerate(node.value):
            yield index, key.value if isinstance(key, ScalarNode) else "", child
    elif isinstance(node, SequenceNode):
        for index, child in enumerate(node.value):
            yield index, str(index), child
