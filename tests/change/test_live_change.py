"""Changes of the awkward kinds of container, on real engines."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from fault_injection import Kind
from live_world import LiveWorld, answers, wait_until_answers
from pytest_engines import LiveEngine

from manager.change.plan import Status


def world_of(engine: LiveEngine, prefix: str, tmp_path: Path, *, rm: bool = False) -> LiveWorld:
    made = LiveWorld(engine.api, engine.host, prefix, tmp_path / "state", auto_remove=rm)
    made.make()
    return made


@pytest.fixture
def world(live_engine: LiveEngine, prefix: str, tmp_path: Path) -> LiveWorld:
    return world_of(live_engine, prefix, tmp_path)


def run(world: LiveWorld, short: str, **body: Any) -> str:
    """Have one more container run; its id."""
    made = world.create(f"{world.prefix}{short}", body)
    world.api.call("POST", f"/containers/{made}/start")
    return made


def side_car(world: LiveWorld) -> str:
    """A container in the network of the target, which serves its own page there."""
    return run(
        world, "side", Env=["LISTEN=8088"], HostConfig={"NetworkMode": f"container:{world.name}"}
    )


def test_a_side_car_follows(world: LiveWorld) -> None:
    side_car(world)
    said = world.driven(guard=True)
    assert said["status"] == Status.APPLIED, said
    followed = world.inspect(f"{world.prefix}side")
    new_id = world.inspect(world.name)["Id"]
    assert followed["HostConfig"]["NetworkMode"] == f"container:{new_id}"
    assert followed["State"]["Running"]
    assert "LISTEN=8088" in followed["Config"]["Env"]
    assert "pmap: it works" in world.run_inside("wget -qO- http://127.0.0.1:8088/")
    assert answers(world.new_port)


def test_one_that_hangs_on_two_of_them_follows_both(world: LiveWorld) -> None:
    side = side_car(world)
    own = {"NetworkMode": f"container:{world.name}", "PidMode": f"container:{side}"}
    run(world, "debugger", Env=["LISTEN=8089"], HostConfig=own)
    said = world.driven(guard=True)
    assert said["status"] == Status.APPLIED, said
    found = world.inspect(f"{world.prefix}debugger")
    assert found["State"]["Running"]
    new = world.inspect(f"{world.prefix}side")["Id"]
    assert new != side
    assert found["HostConfig"]["PidMode"] == f"container:{new}"


def test_a_side_car_comes_back(world: LiveWorld) -> None:
    side = side_car(world)
    world.others[f"{world.prefix}side"] = side
    said = world.driven(at="start 2", kind=Kind.ERROR_BEFORE, kill=False)
    assert said["status"] == Status.ROLLED_BACK, said
    assert world.violations() == []
    assert world.inspect(side)["State"]["Running"]
    assert "pmap: it works" in world.run_inside("wget -qO- http://127.0.0.1:8088/")


def test_a_linked_one_follows(live_engine: LiveEngine, prefix: str, tmp_path: Path) -> None:
    """Legacy links follow the container, not its name, and only the default bridge has them."""
    world = LiveWorld(live_engine.api, live_engine.host, prefix, tmp_path / "state")
    run(world, "web", HostConfig={"NetworkMode": "bridge"})
    run(world, "linked", HostConfig={"NetworkMode": "bridge", "Links": [f"{world.name}:w"]})
    link = f"/{world.name}:/{prefix}linked/w"
    assert world.inspect(f"{prefix}linked")["HostConfig"]["Links"] == [link]
    said = world.driven(guard=True)
    assert said["status"] == Status.APPLIED, said
    linked = world.inspect(f"{prefix}linked")
    assert linked["State"]["Running"]
    assert linked["HostConfig"]["Links"] == [link]
    assert answers(world.new_port)


def test_a_stopped_one_stays_stopped(world: LiveWorld) -> None:
    world.api.call("POST", f"/containers/{world.name}/stop")
    said = world.driven(guard=True)
    assert said["status"] == Status.APPLIED, said
    assert said["downtime_ms"] is None
    now = world.inspect(world.name)
    assert now["State"]["Status"] == "created"
    world.api.call("POST", f"/containers/{world.name}/start")
    wait_until_answers(world.new_port, 10)
    assert world.violations() == []


def test_made_with_rm(live_engine: LiveEngine, prefix: str, tmp_path: Path) -> None:
    world = world_of(live_engine, prefix, tmp_path, rm=True)
    assert "was made with --rm" in world.driven(rm=False)["reason"]
    said = world.driven(at="start 1", kind=Kind.ERROR_BEFORE, kill=False)
    assert said["status"] == Status.ROLLED_BACK, said
    wait_until_answers(world.old_port, 10)
    assert world.violations() == []
    said = world.driven(guard=True)
    assert said["status"] == Status.APPLIED, said
    assert world.is_new
    assert world.violations() == []


def test_files_in_no_volume(world: LiveWorld) -> None:
    world.run_inside("mkdir -p /srv/mine && echo kept > /srv/mine/file && chmod 640 /srv/mine/file")
    assert "changed file" in world.driven()["reason"]
    said = world.driven(layer="keep")
    assert said["status"] == Status.APPLIED, said
    assert world.run_inside("cat /srv/mine/file; stat -c %a /srv/mine/file").split() == [
        "kept",
        "640",
    ]


def test_a_port_that_a_process_has(world: LiveWorld) -> None:
    """The process is named, and the container is not touched."""
    bind = f"s = socket.create_server(('127.0.0.1', {world.new_port}))"
    script = f"import socket, sys; {bind}; print('bound', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "bound\n"
        said = world.driven()
        process.communicate("")
    assert said["status"] == "refused"
    assert f"held by process {process.pid} (" in said["reason"], said
    assert not world.is_new
    assert world.violations() == []


def test_ports_that_no_engine_gave_it_are_asked_of_none(
    live_engine: LiveEngine, prefix: str, tmp_path: Path
) -> None:
    """On an internal network nothing is published, and that must not hinder a change for less."""
    world = LiveWorld(live_engine.api, live_engine.host, prefix, tmp_path / "state")
    inside = f"{prefix}inside"
    world.api.call("POST", "/networks/create", body={"Name": inside, "Internal": True})
    ports = [{"HostIp": "127.0.0.1", "HostPort": str(p)} for p in (world.old_port, world.new_port)]
    host = {"NetworkMode": inside, "PortBindings": {"80/tcp": ports[:1], "81/tcp": ports[1:]}}
    world.create(world.name, {"ExposedPorts": {"81/tcp": {}}, "StopTimeout": 1, "HostConfig": host})
    world.api.call("POST", f"/containers/{world.name}/start")
    pmap = [sys.executable, "-m", "manager.cli.main", "-H", world.host]
    environ = {**os.environ, "XDG_STATE_HOME": str(tmp_path)}
    done = subprocess.run(
        [*pmap, "unpublish", world.name, f"{world.new_port}:81", "-y"],
        capture_output=True, text=True, check=False, env=environ,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert list(world.inspect(world.name)["HostConfig"]["PortBindings"]) == ["80/tcp"]
    assert world.inspect(world.name)["State"]["Running"]


def test_many_at_once_and_one_wins(world: LiveWorld) -> None:
    said = world.crowd(8, [world.name])
    statuses = sorted(each["status"] for each in said)
    assert statuses.count("applied") == 1, said
    # One that began late finds that it is so already.
    assert set(statuses) <= {"applied", "refused", "nothing to do"}, said
    for each in said:
        assert each["reason"] or each["status"] != "refused"
    assert world.is_new
    assert world.violations() == []


def test_many_at_once_for_one_port_and_one_has_it(world: LiveWorld) -> None:
    said = world.crowd(8, world.rivals(2))
    assert [each["status"] for each in said].count("applied") == 1, said
    assert all(each["reason"] for each in said if each["status"] == "refused"), said
    assert {each["status"] for each in said} <= {"applied", "refused", "nothing to do"}, said
    assert len(world.holders()) == 1
    assert set(world.all_ids()) == set(world.others)
    assert list(world.journal.glob("txn/*")) == []
