"""`dataclass`, `field` and `replace` for commands that must start fast.

To a type checker they are those of the standard library. When they run, they are those of
manager.model.light, which do the same for less: the standard decorator compiles six functions a
class, and its module loads inspect, ast and dis. With some fifty classes that was more than a
third of the time in which `pmap check` reads a file.
"""

from __future__ import annotations

TYPE_CHECKING = False  # typing takes a while to load, too
if TYPE_CHECKING:
    from dataclasses import dataclass, field, replace
else:
    from manager.model.light import dataclass, field, replace

__all__ = ["dataclass", "field", "replace"]
