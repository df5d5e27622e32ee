"""The comparison tells every leaf that is lost, and nothing that engines give anew."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manager.engine.compare import compare_records

JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)
KEYS = st.text("abcdefgh", min_size=1, max_size=4).map(lambda key: f"New{key}")


def record(**host: Any) -> dict[str, Any]:
    return {
        "Id": "a" * 64,
        "Name": "/web",
        "Image": "sha256:1",
        "Path": "serve",
        "Args": ["-v"],
        "State": {"Status": "running"},
        "Config": {"Image": "nginx", "Env": ["A=1", "B=2"], "ExposedPorts": {"80/tcp": {}}},
        "HostConfig": {"NetworkMode": "bridge", "Memory": 5, **host},
        "Mounts": [{"Type": "volume", "Name": "v", "Destination": "/v", "RW": True, "Mode": ""}],
        "NetworkSettings": {"Networks": {"bridge": {"Aliases": ["web"], "IPAddress": "10.0.0.2"}}},
    }


def test_a_host_name_that_podman_puts_into_the_environment_too() -> None:
    old, new = record(), record()
    old["Config"]["Hostname"] = new["Config"]["Hostname"] = "keeper"
    new["Config"]["Env"] = ["HOSTNAME=keeper", *new["Config"]["Env"]]
    assert compare_records(old, new) == ()
    assert compare_records(new, old) == ("Config.Env[HOSTNAME]: lost",)
    new["Config"]["Env"][0] = "HOSTNAME=another"
    assert compare_records(old, new) == ("Config.Env[HOSTNAME]: new",)


@given(st.dictionaries(KEYS, JSON))
def test_a_record_does_not_differ_from_itself(more: dict[str, Any]) -> None:
    raw = record(**more)
    assert compare_records(raw, deepcopy(raw)) == ()


@given(st.dictionaries(KEYS, JSON), KEYS, st.one_of(st.integers(), st.booleans(), st.just("x")))
def test_a_leaf_that_nobody_knows_is_missed_when_it_is_gone(
    more: dict[str, Any], key: str, value: object
) -> None:
    old = record(**more, **{f"Key{key}": value})
    found = compare_records(old, record(**more))
    assert len(found) == 1
    assert found[0].startswith(f"HostConfig.Key{key}: ")
    assert found[0].endswith("-> missing")


CHANGES: dict[str, Callable[[dict[str, Any]], Any]] = {
    "Path:": lambda r: r.update(Path="other"),
    "Args[0]:": lambda r: r.update(Args=["-q"]),
    "Image:": lambda r: r.update(Image="sha256:2"),
    "Config.Env[A]: changed": lambda r: r["Config"].update(Env=["A=2", "B=2"]),
    "Config.Env[C]: new": lambda r: r["Config"]["Env"].append("C=3"),
    "Config.ExposedPorts[80/tcp]:": lambda r: r["Config"].update(ExposedPorts=None),
    "HostConfig.Memory: 5 -> 6": lambda r: r["HostConfig"].update(Memory=6),
    "HostConfig.NetworkMode:": lambda r: r["HostConfig"].update(NetworkMode="host"),
    "Mounts[/v].RW: true -> false": lambda r: r["Mounts"][0].update(RW=False),
    "Mounts[/v].Name:": lambda r: r["Mounts"][0].update(Name="w"),
    "NetworkSettings.Networks[back]:": lambda r: r["NetworkSettings"]["Networks"].update(back={}),
    "HostConfig.Links[0]: missing": lambda r: r["HostConfig"].update(Links=["/db:/web/db"]),
    "HostConfig.Binds[x:/new]: new": lambda r: r["HostConfig"].update(Binds=["x:/new"]),
}


@pytest.mark.parametrize("told", CHANGES)
def test_each_kind_of_loss_is_told_by_its_name(told: str) -> None:
    new = record()
    CHANGES[told](new)
    assert any(line.startswith(told) for line in compare_records(record(), new))


GIVEN_ANEW: dict[str, Callable[[dict[str, Any]], Any]] = {
    "id": lambda r: r.update(Id="b" * 64),
    "name": lambda r: r.update(Name="/web.new"),
    "state": lambda r: r.update(State={"Status": "created"}),
    "null for empty": lambda r: r["HostConfig"].update(Dns=[], Links={}, CapAdd=None),
    "mode of a mount": lambda r: r["Mounts"][0].update(Mode="z"),
    "address": lambda r: r["NetworkSettings"]["Networks"]["bridge"].update(IPAddress=""),
    "short id": lambda r: r["NetworkSettings"]["Networks"]["bridge"]["Aliases"].append("a" * 12),
    "a pin": lambda r: r["HostConfig"].update(Binds=["v:/v:nocopy"]),
    "bindings": lambda r: r["HostConfig"].update(PortBindings={"80/tcp": [{"HostPort": "1"}]}),
    "publish all": lambda r: r["HostConfig"].update(PublishAllPorts=True),
    "created by id": lambda r: r["Config"].update(Image="sha256:1"),
}


@pytest.mark.parametrize("what", GIVEN_ANEW)
def test_what_an_engine_gives_anew_is_not_told(what: str) -> None:
    new = record()
    GIVEN_ANEW[what](new)
    assert compare_records(record(), new) == ()


def test_a_port_that_changes_may_be_exposed_and_no_other() -> None:
    new = record(PortBindings={"443/tcp": [{"HostPort": "1"}]})
    new["Config"]["ExposedPorts"]["443/tcp"] = {}
    assert compare_records(record(), new) == ()
    new["Config"]["ExposedPorts"]["444/tcp"] = {}
    assert compare_records(record(), new) == ('Config.ExposedPorts[444/tcp]: missing -> "set"',)


def test_a_bind_that_is_gone_is_told_by_both_its_names() -> None:
    old = record(Binds=["v:/v"])
    new = record()
    new["Mounts"] = []
    told = compare_records(old, new)
    assert "HostConfig.Binds[v:/v]: lost" in told
    assert any(line.startswith("Mounts[/v].Name") for line in told)


def test_options_of_a_mount_are_compared_but_for_the_pin() -> None:
    old = record(
        Mounts=[{"Type": "volume", "Target": "/v", "VolumeOptions": {"Labels": {"a": "b"}}}]
    )
    new = deepcopy(old)
    new["HostConfig"]["Mounts"][0].update(Source="v")
    new["HostConfig"]["Mounts"][0]["VolumeOptions"]["NoCopy"] = True
    assert compare_records(old, new) == ()
    new["HostConfig"]["Mounts"][0]["VolumeOptions"]["Labels"] = {}
    assert len(compare_records(old, new)) == 1


def test_long_values_are_cut() -> None:
    line = compare_records(record(Key="x" * 5000), record())[0]
    assert len(line) < 200


def test_a_default_that_was_never_named_may_be_named_now() -> None:
    """A container created with no HostConfig shows no runtime; its like shows the default."""
    assert compare_records(record(), record(Runtime="runc")) == ()
    assert compare_records(record(Runtime="crun"), record(Runtime="runc")) != ()
    assert compare_records(record(Runtime="crun"), record()) != ()


def test_an_image_is_mounted_from_another_folder_in_each_container() -> None:
    old = record()
    old["Mounts"] += [{"Type": "image", "Name": "pmap/db", "Source": "/a", "Destination": "/img"}]
    new = deepcopy(old)
    new["Mounts"][1]["Source"] = "/b"
    assert compare_records(old, new) == ()
    new["Mounts"][1]["Name"] = "another"
    assert compare_records(old, new) == ('Mounts[/img].Name: "pmap/db" -> "another"',)
    new["Mounts"][0]["Source"] = "/elsewhere"
    assert len(compare_records(old, new)) == 2


def test_a_mac_address_for_a_network_that_was_left_is_of_no_use() -> None:
    old = record()
    old["Config"]["MacAddress"] = "aa:bb:cc:dd:ee:ff"
    assert compare_records(old, record()) == ('Config.MacAddress: "aa:bb:cc:dd:ee:ff" -> missing',)
    old["HostConfig"]["NetworkMode"] = "gone"
    new = record(NetworkMode="gone")
    assert compare_records(old, new) == ()
    new["Config"]["MacAddress"] = "aa:bb:cc:dd:ee:00"
    assert len(compare_records(old, new)) == 1
