"""One item of a `ports` list to a PortEntry."""

from __future__ import annotations

from manager.compose.libyaml import MappingNode, Node, ScalarNode
from manager.compose.longform import read_long
from manager.compose.reads import NOTHING_KNOWN, Frame, Read
from manager.compose.scope import Scope
from manager.compose.shortform import read_short
from manager.compose.text import Place
from manager.compose.values import PortError, PortParts, Syntax


def read_item(scope: Scope, node: Node, service: str, alias: Place | None) -> Read:
    """Read an item, whatever it is: what is wrong with it is in the entry's error.

    alias: the key whose alias or merge brought it in. Raises UnreadableFileError when there are
    items beyond all bounds.
    """
    scope.budget.spend(1, scope.sheet, node)
    frame = Frame(scope, node, service, alias)
    if isinstance(node, ScalarNode):
        return read_short(frame, node)
    if isinstance(node, MappingNode):
        return read_long(frame, node)
    error = PortError("a list is no port", None, frame.span, reason="must be a number")
    return Read(frame.entry(Syntax.SHORT, PortParts(), NOTHING_KNOWN, error=error), None)
