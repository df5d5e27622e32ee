"""One item of a `ports` list to a PortEntry."""

from __future__ import annotations

from dataclasses import replace

from yaml.nodes import MappingNode, Node, ScalarNode

from manager.compose.longform import read_long
from manager.compose.reads import Read, blank
from manager.compose.scope import Scope
from manager.compose.shortform import read_short
from manager.compose.text import Place
from manager.compose.values import PortError


def read_item(scope: Scope, node: Node, service: str, alias: Place | None) -> Read:
    """Read an item, whatever it is: what is wrong with it is in the entry's error.

    alias: the key whose alias or merge brought it in. Raises UnreadableFileError when aliases
    repeat items beyond all bounds.
    """
    scope.taking(node)
    if isinstance(node, ScalarNode):
        return read_short(scope, node, service, alias)
    if isinstance(node, MappingNode):
        return read_long(scope, node, service, alias)
    entry = blank(scope, node, service, alias)
    error = PortError("a list is no port", None, entry.span, reason="must be a number")
    return Read(replace(entry, error=error), None)
