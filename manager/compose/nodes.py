"""YAML text to nodes: the C parser, told of what compose's own parser reads otherwise.

Where the two differ, a character is replaced by another one before the text is parsed, so that
all marks stay where they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from manager.compose.libyaml import (
    CParser,
    MappingNode,
    Node,
    ScalarNode,
    TagToken,
    Token,
    YAMLError,
)

TYPE_CHECKING = False


_TIGHT_TAG = r"![^\s,\[\]{}]*,"
_TAG_LETTER = ";"
_TAG_PROBLEM = "did not find expected whitespace or line break"
_COLON = "\ue001"
_COLON_PROBLEM = "found unexpected ':'"
_ANCHOR_PROBLEMS = frozenset({"second occurrence", "found undefined alias"})
MAX_PATCHES = 50
MAX_PATCHED = 2_000_000
"""How many characters are read anew, in sum, for the sake of such letters."""

Composed = tuple[list[Node], YAMLError | None]
"""The documents up to the first error, and the error."""


class NodeLoader(CParser):
    """The C parser and composer, with every tag left as written: None where there is none."""

    def resolve(self, _kind: object, _value: object, _implicit: object) -> None:
        """No implicit tags: they are read by other rules than YAML 1.1's."""

    def descend_resolver(self, _parent: object, _index: object) -> None:
        """Nothing to follow."""

    def ascend_resolver(self) -> None:
        """Nothing to follow."""


def compose(text: str) -> Composed:
    """The documents of a text as compose takes it."""
    loader: type[NodeLoader] = NodeLoader
    roots, error = _compose(text, loader)
    if _is_of_anchors(error):
        loader = _keeping_loader()
        roots, error = _compose(text, loader)
    if error is None and not ("!" in text and re.search(_TIGHT_TAG, text) is not None):
        return roots, error
    patched = text
    for _ in range(min(MAX_PATCHES, MAX_PATCHED // (len(text) + 1))):
        changes = _changes(patched, error)
        if not changes:
            break
        letters = list(patched)
        for offset, letter in changes:
            letters[offset] = letter
        patched = "".join(letters)
        roots, error = _compose(patched, loader)
        if loader is NodeLoader and _is_of_anchors(error):
            loader = _keeping_loader()
            roots, error = _compose(patched, loader)
    if _COLON in patched:
        for root in roots:
            _restore(root)
    return roots, error


def _keeping_loader() -> type[NodeLoader]:
    from manager.compose.anchors import KeepingLoader  # noqa: PLC0415 -- few files need it

    return KeepingLoader


def _is_of_anchors(error: YAMLError | None) -> bool:
    problem = str(getattr(error, "problem", ""))
    return problem in _ANCHOR_PROBLEMS


def _compose(text: str, make: type[NodeLoader]) -> Composed:
    roots: list[Node] = []
    try:
        loader = make(text)
        while loader.check_node():
            root = loader.get_node()
            if root is not None:
                roots.append(root)
    except YAMLError as error:
        return roots, error
    return roots, None


def _changes(text: str, error: YAMLError | None) -> list[tuple[int, str]]:
    """The letters to put for what only compose's parser takes for letters.

    In a flow collection `{a:}` is the key `a:` to compose, where the C parser refuses it; and a
    tag goes on to the next blank, so that `[!a, b]` holds one item.
    """
    if error is None:
        return [(end, _TAG_LETTER) for end in _tight_tags(text)]
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", "")
    if mark is None:
        return []
    if problem == _COLON_PROBLEM:
        return [(mark.index, _COLON)]
    if problem == _TAG_PROBLEM and text[mark.index : mark.index + 1] in {",", "[", "]"}:
        return [(mark.index, _TAG_LETTER)]
    return []


def _tight_tags(text: str) -> list[int]:
    """The offsets of commas that follow a tag at once."""
    ends = (token.end_mark.index for token in _tokens(text) if isinstance(token, TagToken))
    return [end for end in ends if text[end : end + 1] == ","]


def _tokens(text: str) -> Iterator[Token]:
    """The tokens up to the first error."""
    try:
        scanner = CParser(text)
        while (token := scanner.get_token()) is not None:
            yield token
    except YAMLError:
        return


def _restore(root: Node) -> None:
    """Put the colons back into the values."""
    stack: list[Node] = [root]
    seen: set[int] = set()
    while stack:
        node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, ScalarNode):
            node.value = node.value.replace(_COLON, ":")
        elif isinstance(node, MappingNode):
            stack += [inner for pair in node.value for inner in pair]
        else:
            stack += node.value
