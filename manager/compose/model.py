"""What the files of a project say together, while they are merged."""

from __future__ import annotations

from collections.abc import Iterable

from manager.compose.draft import Draft
from manager.compose.networks import NetworkDraft
from manager.compose.tree import Path


class Model:
    """Services and networks by name; sections: the top level keys that some file has.

    reset: services that a later file took away as a whole.
    """

    def __init__(self, sections: Iterable[str] = ()) -> None:
        self.services: dict[str, Draft] = {}
        self.networks: dict[str, NetworkDraft] = {}
        self.sections = set(sections)
        self.name = ""
        self.gone: list[Draft] = []

    def merge(self, over: Model) -> None:
        """Merge a later file, or a later document."""
        for name, draft in over.services.items():
            if name in self.services:
                self.services[name].add(draft)
            else:
                self.services[name] = draft
        for name, network in over.networks.items():
            if name in self.networks:
                self.networks[name].add(network)
            else:
                self.networks[name] = network
        self.sections |= over.sections
        self.gone += over.gone
        self.name = over.name or self.name

    def remove(self, removed: Iterable[Path]) -> None:
        """Forget what `!reset` and `!override` of a later document take away."""
        for path in removed:
            if path[:1] == ("services",):
                self._remove_service(path[1:])
            elif path[:1] == ("networks",):
                self._remove_network(path[1:])
            if len(path) == 1:
                self.sections.discard(path[0])

    def _remove_service(self, path: Path) -> None:
        if not path:
            self.gone += self.services.values()
            self.services.clear()
        elif path[0] in self.services:
            if len(path) == 1:
                self.gone.append(self.services.pop(path[0]))
            else:
                self.services[path[0]].remove(path[1:])

    def _remove_network(self, path: Path) -> None:
        if not path:
            self.networks.clear()
        elif len(path) == 1:
            self.networks.pop(path[0], None)
        elif path[0] in self.networks:
            self.networks[path[0]].remove(path[1:])
