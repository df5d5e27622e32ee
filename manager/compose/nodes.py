"""YAML text to nodes: the C parser, told of what compose's own parser reads otherwise.

Where the two differ, a character is replaced by another one before the text is parsed, so that
all marks stay where they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product
from string import ascii_letters, digits

import yaml
from yaml._yaml import CParser
from yaml.nodes import Node, ScalarNode

_TIGHT_TAG = r"![^\s,\[\]{}]*,"
_TAG_LETTER = ";"
_TAG_PROBLEM = "did not find expected whitespace or line break"
_COLON = "\ue001"
_COLON_PROBLEM = "found unexpected ':'"
_ANCHOR_PROBLEM = "second occurrence"
_LETTERS = f"{ascii_letters}{digits}-_"
MAX_PATCHES = 50
MAX_PATCHED = 2_000_000
"""How many characters are read anew, in sum, for the sake of such letters."""

Composed = tuple[list[Node], yaml.YAMLError | None]
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
    roots, error = _compose(text)
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
        roots, error = _compose(patched)
    if _COLON in patched:
        for root in roots:
            _restore(root)
    return roots, error


def _compose(text: str) -> Composed:
    roots: list[Node] = []
    try:
        loader = NodeLoader(text)
        while loader.check_node():
            root = loader.get_node()
            if root is not None:
                roots.append(root)
    except yaml.YAMLError as error:
        return roots, error
    return roots, None


def _changes(text: str, error: yaml.YAMLError | None) -> list[tuple[int, str]]:
    """The letters to put for what only compose's parser takes for letters.

    In a flow collection `{a:}` is the key `a:` to compose, where the C parser refuses it; a tag
    goes on to the next blank, so that `[!a, b]` holds one item; an anchor may be set again.
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
    return list(_renamed_anchors(text)) if problem == _ANCHOR_PROBLEM else []


def _tight_tags(text: str) -> list[int]:
    """The offsets of commas that follow a tag at once."""
    ends = (token.end_mark.index for token in _tokens(text) if isinstance(token, yaml.TagToken))
    return [end for end in ends if text[end : end + 1] == ","]


def _tokens(text: str) -> Iterator[yaml.Token]:
    """The tokens up to the first error."""
    try:
        yield from yaml.scan(text, Loader=NodeLoader)  # type: ignore[arg-type]
    except yaml.YAMLError:
        return


def _renamed_anchors(text: str) -> Iterator[tuple[int, str]]:
    """Letters that give each anchor that is set again a name of its own, and its aliases."""
    kinds = (yaml.AnchorToken, yaml.AliasToken)
    tokens = [token for token in _tokens(text) if isinstance(token, kinds)]
    taken = {str(token.value) for token in tokens}
    spare: dict[str, Iterator[str]] = {}
    names: dict[str, str] = {}
    for token in tokens:
        written = str(token.value)
        if isinstance(token, yaml.AnchorToken):
            names[written] = written
            if written in spare:
                names[written] = next((n for n in spare[written] if n not in taken), written)
                taken.add(names[written])
            spare.setdefault(written, _alike(written))
        start = token.end_mark.index - len(written)
        for offset, letter in enumerate(names.get(written, written)):
            if text[start + offset] != letter:
                yield start + offset, letter


def _alike(name: str) -> Iterator[str]:
    """Names of the same length."""
    for tail in range(1, min(len(name), 4) + 1):
        for letters in product(_LETTERS, repeat=tail):
            yield name[:-tail] + "".join(letters)


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
        elif isinstance(node, yaml.MappingNode):
            stack += [inner for pair in node.value for inner in pair]
        else:
            stack += node.value
