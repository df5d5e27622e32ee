"""Engine API JSON of every shape becomes a container, and none becomes an error."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manager.engine.decode import (
    container_from_entry,
    container_from_record,
    mappings_of,
    tells_less,
)
from manager.model.container import ContainerState
from manager.model.ports import IPProtocol, Port, PortRange, parse_ip

KEYS = st.sampled_from(
    [
        *("Id", "Name", "Names", "Image", "State", "Status", "Config", "HostConfig", "Labels"),
        *("NetworkSettings", "Networks", "Ports", "PortBindings", "ExposedPorts", "NetworkMode"),
        *("80/tcp", "HostIp", "HostPort", "IP", "PrivatePort", "PublicPort", "Type", "Pid"),
    ]
)
VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(min_value=-5, max_value=70000),
        st.sampled_from(["", "tcp", "running", "80", "8080-8090", "127.0.0.1", "::", "zz", "0"]),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=6)),
    max_leaves=25,
)


@given(st.dictionaries(KEYS, VALUES))
def test_any_json_is_a_container(raw: dict[str, Any]) -> None:
    container_from_record(raw)
    container_from_entry(raw, None)
    tells_less(raw)


def record(**host: Any) -> dict[str, Any]:
    return {
        "Id": "a" * 64,
        "Name": "/web",
        "State": {"Status": "running", "Pid": 7},
        "Config": {"Image": "nginx", "Env": None, "Labels": None, "ExposedPorts": None},
        "HostConfig": {"NetworkMode": "default", "PortBindings": None, **host},
        "NetworkSettings": {"Ports": None, "Networks": None},
    }


def test_what_is_null_is_nothing() -> None:
    container = container_from_record(record())
    assert (container.name, container.image, container.network_mode) == ("web", "nginx", "bridge")
    assert container.mappings == ()
    assert container.published == ()
    assert container.exposed == ()
    assert dict(container.labels) == {}


@pytest.mark.parametrize(
    ("host_ip", "host_port", "shown"),
    [
        ("", "8080", "*:8080 -> 80/tcp"),
        (None, "8080", "*:8080 -> 80/tcp"),
        ("0.0.0.0", "8080", "0.0.0.0:8080 -> 80/tcp"),
        ("::", "8080", "[::]:8080 -> 80/tcp"),
        ("127.0.0.1", "", "127.0.0.1:(any) -> 80/tcp"),
        ("127.0.0.1", "0", "127.0.0.1:(any) -> 80/tcp"),
        ("127.0.0.1", None, "127.0.0.1:(any) -> 80/tcp"),
        ("127.0.0.1", 8080, "127.0.0.1:8080 -> 80/tcp"),
        ("::1", "8000-8010", "[::1]:8000-8010 -> 80/tcp"),
        ("::ffff:127.0.0.1", "1", "127.0.0.1:1 -> 80/tcp"),
    ],
)
def test_bindings_are_read_as_they_were_asked(
    host_ip: str | None, host_port: object, shown: str
) -> None:
    found = mappings_of({"80/tcp": [{"HostIp": host_ip, "HostPort": host_port}]})
    assert [str(entry) for entry in found] == [shown]


@pytest.mark.parametrize(
    "bindings",
    [
        {"80/tcp": None},
        {"80/tcp": []},
        {"80/xyz": [{"HostPort": "1"}]},
        {"0/tcp": [{"HostPort": "1"}]},
        {"70000/tcp": [{"HostPort": "1"}]},
        {"80/tcp": [{"HostIp": "localhost", "HostPort": "1"}]},
        {"80/tcp": [{"HostPort": "70000"}]},
        {"80/tcp": [{"HostPort": "9-8"}]},
    ],
)
def test_what_no_engine_takes_is_no_mapping(bindings: dict[str, Any]) -> None:
    assert mappings_of(bindings) == ()


def test_a_missing_protocol_is_tcp_and_order_is_kept_within_a_port() -> None:
    found = mappings_of(
        {"443": [{"HostPort": "2"}], "80/udp": [{"HostPort": "9"}, {"HostPort": "3"}]}
    )
    assert [(m.container_port, m.binding.host_port) for m in found] == [
        (Port(80, IPProtocol.UDP), 9),
        (Port(80, IPProtocol.UDP), 3),
        (Port(443), 2),
    ]


def test_podman_keeps_the_ports_of_a_stopped_one_and_they_are_not_held() -> None:
    raw = record() | {"State": {"Status": "stopped"}}
    raw["NetworkSettings"] = {"Ports": {"80/tcp": [{"HostIp": "", "HostPort": "8080"}]}}
    container = container_from_record(raw)
    assert container.state is ContainerState.EXITED
    assert container.published == ()
    running = container_from_record(raw | {"State": {"Status": "running"}})
    assert [str(port) for port in running.published] == ["0.0.0.0:8080 -> 80/tcp"]


def test_a_state_of_another_age_is_unknown() -> None:
    raw = record() | {"State": {"Status": "hibernating"}}
    assert container_from_record(raw).state is ContainerState.UNKNOWN


def entry(**more: Any) -> dict[str, Any]:
    ports = [
        {"IP": "0.0.0.0", "PrivatePort": 80, "PublicPort": 8080, "Type": "tcp"},
        {"IP": "::", "PrivatePort": 80, "PublicPort": 8080, "Type": "tcp"},
        {"IP": "127.0.0.1", "PrivatePort": 53, "PublicPort": 53, "Type": "udp"},
    ]
    return {
        "Id": "b" * 64,
        "Names": ["/other/alias", "/web"],
        "Image": "nginx",
        "State": "running",
        "Status": "Up 3 minutes",
        "Ports": ports,
        "HostConfig": {"NetworkMode": "shop_default"},
        "NetworkSettings": {"Networks": {"shop_default": {}, "back": {}}},
        **more,
    }


def test_the_list_alone_tells_what_is_held_and_assumes_it_was_asked() -> None:
    container = container_from_entry(entry(), None)
    assert container.name == "web"
    assert [str(m) for m in container.mappings] == [
        "127.0.0.1:53 -> 53/udp",
        "*:8080 -> 80/tcp",
    ]
    assert not container.mappings_known
    assert container.networks == ("back", "shop_default")
    assert container.status == "Up 3 minutes"
    assert container.exposed == (Port(53, IPProtocol.UDP), Port(80))


def test_one_family_alone_is_that_address() -> None:
    container = container_from_entry(entry(Ports=entry()["Ports"][:1]), None)
    binding = container.mappings[0].binding
    assert (binding.host_ip, binding.host_ports) == (parse_ip("0.0.0.0"), PortRange.of(8080))


@pytest.mark.parametrize(
    ("more", "less"),
    [
        ({}, False),
        ({"State": "paused"}, False),
        ({"State": "exited"}, True),
        ({"State": "created"}, True),
        ({"State": "something"}, True),
        ({"Ports": []}, True),
        ({"Ports": None}, True),
        ({"Ports": [{"PrivatePort": 80, "Type": "tcp"}]}, True),
        ({"HostConfig": {"NetworkMode": "host"}}, True),
    ],
)
def test_inspect_is_needed_where_the_list_leaves_it_open(more: dict[str, Any], less: bool) -> None:
    assert tells_less(entry(**more)) is less


def test_publish_all_asks_for_what_is_exposed_and_not_named() -> None:
    raw = record(PublishAllPorts=True, PortBindings={"80/tcp": [{"HostPort": "8080"}]})
    raw["Config"]["ExposedPorts"] = {"80/tcp": {}, "443/tcp": {}}
    assert [str(m) for m in container_from_record(raw).mappings] == [
        "*:8080 -> 80/tcp",
        "*:(any) -> 443/tcp",
    ]
