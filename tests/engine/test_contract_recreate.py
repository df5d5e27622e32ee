"""The contract: the like of a container, made from its inspect, loses nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from engine_rig import DB, WEB, LiveRig, Rig
from rich_container import MAC, PORTS, RichContainer

from manager.errors import EngineError
from manager.interfaces import Record
from manager.model.ports import Port, PortBinding, PortMapping, PortRange, parse_ip

WANTED = PortMapping(Port(80), PortBinding(parse_ip("127.0.0.1"), PortRange.of(21999)))

MAY_DIFFER = (
    "Id",
    "Created",
    "Name",
    "State",
    "LogPath",
    "HostsPath",
    "HostnamePath",
    "ResolvConfPath",
    "GraphDriver",
    "HostConfig.Binds",  # the pins
    "HostConfig.PortBindings",
    "NetworkSettings.Sandbox",
    "NetworkSettings.EndpointID",
    "NetworkSettings.MacAddress",
)


def rich(rig: Rig) -> str:
    """A container with everything that an engine of this version takes; its id."""
    one, two = rig.network("one", "10.99.21"), rig.network("two", "10.99.22")
    rig.run("peer", networks=[(one, {})])
    rig.create("source", DB, host={"Binds": [f"{rig.name('shared')}:/shared"]})
    many = rig.engine.info().api_version >= (1, 44)
    made = RichContainer(rig.prefix, "10.99.21", "10.99.22", per_network_mac=many)
    first = made.first_endpoint("peer")
    return rig.create(
        "rich",
        DB,
        ports=PORTS,
        config=made.config,
        host=made.host_config("source"),
        networks=[(one, first), (two, made.second_endpoint)],
    )


def leaves(value: object, path: str = "") -> Iterator[tuple[str, object]]:
    """Every leaf by its path: the test's own reading, not the product's."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from leaves(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        yield path, sorted(map(json.dumps, value))
    elif value not in (None, ""):
        yield path, value


def by_place(record: Record) -> dict[str, Any]:
    """The inspect with its mounts by their place, without the aliases that an engine adds."""
    for endpoint in record["NetworkSettings"]["Networks"].values():
        # Made of the aliases, the name and the id.
        endpoint.pop("DNSNames", None)
        given = {record["Id"][:12], record["Config"]["Hostname"]}
        endpoint["Aliases"] = [a for a in endpoint["Aliases"] or () if a not in given]
    mounts = {m["Destination"]: {**m, "Mode": ""} for m in record["Mounts"]}
    wanted = {m["Target"]: m for m in record["HostConfig"].get("Mounts") or ()}
    return {
        **record,
        "Mounts": mounts,
        "HostConfig": {**record["HostConfig"], "Mounts": {k: v["Type"] for k, v in wanted.items()}},
    }


def test_the_rich_one_comes_back_leaf_by_leaf(rig: Rig) -> None:
    container_id = rich(rig)
    old, new = rig.recreate(container_id, "rich-new")
    assert rig.engine.differences(old, new) == ()
    before, after = dict(leaves(by_place(old))), dict(leaves(by_place(new)))
    differing = {
        path
        for path in {*before, *after}
        if before.get(path) != after.get(path) and not path.startswith(MAY_DIFFER)
    }
    assert differing == set()
    assert len(before) > 60
    names = {m["Destination"]: m.get("Name") for m in old["Mounts"]}
    assert {m["Destination"]: m.get("Name") for m in new["Mounts"]} == names
    assert {"/x", "/anon", "/var/lib/data", "/shared", "/named"} <= names.keys()


def test_the_rich_one_runs_again_at_its_addresses(rig: Rig) -> None:
    container_id = rich(rig)
    rig.engine.start(container_id)
    old, new = rig.recreate(container_id, "rich-new")
    assert rig.engine.differences(old, new) == ()
    rig.engine.stop(container_id, timeout=0)
    rig.engine.start(new["Id"])
    networks = rig.engine.record(new["Id"])["NetworkSettings"]["Networks"]
    assert {n["IPAddress"] for n in networks.values()} == {"10.99.21.50", "10.99.22.60"}
    assert networks[rig.name("one")]["MacAddress"] == MAC
    again = rig.recreate(new["Id"], "rich-third")
    assert rig.engine.differences(*again) == ()


def test_only_the_asked_mappings_change(rig: Rig) -> None:
    container_id = rich(rig)
    old = rig.engine.record(container_id)
    kept = [m for m in rig.engine.decode(old).mappings if m.container_port != Port(80)]
    new_id = rig.engine.create(rig.name("moved"), rig.engine.blueprint(old, [*kept, WANTED]))
    new = rig.engine.record(new_id)
    assert rig.engine.decode(new).mappings == (kept[0], WANTED)
    assert rig.engine.differences(old, new) == ()
    bindings = new["HostConfig"]["PortBindings"]
    assert bindings["53/udp"] == old["HostConfig"]["PortBindings"]["53/udp"]


