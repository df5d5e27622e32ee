"""The host's view of real containers: whose socket, what is inside, what a connect gets."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from ipaddress import ip_address
from typing import Any

from pytest_engines import LiveEngine

from manager.host.live import LiveHost
from manager.model.listener import HostSocket, Listener
from manager.model.ports import IPProtocol

HERE = ip_address("127.0.0.1")
HOST = LiveHost()


def run(
    engine: LiveEngine, name: str, image: str, host_config: Mapping[str, Any], *env: str
) -> str:
    body = {"Image": image, "Env": list(env), "HostConfig": {"Init": False, **host_config}}
    made = engine.api.call("POST", "/containers/create", {"name": name}, body).json()
    engine.api.call("POST", f"/containers/{made['Id']}/start")
    return str(made["Id"])


def pid_of(engine: LiveEngine, container: str) -> int:
    return int(engine.api.get(f"/containers/{container}/json")["State"]["Pid"])


def awaited(find: Callable[[], list[Listener]]) -> Listener:
    """The listener, once the app in the container has opened it."""
    deadline = time.monotonic() + 15
    while not (found := find()):
        assert time.monotonic() < deadline
    return found[0]


def test_a_host_network_container_owns_its_listener(live_engine: LiveEngine, prefix: str) -> None:
    container = run(
        live_engine, f"{prefix}web", "pmap/web", {"NetworkMode": "host"}, "LISTEN=61820"
    )
    found = awaited(lambda: list(HOST.listeners(61820)))
    assert found.process is not None
    assert found.process.name in {"httpd", "busybox"}
    assert found.container_id == container
    assert not found.for_engine
    inits = {pid_of(live_engine, container): container, 2**30: "0" * 64}
    assert HOST.owner_of(found, inits) == container
    without_group = Listener(found.socket, found.process)
    assert HOST.owner_of(without_group, inits) == container
    assert found in HOST.listeners()


def test_a_published_port_is_the_engines(live_engine: LiveEngine, prefix: str) -> None:
    binding = {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "61821"}]}
    container = run(live_engine, f"{prefix}web", "pmap/web", {"PortBindings": binding})
    found = awaited(lambda: list(HOST.listeners(61821)))
    assert found.socket == HostSocket(HERE, 61821)
    assert found.for_engine
    assert HOST.owner_of(found, {pid_of(live_engine, container): container}) is None
    assert HOST.bind_error(HostSocket(None, 61821)) == "address already in use"
    assert HOST.bind_error(HostSocket(ip_address("127.0.0.2"), 61821)) is None


def test_an_ephemeral_udp_port_of_an_engine_is_told(live_engine: LiveEngine, prefix: str) -> None:
    port = HOST.ephemeral_range().start + 7
    binding = {"53/udp": [{"HostIp": "0.0.0.0", "HostPort": str(port)}]}
    run(live_engine, f"{prefix}udp", "pmap/udp", {"PortBindings": binding})
    wanted = HostSocket(ip_address("0.0.0.0"), port, IPProtocol.UDP)
    assert wanted in [one.socket for one in HOST.listeners()]


def test_an_app_on_its_own_loopback_is_found_out(live_engine: LiveEngine, prefix: str) -> None:
    """Published, and the proxy accepts; yet nobody is there, and the inside view says why."""
    binding = {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "61822"}]}
    container = run(
        live_engine,
        f"{prefix}hidden",
        "pmap/web",
        {"PortBindings": binding},
        "LISTEN=127.0.0.1:80",
    )
    pid = pid_of(live_engine, container)
    deadline = time.monotonic() + 15
    while HOST.listening_inside(pid) != (HostSocket(HERE, 80),):
        assert time.monotonic() < deadline
    result = HOST.connect(HERE, 61822, timeout=3)
    assert result.answer == "closed-at-once"
    assert not result.answering


def test_a_server_that_speaks_first_and_one_that_waits(
    live_engine: LiveEngine, prefix: str
) -> None:
    for image, port, host_port in (("web", "80/tcp", "61823"), ("db", "5432/tcp", "61824")):
        binding = {port: [{"HostIp": "127.0.0.1", "HostPort": host_port}]}
        run(live_engine, f"{prefix}{image}", f"pmap/{image}", {"PortBindings": binding})
    deadline = time.monotonic() + 15
    while not all(HOST.connect(HERE, port, timeout=3).answering for port in (61823, 61824)):
        assert time.monotonic() < deadline
    asked = HOST.connect(HERE, 61823, timeout=3, payload=b"GET / HTTP/1.0\r\n\r\n")
    assert asked.greeting.startswith(b"HTTP/1.")
    assert HOST.connect(HERE, 61824, timeout=3).greeting == b"pmap/db: ready\n"


def test_dockers_name_server_is_not_the_apps(live_engine: LiveEngine, prefix: str) -> None:
    network = f"{prefix}net"
    live_engine.api.call("POST", "/networks/create", body={"Name": network})
    container = run(live_engine, f"{prefix}web", "pmap/web", {"NetworkMode": network})
    pid = pid_of(live_engine, container)
    deadline = time.monotonic() + 15
    while not (inside := HOST.listening_inside(pid)):
        assert time.monotonic() < deadline
    assert {one.host_port for one in inside} == {80}
