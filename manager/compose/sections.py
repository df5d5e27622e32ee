"""The keys that compose allows at the top level, and service keys that were meant as ports."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from manager.compose.libyaml import MappingNode, Node
from manager.compose.scope import Scope
from manager.compose.short import shown
from manager.compose.values import ProblemKind, ReadProblem

_TEXTS = frozenset({"version", "name"})
_MAPPINGS = frozenset({"networks", "volumes", "secrets", "configs", "models"})
_ALLOWED = _TEXTS | _MAPPINGS | {"services", "include"}
_MEANT_AS_PORTS = frozenset(
    {"ports", "publish", "published", "port_mapping", "port_mappings", "portmappings"}
)


def check_sections(scope: Scope, root: MappingNode, report: Callable[[ReadProblem], None]) -> None:
    """Report top level keys that compose refuses, and values of the wrong type."""

    def refuse(node: Node, message: str, hint: str = "", *, fatal: bool = True) -> None:
        kind = ProblemKind.WRONG_TYPE
        problem = ReadProblem(
            kind, scope.sheet.path, message, scope.span(node), hint=hint, fatal=fatal
        )
        report(problem)

    for name, (key, node) in scope.tree.items(root).items():
        if name in _TEXTS and not isinstance(scope.value(node), str):
            refuse(node, f"{name} takes text", "quote it")
        elif name in _MAPPINGS and not isinstance(node, MappingNode):
            refuse(node, f"{name} takes a mapping", "drop the key, or write {}", fatal=False)
        elif name not in _ALLOWED and not name.startswith("x-"):
            hint = "services stand under services:" if isinstance(node, MappingNode) else ""
            refuse(key, f"compose knows no top level key {shown(name)!r}", hint)


def check_service_keys(
    scope: Scope, service: str, node: MappingNode, report: Callable[[ReadProblem], None]
) -> None:
    """Report keys of a service that look like `ports` and are not: compose refuses them."""
    for name, (key, _) in scope.tree.items(node).items():
        if _meant_as_ports(name) and name != "ports" and not name.startswith("x-"):
            report(
                ReadProblem(
                    ProblemKind.WRONG_TYPE,
                    scope.sheet.path,
                    f"a service has no key {shown(name)!r}",
                    scope.span(key),
                    hint="write ports",
                    service=service,
                )
            )


@lru_cache(maxsize=512)
def _meant_as_ports(name: str) -> bool:
    """Whether a key is `ports` in another order or case, or but for one letter too many or few.

    No key that compose knows is that close to it.
    """
    plain = name.lower()
    if plain in _MEANT_AS_PORTS or sorted(plain) == sorted("ports"):
        return True
    longer, shorter = sorted((plain, "ports"), key=len, reverse=True)
    if len(longer) == len(shorter):
        return sum(a != b for a, b in zip(longer, shorter, strict=True)) == 1
    if len(longer) - len(shorter) != 1:
        return False
    return any(longer[:i] + longer[i + 1 :] == shorter for i in range(len(longer)))
