"""A quick look at a document: hardly any holds what asks for a walk over all its nodes."""

from __future__ import annotations

from manager.compose.libyaml import MappingNode, Node, ScalarNode, SequenceNode
from manager.compose.scalars import is_plain_text

Items = dict[str, tuple[ScalarNode, Node]]
"""The entries of a mapping by key: the key's node and the value's."""

MARKS = ("!", "*", "$", "?", "<<", "\\/")
"""What a text holds where a tag, an alias, a variable, a question mark, a merge key or an escaped
slash is in it."""


def ordinary_items(root: Node) -> dict[int, Items] | None:
    """The entries of every mapping of a document, by the mapping's id; None where some key is no
    plain text or stands twice. Of a document whose text holds none of MARKS.
    """
    found: dict[int, Items] = {}
    nodes = [root]
    for node in nodes:
        if isinstance(node, MappingNode):
            items: Items = {}
            for pair in node.value:
                key, child = pair
                if not isinstance(key, ScalarNode) or not is_plain_text(key.value):
                    return None
                items[key.value] = pair
                if not isinstance(child, ScalarNode):
                    nodes.append(child)
            if len(items) != len(node.value):
                return None
            found[id(node)] = items
        elif isinstance(node, SequenceNode):
            nodes += [child for child in node.value if not isinstance(child, ScalarNode)]
    return found
