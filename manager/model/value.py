"""`dataclass`, `field`, `replace` and `NamedTuple` for commands that must start fast.

To a type checker they are those of the standard library. When they run, they are those of
manager.model.light and lighttuple, which do the same for less: the standard decorator compiles
six functions a class, and its module loads inspect, ast and dis. Measured in turns, median of 25
runs of `pmap check` on one file: 62 ms of processor time with these, 86 with those of the
library; on a file of 500 services 193 and 230.
"""

from __future__ import annotations

TYPE_CHECKING = False  # typing takes a while to load, too
if TYPE_CHECKING:
    from dataclasses import dataclass, field, replace
    from typing import NamedTuple
else:
    from manager.model.light import dataclass, field, replace
    from manager.model.lighttuple import NamedTuple

__all__ = ["NamedTuple", "dataclass", "field", "replace"]
