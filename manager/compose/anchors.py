"""A composer that lets an anchor be set again, and hold in later documents.

Compose's parser does so. It is slower than the C one, and only asked where that one fails.
"""

from __future__ import annotations

from yaml.composer import Composer

from manager.compose.libyaml import AliasEvent, Node
from manager.compose.nodes import NodeLoader
from manager.model.typed import cast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class KeepingLoader(Composer, NodeLoader):
    """The C parser with that composer."""

    def __init__(self, text: str) -> None:
        NodeLoader.__init__(self, text)
        Composer.__init__(self)

    def compose_document(self) -> Node:
        """The root of a document; its anchors stay known."""
        self.get_event()
        root: Node = self.compose_node(None, None)
        self.get_event()
        return root

    def compose_node(self, parent: Node | None, index: Any) -> Node:
        """A node; its anchor counts from here on."""
        event: Any = self.peek_event()
        if not isinstance(event, AliasEvent):
            self.anchors.pop(event.anchor, None)
        node: Any = super().compose_node(parent, index)
        return cast("Node", node)
