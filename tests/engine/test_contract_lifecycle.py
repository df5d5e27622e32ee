"""The contract: create, start, stop, rename, remove, and what is left when one of them fails."""

from __future__ import annotations

import re
from datetime import datetime

import pytest
from engine_rig import DB, GONE, Rig

from manager.errors import EngineError, NoSuchContainer

TAKEN = {"80/tcp": [("127.0.0.1", "21080")]}


def test_create_does_not_start(rig: Rig) -> None:
    container_id = rig.create("new", ports=TAKEN)
    assert re.fullmatch(r"[0-9a-f]{64}", container_id)
    assert rig.status(container_id) == "created"


def test_start_and_stop_say_nothing_when_it_is_done_already(rig: Rig) -> None:
    container_id = rig.create("twice")
    rig.engine.start(container_id)
    rig.engine.start(container_id)
    assert rig.status(container_id) == "running"
    rig.engine.stop(container_id, timeout=1)
    rig.engine.stop(container_id, timeout=1)
    assert rig.status(container_id) == "exited"
    rig.engine.start(container_id)
    assert rig.status(container_id) == "running"


def test_a_stop_may_take_as_long_as_it_takes(rig: Rig) -> None:
    container_id = rig.run("patient")
    rig.engine.stop(container_id, timeout=-1)
    assert rig.status(container_id) == "exited"
    rig.engine.stop(container_id, timeout=-1)


def test_a_taken_port_fails_the_start_and_leaves_it_created(rig: Rig) -> None:
    first = rig.run("first", ports=TAKEN)
    second = rig.create("second", ports=TAKEN)
    with pytest.raises(EngineError) as caught:
        rig.engine.start(second)
    assert caught.value.status == 500
    assert "21080" in caught.value.message
    record = rig.engine.record(second)
    assert record["State"]["Status"] == "created"
    assert rig.engine.decode(record).published == ()
    assert rig.status(first) == "running"
    rig.engine.stop(first, timeout=1)
    rig.engine.start(second)
    assert rig.status(second) == "running"


def test_a_wildcard_meets_a_single_address(rig: Rig) -> None:
    rig.run("narrow", ports=TAKEN)
    wide = rig.create("wide", ports={"80/tcp": [("0.0.0.0", "21080")]})
    with pytest.raises(EngineError) as caught:
        rig.engine.start(wide)
    assert caught.value.status == 500
    assert rig.status(wide) == "created"


def test_other_addresses_and_protocols_do_not_meet(rig: Rig) -> None:
    rig.run("one", ports=TAKEN)
    rig.run("two", ports={"80/tcp": [("127.0.0.2", "21080")]})
    rig.run("three", ports={"80/udp": [("127.0.0.1", "21080")]})


def test_a_stopped_one_loses_its_port_to_another(rig: Rig) -> None:
    first = rig.run("first", ports=TAKEN)
    rig.engine.stop(first, timeout=1)
    rig.run("second", ports=TAKEN)
    with pytest.raises(EngineError):
        rig.engine.start(first)
    assert rig.status(first) == "exited"


def test_a_name_is_had_once(rig: Rig) -> None:
    rig.create("mine")
    with pytest.raises(EngineError) as caught:
        rig.create("mine")
    assert caught.value.status == 409
    other = rig.create("other")
    with pytest.raises(EngineError) as caught:
        rig.engine.rename(other, rig.name("mine"))
    assert caught.value.status in {400, 409, 500}
    assert rig.engine.decode(rig.engine.record(other)).name == rig.name("other")


@pytest.mark.parametrize("name", ["with space", "slash/ed", "-dash", "", "naïve"])
def test_what_is_no_name_is_refused(rig: Rig, name: str) -> None:
    container_id = rig.create("named")
    with pytest.raises(EngineError):
        rig.engine.rename(container_id, name)
    assert rig.engine.decode(rig.engine.record(container_id)).name == rig.name("named")


def test_rename_frees_the_old_name(rig: Rig) -> None:
    container_id = rig.run("before")
    rig.engine.rename(container_id, rig.name("after"))
    assert rig.engine.record(rig.name("after"))["Id"] == container_id
    assert rig.status(container_id) == "running"
    rig.create("before")


def test_remove_needs_force_for_a_running_one_and_none_for_a_gone_one(rig: Rig) -> None:
    container_id = rig.run("alive")
    with pytest.raises(EngineError) as caught:
        rig.engine.remove(container_id)
    assert caught.value.status == 409
    assert rig.status(container_id) == "running"
    rig.engine.remove(container_id, force=True)
    with pytest.raises(NoSuchContainer):
        rig.engine.record(container_id)
    rig.engine.remove(container_id)
    rig.engine.remove(GONE, force=True)


def test_remove_keeps_the_volumes(rig: Rig) -> None:
    first = rig.create("keeper", DB)
    volume = rig.engine.record(first)["Mounts"][0]["Name"]
    rig.engine.remove(first)
    again = rig.create("again", host={"Binds": [f"{volume}:/data"]})
    labels = {mount["Name"] for mount in rig.engine.record(again)["Mounts"]}
    assert labels == {volume}


def test_rm_containers_vanish_when_they_stop(rig: Rig) -> None:
    container_id = rig.run("brief", host={"AutoRemove": True})
    rig.engine.stop(container_id, timeout=1)
    rig.engine.remove(container_id)
    with pytest.raises(NoSuchContainer):
        rig.engine.record(container_id)


