"""The test images do what the other tests take for granted, on every engine."""

import socket
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from engine_process import wait_until
from pytest_engines import LiveEngine


def ask_web(port: int) -> bytes:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=2) as answer:
        return bytes(answer.read())


def ask_db(port: int) -> bytes:
    with socket.create_connection(("127.0.0.1", port), 2) as connection:
        return connection.recv(100)


def ask_udp(port: int) -> bytes:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.settimeout(0.5)
        sender.sendto(b"echo", ("127.0.0.1", port))
        return sender.recv(100)


def run(engine: LiveEngine, name: str, image: str, container_port: str) -> tuple[str, int]:
    """Start a container with the port on a free host port; its id and that port."""
    host = {"PortBindings": {container_port: [{"HostIp": "127.0.0.1", "HostPort": ""}]}}
    body = {"Image": image, "ExposedPorts": {container_port: {}}, "HostConfig": host}
    made = engine.api.call("POST", "/containers/create", {"name": name}, body).json()["Id"]
    engine.api.call("POST", f"/containers/{made}/start")
    ports = engine.api.get(f"/containers/{made}/json")["NetworkSettings"]["Ports"]
    return made, int(ports[container_port][0]["HostPort"]) if container_port in ports else 0


@dataclass(frozen=True)
class Service:
    """What an image is to answer, and to which question."""

    image: str
    port: str
    ask: Callable[[int], bytes]
    answer: bytes


SERVICES = [
    Service("pmap/web", "80/tcp", ask_web, b"pmap: it works"),
    Service("pmap/db", "5432/tcp", ask_db, b"pmap/db: ready"),
    Service("pmap/udp", "53/udp", ask_udp, b"echo"),
    Service("pmap/multi", "8080/tcp", ask_web, b"second port works"),
]


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.image)
def test_an_image_answers_and_stops_at_once(
    live_engine: LiveEngine, prefix: str, service: Service
) -> None:
    container, host_port = run(live_engine, prefix + "one", service.image, service.port)

    def answers() -> bool:
        try:
            return service.answer in service.ask(host_port)
        except OSError:
            return False

    assert wait_until(answers, 10)
    began = time.monotonic()
    live_engine.api.call("POST", f"/containers/{container}/stop", {"t": "10"})
    assert time.monotonic() - began < 5, "it ignores SIGTERM"
    state = live_engine.api.get(f"/containers/{container}/json")["State"]
    assert state["ExitCode"] == 0


def test_stubborn_must_be_killed(live_engine: LiveEngine, prefix: str) -> None:
    container, _ = run(live_engine, prefix + "one", "pmap/stubborn", "80/tcp")
    live_engine.api.call("POST", f"/containers/{container}/stop", {"t": "1"})
    assert live_engine.api.get(f"/containers/{container}/json")["State"]["ExitCode"] == 137


def test_crash_ends_with_1(live_engine: LiveEngine, prefix: str) -> None:
    container, _ = run(live_engine, prefix + "one", "pmap/crash", "80/tcp")
    waited = live_engine.api.call("POST", f"/containers/{container}/wait").json()
    assert waited["StatusCode"] == 1
