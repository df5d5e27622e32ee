"""Containers as people run them: after a change of ports, nothing else is different."""

from __future__ import annotations

from pathlib import Path

import pytest
from kinds import SIDE_CAR, THE_LOT, compare_kinds
from live_world import LiveWorld
from pytest_engines import LiveEngine

from manager.change.plan import Status


def test_nothing_but_the_ports_is_different(
    live_engine: LiveEngine, prefix: str, tmp_path: Path
) -> None:
    world = LiveWorld(live_engine.api, live_engine.host, prefix, tmp_path)
    found = list(compare_kinds(world))
    assert {one.kind: one.wrong for one in found if one.wrong} == {}
    assert {one.kind for one in found} >= {THE_LOT, SIDE_CAR}
    assert min(one.leaves for one in found) > 40, found


@pytest.mark.parametrize("how", ["", [""]])
def test_an_entrypoint_that_was_emptied_stays_empty(
    live_engine: LiveEngine, prefix: str, tmp_path: Path, how: object
) -> None:
    world = LiveWorld(live_engine.api, live_engine.host, prefix, tmp_path)
    base = world.create(f"{prefix}base", {"HostConfig": {}})
    image = f"{prefix}image"
    world.api.call(
        "POST", "/commit", {"container": base, "repo": image},
        {"Entrypoint": ["/bin/sh", "-c", "exit 7"], "Cmd": ["/bin/serve-web"]},
    )  # fmt: skip
    try:
        body = {"Image": image, "Entrypoint": how, "Cmd": ["/bin/serve-web"], "HostConfig": {}}
        world.create(world.name, body)
        before = world.inspect(world.name)
        assert before["Path"] == "/bin/serve-web"
        said = world.driven(spec=f"{world.new_port}:4321")
        assert said["status"] == Status.APPLIED, said
        after = world.inspect(world.name)
        assert (after["Path"], after["Args"]) == (before["Path"], before["Args"])
    finally:
        live_engine.api.remove_named(prefix)
        world.api.call("DELETE", f"/images/{image}", {"force": "1"})