def test_a_port_that_the_image_does_not_expose_is_published(rig: Rig) -> None:
    container_id = rig.create("bare")
    old = rig.engine.record(container_id)
    wanted = replace(WANTED, container_port=Port(8080))
    new_id = rig.engine.create(rig.name("more"), rig.engine.blueprint(old, [wanted]))
    rig.engine.start(new_id)
    container = rig.engine.decode(rig.engine.record(new_id))
    assert [str(port) for port in container.published] == ["127.0.0.1:21999 -> 8080/tcp"]
    assert rig.engine.differences(old, rig.engine.record(new_id)) == ()


def test_publish_all_stays_or_is_named_port_by_port(rig: Rig) -> None:
    container_id = rig.create("all", host={"PublishAllPorts": True})
    old, same = rig.recreate(container_id, "same")
    assert same["HostConfig"]["PublishAllPorts"] is True
    new_id = rig.engine.create(rig.name("named"), rig.engine.blueprint(old, [WANTED]))
    new = rig.engine.record(new_id)
    assert new["HostConfig"]["PublishAllPorts"] is False
    assert rig.engine.decode(new).mappings == (WANTED,)


def test_a_lost_leaf_is_told_and_no_secret_with_it(rig: Rig) -> None:
    container_id = rich(rig)
    old = rig.engine.record(container_id)
    blueprint = rig.engine.blueprint(old, rig.engine.decode(old).mappings)
    blueprint.body["Env"] = ["A=1", "B=2", "EMPTY="]
    blueprint.body["HostConfig"]["Memory"] = 0
    blueprint.body["HostConfig"]["MemorySwap"] = 0
    blueprint.body["HostConfig"]["MemoryReservation"] = 0
    blueprint.body["HostConfig"]["Binds"] = blueprint.body["HostConfig"]["Binds"][1:]
    new = rig.engine.record(rig.engine.create(rig.name("poorer"), blueprint))
    told = "\n".join(rig.engine.differences(old, new))
    assert "Config.Env[SECRET]: lost" in told
    assert "top=secret" not in told
    assert "HostConfig.Memory: 67108864 -> 0" in told
    assert "Mounts[/named]" in told


def test_unnamed_volumes_are_lost_without_the_pins_and_that_is_told(rig: Rig) -> None:
    container_id = rig.create("db", DB)
    old = rig.engine.record(container_id)
    blueprint = rig.engine.blueprint(old, ())
    volume = old["Mounts"][0]["Name"]
    assert blueprint.body["HostConfig"]["Binds"] == [f"{volume}:/var/lib/data:nocopy"]
    blueprint.body["HostConfig"]["Binds"] = []
    new = rig.engine.record(rig.engine.create(rig.name("db-new"), blueprint))
    assert any(
        line.startswith("Mounts[/var/lib/data]") for line in rig.engine.differences(old, new)
    )


def test_an_emptied_entrypoint_stays_empty(rig: Rig) -> None:
    config = {"Entrypoint": [""], "Cmd": ["sleep", "300"]}
    container_id = rig.create("plain", config=config)
    old, new = rig.recreate(container_id, "plain-new")
    assert (new["Path"], new["Args"]) == ("sleep", ["300"])
    assert rig.engine.differences(old, new) == ()


def test_a_hostname_like_an_id_is_kept(rig: Rig) -> None:
    container_id = rig.create("rabbit")
    old, new = rig.recreate(container_id, "rabbit-new")
    assert new["Config"]["Hostname"] == old["Config"]["Hostname"] == container_id[:12]


RARE: dict[str, Any] = {
    "CgroupParent": "/rare",
    "CgroupnsMode": "private",
    "DeviceRequests": [{"Driver": "", "Count": -1, "Capabilities": [["gpu"]], "Options": {}}],
    "IpcMode": "host",
    "OomKillDisable": True,
    "PidMode": "host",
    "Privileged": True,
    "ReadonlyRootfs": True,
    "Runtime": "runc",
    "SecurityOpt": ['seccomp={"defaultAction":"SCMP_ACT_ALLOW"}'],
    "UTSMode": "host",
    "UsernsMode": "host",
    "VolumeDriver": "local",
}


