"""Whether two definitions of one service are the same to compose, which then keeps one."""

from __future__ import annotations

from manager.compose.draft import Draft
from manager.compose.libyaml import MappingNode, Node, ScalarNode, SequenceNode
from manager.compose.scope import Scope

# What compose has rewritten in an included service by the time it compares: never equal to
# the same text in a file that it has only just read.
_REWRITTEN = frozenset(
    {
        "build",
        "configs",
        "depends_on",
        "devices",
        "dns",
        "env_file",
        "environment",
        "extends",
        "gpus",
        "label_file",
        "networks",
        "ports",
        "secrets",
        "ulimits",
        "volumes",
    }
)
MAX_NODES = 20_000


def same_service(known: Draft, imported: Draft) -> bool:
    """Whether compose finds an included service equal to the one that is there already."""
    if known.place == imported.place:
        return True
    if len(known.sources) != 1 or len(imported.sources) != 1:
        return False
    first, second = _plain(known), _plain(imported)
    if not isinstance(first, dict) or first != second:
        return False
    if known.sources[0][0].origin.kind is imported.sources[0][0].origin.kind:
        return True
    return not any(_is_rewritten(known, name, value) for name, value in first.items())


def _is_rewritten(known: Draft, name: str, value: object) -> bool:
    """Whether compose has given a key of the included service another form by now."""
    if name not in _REWRITTEN or value in ({}, []):
        return False
    if name != "ports":
        return True
    return not all(
        isinstance(read.plain, dict) and {"mode", "protocol"} <= read.plain.keys()
        for read in known.ports or ()
    )


def _plain(draft: Draft) -> object:
    """The service as plain data, None when it is too large to compare."""
    scope, node = draft.sources[0]
    budget = [MAX_NODES]
    found = _data(scope, node, budget)
    return found if budget[0] > 0 else None


def _data(scope: Scope, node: Node, budget: list[int]) -> object:
    budget[0] -= 1
    if budget[0] <= 0:
        return None
    if isinstance(node, ScalarNode):
        value = scope.value(node)
        return (type(value).__name__, value)
    if isinstance(node, MappingNode):
        items = scope.tree.items(node).items()
        return {name: _data(scope, value, budget) for name, (_, value) in items}
    if isinstance(node, SequenceNode):
        return [_data(scope, value, budget) for value in node.value]
    return None
