"""The contract: what is listed, what is inspected, and that the two agree."""

from __future__ import annotations

from dataclasses import replace

import pytest
from engine_rig import DB, GONE, Rig

from manager.errors import NoSuchContainer
from manager.interfaces import Blueprint
from manager.model.container import Container, ContainerState
from manager.model.ports import Port, PortBinding, PortMapping, PortRange, parse_ip


def listed(rig: Rig, container_id: str, *, stopped: bool = True) -> Container:
    return next(c for c in rig.engine.containers(stopped=stopped) if c.id == container_id)


def comparable(container: Container) -> Container:
    """Without what only one of list and inspect tells."""
    return replace(container, pid=None, status="", mappings_known=True)


def mapping(host_ip: str, host_port: int, container_port: str) -> PortMapping:
    address = parse_ip(host_ip) if host_ip else None
    return PortMapping(Port.parse(container_port), PortBinding(address, PortRange.of(host_port)))


PORTS = {
    "80/tcp": [("127.0.0.1", "21080"), ("127.0.0.2", "21081")],
    "443/tcp": [("127.0.0.1", "21443")],
    "53/udp": [("127.0.0.1", "21053")],
}
IN_ORDER = (
    mapping("127.0.0.1", 21053, "53/udp"),
    mapping("127.0.0.1", 21080, "80/tcp"),
    mapping("127.0.0.2", 21081, "80/tcp"),
    mapping("127.0.0.1", 21443, "443/tcp"),
)


def test_list_and_inspect_agree_in_every_state(rig: Rig) -> None:
    engine = rig.engine
    network = rig.network("net", "10.99.1")
    created = rig.create("created", ports=PORTS, networks=[(network, {"Aliases": ["one"]})])
    running = rig.run("running", ports={"80/tcp": [("127.0.0.1", "21180")]})
    paused = rig.run("paused", ports={"80/tcp": [("127.0.0.1", "21181")]})
    rig.pause(paused)
    exited = rig.run("exited", DB, ports={"5432/tcp": [("127.0.0.1", "21182")]})
    engine.stop(exited, timeout=1)
    expected = {
        created: ContainerState.CREATED,
        running: ContainerState.RUNNING,
        paused: ContainerState.PAUSED,
        exited: ContainerState.EXITED,
    }
    for container_id, state in expected.items():
        inspected = engine.decode(engine.record(container_id))
        assert inspected.state is state
        assert comparable(listed(rig, container_id)) == comparable(inspected)
    assert listed(rig, created).networks == (network,)
    assert engine.decode(engine.record(running)).pid
    assert engine.decode(engine.record(created)).pid is None


def test_mappings_come_by_container_port_and_as_they_were_asked(rig: Rig) -> None:
    created = rig.create("order", ports=PORTS)
    assert listed(rig, created).mappings == IN_ORDER
    assert rig.engine.decode(rig.engine.record(created)).mappings == IN_ORDER


def test_a_list_without_the_stopped_asks_nothing_of_them(rig: Rig) -> None:
    created = rig.create("short", ports=PORTS)
    entry = listed(rig, created, stopped=False)
    assert entry.mappings == ()
    assert not entry.mappings_known


def test_what_is_held_is_told_of_running_ones_only(rig: Rig) -> None:
    container_id = rig.create("held", ports={"80/tcp": [("127.0.0.1", "21080")]})
    assert listed(rig, container_id).published == ()
    rig.engine.start(container_id)
    held = listed(rig, container_id).published
    assert [str(port) for port in held] == ["127.0.0.1:21080 -> 80/tcp"]
    rig.engine.stop(container_id, timeout=1)
    assert listed(rig, container_id).published == ()
    assert listed(rig, container_id).mappings == (mapping("127.0.0.1", 21080, "80/tcp"),)


def test_every_address_is_held_and_the_engine_chooses_where_it_is_asked_to(rig: Rig) -> None:
    wide = rig.run("wide", ports={"80/tcp": [("", "21080")]})
    free = rig.run("free", ports={"80/tcp": [("127.0.0.1", "")]})
    container = rig.engine.decode(rig.engine.record(wide))
    assert container.mappings == (mapping("", 21080, "80/tcp"),)
    assert parse_ip("0.0.0.0") in {port.host_ip for port in container.published}
    chosen = rig.engine.decode(rig.engine.record(free))
    assert chosen.mappings[0].binding.host_ports is None
    assert chosen.published[0].host_port > 1024


def test_a_range_takes_a_port_of_it_that_is_free(rig: Rig) -> None:
    rig.run("first", ports={"80/tcp": [("127.0.0.1", "21090")]})
    second = rig.run("second", ports={"80/tcp": [("127.0.0.1", "21090-21092")]})
    container = rig.engine.decode(rig.engine.record(second))
    assert container.mappings[0].binding.host_ports == PortRange(21090, 21092)
    assert container.published[0].host_port in {21091, 21092}


