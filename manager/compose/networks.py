"""The networks of a project, as far as they matter to ports."""

from __future__ import annotations

from manager.compose.libyaml import MappingNode, Node, ScalarNode
from manager.compose.scope import Scope
from manager.compose.short import go_ip
from manager.compose.text import UNKNOWN, Part, Place, UnknownType
from manager.compose.tree import Path
from manager.compose.values import Network
from manager.model.ports import IPAddress

HOST_BINDING = "com.docker.network.bridge.host_binding_ipv4"
_TRUE = frozenset({"true", "y", "yes", "on"})


class NetworkDraft:
    """A network while the files that speak of it are merged."""

    def __init__(self, name: str, place: Place) -> None:
        self.name = name
        self.place = place
        self.parts: dict[str, Part] = {}

    def add(self, over: NetworkDraft) -> None:
        """Merge what a later file says."""
        self.parts.update(over.parts)

    def remove(self, path: Path) -> None:
        """Forget what is reset; path is what follows the network's name."""
        wanted = ".".join(path)
        for name in list(self.parts):
            if name == wanted or name.startswith(f"{wanted}."):
                del self.parts[name]

    def finished(self) -> Network:
        """The network, with UNKNOWN where a variable is not known."""
        if not self.parts:
            return Network(self.name, self.place)
        driver = self.parts.get("driver")
        external = self._truth("external")
        if "external.name" in self.parts:
            external = True
        return Network(
            self.name,
            self.place,
            self._truth("internal"),
            external,
            driver.text if driver is not None and driver.known else None,
            self._binding(),
        )

    def _truth(self, name: str) -> bool | UnknownType:
        part = self.parts.get(name)
        if part is None:
            return False
        value = part.value
        return UNKNOWN if value is UNKNOWN else value.lower() in _TRUE

    def _binding(self) -> IPAddress | UnknownType | None:
        part = self.parts.get(f"driver_opts.{HOST_BINDING}")
        if part is None or part.value == "":
            return None
        return UNKNOWN if part.value is UNKNOWN else go_ip(part.text)


def draft_network(scope: Scope, name: str, key: ScalarNode, node: Node) -> NetworkDraft:
    """Read one network of one document."""
    draft = NetworkDraft(name, scope.place(key))
    if isinstance(node, MappingNode):
        _collect(scope, node, "", draft.parts)
    return draft


def _collect(scope: Scope, node: MappingNode, prefix: str, parts: dict[str, Part]) -> None:
    for item, (_, value) in scope.tree.items(node).items():
        path = f"{prefix}{item}"
        if isinstance(value, ScalarNode):
            parts[path] = scope.part(value)
        elif isinstance(value, MappingNode) and path in {"driver_opts", "external"}:
            _collect(scope, value, f"{path}.", parts)
