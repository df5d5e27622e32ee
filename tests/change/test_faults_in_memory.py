"""A fault at the calls of a change, of every kind, in every world: the invariants hold.

`make faults` breaks every call; here every third one is broken, each kind beginning elsewhere.
"""

from __future__ import annotations

import pytest
from fault_injection import Kind
from fault_runs import crash_twice, points_of, survive
from fault_worlds import WORLDS


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("world_name", list(WORLDS))
def test_a_broken_call_is_survived(world_name: str, kind: Kind) -> None:
    points = points_of(world_name)
    broken = list(enumerate(points))[list(Kind).index(kind) % 3 :: 3]
    assert len(broken) > 8
    failures = {
        f"{at} {point}": wrong for at, point in broken if (wrong := survive(world_name, at, kind))
    }
    assert failures == {}


@pytest.mark.parametrize("world_name", ["running", "made with --rm"])
def test_a_crash_of_the_recovery_is_survived(world_name: str) -> None:
    points = points_of(world_name)
    failures = [wrong for at in range(10, len(points), 4) for wrong in crash_twice(world_name, at)]
    assert failures == []