def test_settings_that_few_people_use_come_back(rig: Rig) -> None:
    config = {"Shell": ["/bin/sh", "-ec"], "OnBuild": ["RUN x"], "StdinOnce": True}
    container_id = rig.create("rare", DB, host=RARE, config=config)
    old, new = rig.recreate(container_id, "rare-new")
    assert rig.engine.differences(old, new) == ()
    for key in RARE:
        assert new["HostConfig"].get(key) == old["HostConfig"].get(key), key
    assert new["Config"].get("Shell") == config["Shell"]


@pytest.mark.parametrize("mode", ["host", "none"])
def test_modes_without_endpoints_come_back(rig: Rig, mode: str) -> None:
    container_id = rig.create("mode", host={"NetworkMode": mode})
    old, new = rig.recreate(container_id, "mode-new")
    assert new["HostConfig"]["NetworkMode"] == mode
    assert rig.engine.differences(old, new) == ()


def test_a_side_car_names_the_container_whose_network_it_shares(rig: Rig) -> None:
    owner = rig.create("owner")
    car = rig.create("car", host={"NetworkMode": f"container:{owner}", "Dns": []})
    old = rig.engine.record(car)
    blueprint = rig.engine.blueprint(old, ())
    assert blueprint.body["HostConfig"]["NetworkMode"] == f"container:{rig.name('owner')}"
    rig.engine.rename(owner, rig.name("owner-old"))
    fresh = rig.create("owner")
    new = rig.engine.record(rig.engine.create(rig.name("car-new"), blueprint))
    assert new["HostConfig"]["NetworkMode"] == f"container:{fresh}"
    assert rig.engine.differences(old, new) == ()


def test_volumes_of_a_container_that_is_gone_are_named_one_by_one(rig: Rig) -> None:
    source = rig.create("source", DB, host={"Binds": ["/usr:/hostusr:ro"]})
    user = rig.create("user", host={"VolumesFrom": [rig.name("source")]})
    rig.engine.remove(source)
    old, new = rig.recreate(user, "user-new")
    assert rig.engine.differences(old, new) == ()
    assert new["HostConfig"]["VolumesFrom"] in (None, [])
    assert len(new["Mounts"]) == 2


def test_a_network_that_it_has_left_is_left_again(rig: Rig) -> None:
    one, two = rig.network("one", "10.99.31"), rig.network("two", "10.99.32")
    container_id = rig.create("mover", networks=[(one, {}), (two, {})])
    leave(rig, one, container_id)
    old, new = rig.recreate(container_id, "mover-new")
    assert set(new["NetworkSettings"]["Networks"]) == {two}
    assert rig.engine.differences(old, new) == ()


def test_a_container_without_any_network_comes_back_without_any(rig: Rig) -> None:
    one = rig.network("one", "10.99.33")
    container_id = rig.create("hermit", networks=[(one, {})])
    leave(rig, one, container_id)
    old, new = rig.recreate(container_id, "hermit-new")
    assert new["NetworkSettings"]["Networks"] == {}
    assert rig.engine.differences(old, new) == ()


def leave(rig: Rig, network: str, container_id: str) -> None:
    if isinstance(rig, LiveRig):
        rig.live.api.call(
            "POST", f"/networks/{network}/disconnect", body={"Container": container_id}
        )
    else:
        record = rig.engine.store.containers[container_id]  # type: ignore[attr-defined]
        del record["NetworkSettings"]["Networks"][network]


def test_an_image_that_is_gone_is_said_before_anything_is_made(rig: Rig) -> None:
    container_id = rig.create("orphan", WEB)
    record = json.loads(json.dumps(rig.engine.record(container_id)))
    record["Image"] = "sha256:" + "0" * 64
    record["Config"]["Image"] = "pmap/no-such-image"
    with pytest.raises(EngineError) as caught:
        rig.engine.blueprint(record, ())
    assert caught.value.status == 404
    assert caught.value.hint


def test_a_name_that_means_another_image_by_now_is_replaced_by_the_id(rig: Rig) -> None:
    container_id = rig.create("tagged", WEB)
    record = json.loads(json.dumps(rig.engine.record(container_id)))
    record["Config"]["Image"] = DB
    blueprint = rig.engine.blueprint(record, ())
    assert blueprint.body["Image"] == record["Image"]
    assert any(DB in note for note in blueprint.notes)
    new = rig.engine.record(rig.engine.create(rig.name("tagged-new"), blueprint))
    assert new["Image"] == record["Image"]
    assert rig.engine.differences(record, new) == ()


def test_legacy_links_come_back(rig: Rig) -> None:
    rig.run("target")
    container_id = rig.create("linked", host={"Links": [f"{rig.name('target')}:db"]})
    old, new = rig.recreate(container_id, "linked-new")
    assert len(new["HostConfig"]["Links"]) == 1
    assert rig.engine.differences(old, new) == ()