def test_publish_all_asks_for_each_exposed_port(rig: Rig) -> None:
    container_id = rig.run("all", host={"PublishAllPorts": True})
    container = rig.engine.decode(rig.engine.record(container_id))
    assert container.mappings == (PortMapping(Port(80), PortBinding()),)
    assert len(container.published) >= 1


def test_a_host_network_container_declares_and_holds_nothing(rig: Rig) -> None:
    ports = {"80/tcp": [("127.0.0.1", "21080")]}
    container_id = rig.run("host", ports=ports, host={"NetworkMode": "host"})
    container = listed(rig, container_id)
    assert container.network_mode == "host"
    assert container.mappings == (mapping("127.0.0.1", 21080, "80/tcp"),)
    assert container.published == ()


def test_a_port_that_is_asked_but_not_held_is_told_of_a_running_one(rig: Rig) -> None:
    # Not exposed: engines keep the binding, publish nothing, and do not say so.
    bindings = {"81/tcp": [{"HostIp": "127.0.0.1", "HostPort": "21081"}]}
    body = {"Image": "pmap/web", "StopTimeout": 1, "HostConfig": {"PortBindings": bindings}}
    container_id = rig.engine.create(rig.name("mute"), Blueprint(body))
    rig.engine.start(container_id)
    container = listed(rig, container_id)
    assert container.mappings == (mapping("127.0.0.1", 21081, "81/tcp"),)
    assert container.mappings_known
    assert container.published == ()


def test_a_shared_network_names_whose_it_is(rig: Rig) -> None:
    owner = rig.run("owner", ports={"80/tcp": [("127.0.0.1", "21080")]})
    shared = rig.run("shared", host={"NetworkMode": f"container:{owner}"})
    assert listed(rig, shared).network_mode == f"container:{owner}"
    assert listed(rig, shared).networks == ()
    assert listed(rig, shared).published == ()


def test_labels_and_origin_come_along(rig: Rig) -> None:
    project, service = "com.docker.compose.project", "com.docker.compose.service"
    labels = {project: rig.name("shop"), service: "web", "note": "a=b"}
    container_id = rig.create("labelled", config={"Labels": labels})
    container = listed(rig, container_id)
    assert container.labels["note"] == "a=b"
    assert (container.project, container.service) == (rig.name("shop"), "web")


def test_a_record_is_found_by_name_id_and_prefix(rig: Rig) -> None:
    container_id = rig.create("findme")
    for name in (container_id, rig.name("findme"), f"/{rig.name('findme')}", container_id[:12]):
        assert rig.engine.record(name)["Id"] == container_id


@pytest.mark.parametrize("name", [GONE, "no-such-one", "", "/", "../images/json", "a b", "x" * 500])
def test_what_is_no_container_is_said_to_be_none(rig: Rig, name: str) -> None:
    with pytest.raises(NoSuchContainer) as caught:
        rig.engine.record(name)
    assert caught.value.hint


def test_many_stopped_containers_are_all_read(rig: Rig) -> None:
    wanted = {}
    for number in range(90):
        port = 22000 + number
        ports = {"80/tcp": [("127.0.0.1", str(port))]}
        wanted[rig.create(f"many-{number}", ports=ports)] = mapping("127.0.0.1", port, "80/tcp")
    found = {c.id: c.mappings for c in rig.engine.containers() if c.id in wanted}
    assert found == {container_id: (one,) for container_id, one in wanted.items()}
    assert {c.id: c.mappings for c in rig.engine.containers() if c.id in wanted} == found


def test_images_and_networks_resolve_to_ids_or_to_none(rig: Rig) -> None:
    engine = rig.engine
    image_id = engine.image_id("pmap/web")
    assert image_id is not None
    assert engine.image_id(image_id) == image_id
    assert engine.image_id("pmap/no-such-image") is None
    assert engine.image_id("") is None
    network = rig.network("known", "10.99.3")
    network_id = engine.network_id(network)
    assert network_id is not None
    assert engine.network_id(network_id) == network_id
    assert engine.network_id(rig.name("unknown")) is None
    assert engine.network_id("") is None


def test_many_records_are_read_at_once_and_gone_ones_left_out(rig: Rig) -> None:
    ids = [rig.create(f"each-{number}") for number in range(3)]
    found = rig.engine.records([*ids, GONE])
    assert dict(found) == {container_id: rig.engine.record(container_id) for container_id in ids}
    assert dict(rig.engine.records([])) == {}


def test_networks_come_by_name(rig: Rig) -> None:
    name = rig.network("net", "10.99.4")
    found = {network.name: network for network in rig.engine.networks()}
    assert list(found) == sorted(found)
    assert found[name].id == rig.engine.network_id(name)
    assert found["bridge"].driver == "bridge"
    assert not found[name].internal


def test_info_names_the_engine_and_stays(rig: Rig) -> None:
    info = rig.engine.info()
    assert info.local
    assert info.version
    assert info.key
    assert info.api_version >= (1, 41)
    assert rig.engine.info() == info
    assert rig.engine.now() > "2020-01-01T00:00:00"
