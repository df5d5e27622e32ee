"""From a raw inspect to a create call: ports, endpoints, volumes, images, Podman."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manager.engine.decode import asked_of
from manager.engine.encode import make_blueprint, set_mappings
from manager.engine.endpoints import endpoints_of
from manager.engine.volumes import pin_volumes
from manager.model.ports import (
    IPProtocol,
    Port,
    PortBinding,
    PortMapping,
    PortRange,
    parse_ip,
)

IMAGE_ID = "sha256:" + "1" * 64
MAC = "aa:bb:cc:dd:ee:ff"


@dataclass
class Around:
    """Surroundings that are given."""

    api_version: tuple[int, int] = (1, 51)
    podman: bool = False
    images: Mapping[str, Any] = field(default_factory=lambda: {"nginx": {"Id": IMAGE_ID}})
    containers: Mapping[str, Any] = field(default_factory=dict)

    def image(self, reference: str) -> Mapping[str, Any] | None:
        return self.images.get(reference)

    def container(self, name_or_id: str) -> Mapping[str, Any] | None:
        return self.containers.get(name_or_id)


def record(config: Mapping[str, Any] | None = None, **host: Any) -> dict[str, Any]:
    return {
        "Id": "a" * 64,
        "Image": IMAGE_ID,
        "Config": {"Image": "nginx", "Hostname": "a" * 12, "NewKey": {"x": [1]}, **(config or {})},
        "HostConfig": {"NetworkMode": "bridge", "KeyOfTomorrow": [{"y": None}], **host},
        "NetworkSettings": {"Networks": {"bridge": {}}},
    }


ADDRESSES = st.sampled_from([None, *map(parse_ip, ("127.0.0.1", "0.0.0.0", "::1", "::"))])
RANGES = st.one_of(
    st.none(),
    st.tuples(st.integers(1, 65000), st.integers(0, 20)).map(
        lambda pair: PortRange(pair[0], pair[0] + pair[1])
    ),
)
PORTS = st.builds(Port, st.integers(1, 65535), st.sampled_from(IPProtocol))
MAPPINGS = st.lists(
    st.builds(PortMapping, PORTS, st.builds(PortBinding, ADDRESSES, RANGES)), max_size=6
)


@given(MAPPINGS, MAPPINGS, st.booleans())
def test_mappings_come_back_as_they_were_put_in(
    before: list[PortMapping], after: list[PortMapping], publish_all: bool
) -> None:
    config: dict[str, Any] = {"ExposedPorts": {"81/tcp": {}}}
    host: dict[str, Any] = {"PublishAllPorts": publish_all}
    set_mappings(config, host, before)
    once = deepcopy((config, host))
    asked = asked_of({"Config": config, "HostConfig": host})
    assert list(asked.mappings) == sorted(before, key=lambda m: m.container_port)
    assert {m.container_port for m in before} <= set(asked.exposed)
    set_mappings(config, host, before)
    assert (config, host) == once
    set_mappings(config, host, after)
    asked = asked_of({"Config": config, "HostConfig": host})
    assert list(asked.mappings) == sorted(after, key=lambda m: m.container_port)


def test_what_stays_keeps_its_spelling() -> None:
    written = {"80": [{"HostPort": "8080"}], "53/udp": [{"HostIp": "", "HostPort": ""}]}
    config: dict[str, Any] = {"ExposedPorts": None}
    host: dict[str, Any] = {"PortBindings": deepcopy(written)}
    kept = asked_of({"Config": config, "HostConfig": host}).mappings
    new = PortMapping(Port(443), PortBinding(parse_ip("127.0.0.1"), PortRange.of(8443)))
    set_mappings(config, host, [*kept, new])
    assert host["PortBindings"] == written | {
        "443/tcp": [{"HostIp": "127.0.0.1", "HostPort": "8443"}]
    }
    # A binding that was never published stays so: only what changes is exposed.
    assert config["ExposedPorts"] == {"443/tcp": {}}


def test_keys_that_nobody_knows_are_carried_and_the_record_is_not_touched() -> None:
    raw = record(Memory=5, Binds=None)
    before = deepcopy(raw)
    body = make_blueprint(raw, (), Around()).body
    assert raw == before
    assert body["NewKey"] == {"x": [1]}
    assert body["HostConfig"]["KeyOfTomorrow"] == [{"y": None}]
    assert body["Hostname"] == "a" * 12


def endpoint(**more: Any) -> dict[str, Any]:
    return {
        "IPAMConfig": {"IPv4Address": "10.0.0.9"},
        "Links": None,
        "Aliases": ["web", "a" * 12],
        "MacAddress": "02:42:0a:00:00:09",
        "DriverOpts": None,
        "GwPriority": 0,
        "NetworkID": "n" * 64,
        "EndpointID": "e" * 64,
        "IPAddress": "10.0.0.9",
        "Gateway": "10.0.0.1",
        "DNSNames": ["web"],
        **more,
    }


def networked(mode: str, **networks: Any) -> dict[str, Any]:
    raw = record(config={"MacAddress": MAC}, NetworkMode=mode)
    raw["NetworkSettings"]["Networks"] = networks
    return raw


def test_only_what_was_asked_of_a_network_is_asked_again() -> None:
    found = endpoints_of(networked("front", front=endpoint(GwPriority=3)), many=False)
    assert found.at_create == {
        "front": {
            "IPAMConfig": {"IPv4Address": "10.0.0.9"},
            "Aliases": ["web"],
            "GwPriority": 3,
        }
    }
    assert (found.later, found.surplus, found.mac_moved) == ((), (), False)


@pytest.mark.parametrize("mode", ["front", "n" * 64, "n" * 12])
def test_the_main_network_is_known_by_name_and_id(mode: str) -> None:
    raw = networked(mode, front=endpoint(), back=endpoint(NetworkID="b" * 64))
    found = endpoints_of(raw, many=False)
    assert list(found.at_create) == ["front"]
    assert [name for name, _ in found.later] == ["back"]


def test_new_engines_take_all_networks_and_mac_addresses_by_network() -> None:
    raw = networked(
        "front",
        front=endpoint(),
        back=endpoint(MacAddress="02:aa:00:00:00:01"),
        side=endpoint(MacAddress=""),
        late=endpoint(),
    )
    body = make_blueprint(raw, (), Around()).body
    networks = body["NetworkingConfig"]["EndpointsConfig"]
    macs = {name: config.get("MacAddress") for name, config in networks.items()}
    assert macs == {"front": MAC, "back": "02:aa:00:00:00:01", "side": None, "late": None}
    assert "MacAddress" not in body


def test_old_engines_keep_the_mac_address_in_the_config() -> None:
    raw = networked("front", front=endpoint(), back=endpoint(MacAddress="02:aa:00:00:00:01"))
    blueprint = make_blueprint(raw, (), Around(api_version=(1, 41)))
    assert blueprint.body["MacAddress"] == MAC
    assert [name for name, _ in blueprint.endpoints] == ["back"]
    assert "MacAddress" not in blueprint.endpoints[0][1]


@pytest.mark.parametrize(
    ("many", "networks", "surplus"),
    [
        (False, {"back": endpoint()}, ("gone",)),
        (True, {"back": endpoint()}, ()),
        (True, {}, ("gone",)),
        (False, {}, ("gone",)),
    ],
)
def test_a_network_that_was_left_is_left_again(
    many: bool, networks: dict[str, Any], surplus: tuple[str, ...]
) -> None:
    assert endpoints_of(networked("gone", **networks), many=many).surplus == surplus


@pytest.mark.parametrize("networks", [{}, {"back": endpoint(MacAddress="02:aa:00:00:00:01")}])
def test_a_mac_address_for_a_network_that_was_left_is_not_asked_for(
    networks: dict[str, Any],
) -> None:
    """Engines of API 1.44 answer 400 to it: it belongs to none of the networks that are named."""
    raw = networked("gone", **networks)
    body = make_blueprint(raw, (), Around()).body
    assert "MacAddress" not in body
    assert MAC not in str(body.get("NetworkingConfig"))
    assert make_blueprint(raw, (), Around(api_version=(1, 41))).body["MacAddress"] == MAC


def test_a_shared_network_forbids_what_is_ones_own() -> None:
    raw = record(
        config={"ExposedPorts": {"80/tcp": {}}, "Domainname": "x"},
        NetworkMode=f"container:{'c' * 64}",
        PidMode=f"container:{'c' * 64}",
        Dns=["1.1.1.1"],
        ExtraHosts=["a:1.2.3.4"],
        Memory=1,
    )
    around = Around(containers={"c" * 64: {"Name": "/owner"}})
    body = make_blueprint(raw, (), around).body
    assert {"Hostname", "Domainname", "ExposedPorts"}.isdisjoint(body)
    host = body["HostConfig"]
    assert host["NetworkMode"] == host["PidMode"] == "container:owner"
    assert {"Dns", "ExtraHosts", "PortBindings"}.isdisjoint(host)
    assert host["Memory"] == 1
    assert "NetworkingConfig" not in body


def test_a_shared_host_name_is_not_named() -> None:
    body = make_blueprint(record(UTSMode="host"), (), Around()).body
    assert "Hostname" not in body


@pytest.mark.parametrize(
    ("own", "inherited", "sent"),
    [
        (None, ["/entry"], [""]),
        ([], ["/entry"], [""]),
        (["/mine"], ["/entry"], ["/mine"]),
        (None, None, None),
    ],
)
def test_an_emptied_entrypoint_is_said_to_be_empty(own: Any, inherited: Any, sent: Any) -> None:
    images = {"nginx": {"Id": IMAGE_ID, "Config": {"Entrypoint": inherited}}}
    body = make_blueprint(record({"Entrypoint": own}), (), Around(images=images)).body
    assert body["Entrypoint"] == sent


def mount(name: str, target: str, **more: Any) -> dict[str, Any]:
    return {"Type": "volume", "Name": name, "Destination": target, "RW": True, **more}


def test_unnamed_volumes_are_pinned_and_named_ones_left_alone() -> None:
    raw = record(
        Binds=["data:/data", "/anonymous/by/bind"],
        Mounts=[
            {"Type": "volume", "Target": "/m", "VolumeOptions": None},
            {"Type": "volume", "Target": "/n", "Source": "named"},
        ],
    )
    raw["Mounts"] = [
        mount("data", "/data"),
        mount("v1", "/anonymous/by/bind"),
        mount("v2", "/image/volume", RW=False),
        mount("v3", "/m"),
        mount("named", "/n"),
        {"Type": "tmpfs", "Destination": "/t"},
    ]
    host = make_blueprint(raw, (), Around()).body["HostConfig"]
    assert host["Binds"] == [
        "data:/data",
        "v1:/anonymous/by/bind:nocopy",
        "v2:/image/volume:ro,nocopy",
    ]
    assert host["Mounts"][0] == {
        "Type": "volume",
        "Target": "/m",
        "Source": "v3",
        "VolumeOptions": {"NoCopy": True},
    }
    assert host["Mounts"][1] == {"Type": "volume", "Target": "/n", "Source": "named"}


def test_pinning_twice_changes_nothing_more() -> None:
    raw = record(Binds=None)
    raw["Mounts"] = [mount("v1", "/x")]
    first = deepcopy(raw["HostConfig"])
    pin_volumes(raw, first, lambda _: None)
    again = deepcopy(first)
    pin_volumes({**raw, "HostConfig": first}, again, lambda _: None)
    assert again == first


def test_volumes_from_stay_while_their_source_gives_the_same() -> None:
    raw = record(VolumesFrom=["src:ro", "gone"])
    bind = {"Type": "bind", "Source": "/host", "Destination": "/b", "Propagation": "rslave"}
    raw["Mounts"] = [mount("same", "/s", RW=False), mount("old", "/o"), bind]
    around = Around(containers={"src": {"Mounts": [mount("same", "/s"), mount("new", "/o")]}})
    blueprint = make_blueprint(raw, (), around)
    host = blueprint.body["HostConfig"]
    assert host["VolumesFrom"] == ["src:ro"]
    assert host["Binds"] == ["old:/o:nocopy", "/host:/b:rslave"]
    assert "gone" in blueprint.notes[0]


def test_podman_is_told_what_it_takes() -> None:
    raw = record(
        Ulimits=[{"Name": "RLIMIT_NOFILE", "Soft": 1, "Hard": 2}],
        MemorySwappiness=-1,
        NanoCpus=500_000_000,
        CpuPeriod=100_000,
        CpuQuota=50_000,
        Devices=[{"PathOnHost": "/dev/null", "CgroupPermissions": ""}],
    )
    raw["NetworkSettings"]["Networks"] = {"podman": {}}
    blueprint = make_blueprint(raw, (), Around(podman=True, api_version=(1, 41)))
    host = blueprint.body["HostConfig"]
    assert host["Ulimits"][0]["Name"] == "nofile"
    assert "MemorySwappiness" not in host
    assert host["NanoCpus"] == 500_000_000
    assert not {"CpuPeriod", "CpuQuota"} & host.keys()
    assert host["Devices"][0]["CgroupPermissions"] == "rwm"
    assert not blueprint.surplus
    assert not blueprint.endpoints


def test_the_platform_is_named_where_the_image_has_several() -> None:
    raw = record()
    assert make_blueprint(raw, (), Around()).platform is None
    raw["ImageManifestDescriptor"] = {
        "platform": {"os": "linux", "architecture": "arm", "variant": "v7"}
    }
    assert make_blueprint(raw, (), Around()).platform == "linux/arm/v7"