def test_the_restart_policy_changes(rig: Rig) -> None:
    policy = {"Name": "on-failure", "MaximumRetryCount": 4}
    container_id = rig.create("policy", host={"RestartPolicy": policy})
    rig.engine.set_restart_policy(container_id, {"Name": "no"})
    assert rig.engine.record(container_id)["HostConfig"]["RestartPolicy"]["Name"] == "no"
    rig.engine.set_restart_policy(container_id, policy)
    assert rig.engine.record(container_id)["HostConfig"]["RestartPolicy"] == policy


def test_a_paused_one_does_not_start_and_does_stop(rig: Rig) -> None:
    container_id = rig.run("frozen", ports=TAKEN)
    rig.pause(container_id)
    assert rig.engine.decode(rig.engine.record(container_id)).state.holds_ports
    with pytest.raises(EngineError):
        rig.engine.start(container_id)
    assert rig.status(container_id) == "paused"
    rig.engine.stop(container_id, timeout=1)
    assert rig.status(container_id) == "exited"


def test_the_calls_say_what_is_not_there(rig: Rig) -> None:
    engine = rig.engine
    for call in (
        lambda: engine.start(GONE),
        lambda: engine.stop(GONE, timeout=1),
        lambda: engine.rename(GONE, rig.name("x")),
        lambda: engine.set_restart_policy(GONE, {"Name": "no"}),
        lambda: engine.logs(GONE),
        lambda: list(engine.log_stream(GONE)),
        lambda: engine.holds_logs(GONE),
        lambda: engine.copy_layer(GONE, GONE, ["/etc/passwd"]),
        lambda: rig.create("no-image", "pmap/no-such-image"),
    ):
        with pytest.raises(EngineError) as caught:
            call()
        assert caught.value.status == 404
    with pytest.raises(NoSuchContainer):
        engine.layer_changes(GONE)


def test_create_joins_every_network_with_its_settings(rig: Rig) -> None:
    one, two = rig.network("one", "10.99.11"), rig.network("two", "10.99.12")
    container_id = rig.create(
        "joined",
        networks=[
            (one, {"Aliases": ["front"], "IPAMConfig": {"IPv4Address": "10.99.11.20"}}),
            (two, {"Aliases": ["back"], "IPAMConfig": {"IPv4Address": "10.99.12.30"}}),
        ],
    )
    networks = rig.engine.record(container_id)["NetworkSettings"]["Networks"]
    assert set(networks) == {one, two}
    assert networks[two]["IPAMConfig"]["IPv4Address"] == "10.99.12.30"
    assert "front" in networks[one]["Aliases"]
    rig.engine.start(container_id)
    networks = rig.engine.record(container_id)["NetworkSettings"]["Networks"]
    assert networks[one]["IPAddress"] == "10.99.11.20"


def test_a_create_that_cannot_join_leaves_nothing(rig: Rig) -> None:
    one = rig.network("one", "10.99.13")
    with pytest.raises(EngineError) as caught:
        rig.create("half", networks=[(one, {}), ("host", {})])
    assert caught.value.status == 400
    with pytest.raises(NoSuchContainer):
        rig.engine.record(rig.name("half"))


def test_a_network_that_is_gone_fails_the_start(rig: Rig) -> None:
    network = rig.network("gone", "10.99.14")
    container_id = rig.create("homeless", networks=[(network, {})])
    rig.remove_network(network)
    with pytest.raises(EngineError) as caught:
        rig.engine.start(container_id)
    assert caught.value.status == 404
    assert rig.status(container_id) == "created"


def test_sharing_a_network_excludes_ports(rig: Rig) -> None:
    owner = rig.create("owner")
    mode = {"NetworkMode": f"container:{owner}"}
    with pytest.raises(EngineError) as caught:
        rig.create("both", ports=TAKEN, host=mode)
    assert caught.value.status == 400
    sharer = rig.create("sharer", host={"NetworkMode": f"container:{rig.name('owner')}"})
    assert rig.engine.record(sharer)["HostConfig"]["NetworkMode"] == f"container:{owner}"
    with pytest.raises(EngineError):
        rig.engine.start(sharer)


def test_logs_are_the_last_lines(rig: Rig) -> None:
    container_id = rig.run("quiet")
    assert rig.engine.logs(container_id, tail=5) == ""
    container_id = rig.spoke("talker", "one", "two", "three")
    assert rig.engine.logs(container_id, tail=2) == "two\nthree\n"


def test_the_whole_log_comes_line_by_line_with_its_times(rig: Rig) -> None:
    wanted = [f"line {number}" for number in range(300)]
    container_id = rig.spoke("talker", *wanted)
    assert rig.engine.holds_logs(container_id)
    lines = b"".join(rig.engine.log_stream(container_id)).decode().splitlines()
    times, said = zip(*(line.split(" ", 1) for line in lines), strict=True)
    assert list(said) == wanted
    assert all(datetime.fromisoformat(time).tzinfo for time in times)


def test_a_log_driver_that_keeps_nothing_is_told(rig: Rig) -> None:
    container_id = rig.spoke("mute", "unheard", LogConfig={"Type": "none"})
    assert not rig.engine.holds_logs(container_id)
