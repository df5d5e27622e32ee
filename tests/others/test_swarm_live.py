"""A swarm of one node on real engines: what `ls` and `who` say, and a service update end to end.

This kernel may have no IPVS: then a port in mode ingress converges and still refuses connections,
so that answers are asked of mode host alone.
"""

from __future__ import annotations

import json
import os
import socket
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from engine_http import ApiError
from engine_process import wait_until
from pytest_engines import LiveEngine

from manager.cli.main import main

SECONDS = 60
INIT = {"ListenAddr": "127.0.0.1:2377", "AdvertiseAddr": "127.0.0.1"}


@pytest.fixture
def swarm(live_engine: LiveEngine, monkeypatch: pytest.MonkeyPatch) -> Iterator[LiveEngine]:
    """The engine as the only node of a swarm, which it leaves afterwards."""
    monkeypatch.setenv("DOCKER_HOST", live_engine.host)
    live_engine.api.call("POST", "/swarm/init", body=INIT)
    try:
        yield live_engine
    finally:
        for service in live_engine.api.get("/services"):
            live_engine.api.call("DELETE", f"/services/{service['ID']}", accept=(404,))
        live_engine.api.call("POST", "/swarm/leave", {"force": "1"})
        # A node that leaves may forget its tasks' containers, and those that never started.
        until(lambda: not remove_tasks(live_engine))
        until(lambda: remove_gateway(live_engine))


def remove_tasks(engine: LiveEngine) -> list[dict[str, Any]]:
    """Remove the containers of the swarm's tasks; which there still were."""
    query = {"all": "1", "filters": json.dumps({"label": ["com.docker.swarm.task.id"]})}
    found = list(engine.api.get("/containers/json", query))
    for task in found:
        engine.api.call("DELETE", f"/containers/{task['Id']}", {"force": "1"}, accept=(404, 409))
    return found


def remove_gateway(engine: LiveEngine) -> bool:
    """Take the network away that a swarm leaves behind, once its last task has let go of it."""
    try:
        engine.api.call("DELETE", "/networks/docker_gwbridge", accept=(404,))
    except ApiError:
        return False
    return True


def until(happened: Callable[[], bool]) -> None:
    assert wait_until(happened, SECONDS)


def serve(engine: LiveEngine, name: str, *ports: dict[str, Any], mode: str = "vip") -> str:
    """Create a service of one task, and wait until that runs; the service's id."""
    body = {
        "Name": name,
        "TaskTemplate": {"ContainerSpec": {"Image": "pmap/web", "StopGracePeriod": 10**9}},
        "Mode": {"Replicated": {"Replicas": 1}},
        # A second is long enough to see that the task stays.
        "UpdateConfig": {"Parallelism": 1, "Monitor": 10**9, "FailureAction": "pause"},
        "EndpointSpec": {"Mode": mode, "Ports": list(ports)},
    }
    service = str(engine.api.call("POST", "/services/create", body=body).json()["ID"])
    until(lambda: running(engine, service))
    return service


def running(engine: LiveEngine, service: str) -> bool:
    filters = json.dumps({"service": [service], "desired-state": ["running"]})
    tasks = engine.api.get("/tasks", {"filters": filters})
    return [task["Status"]["State"] for task in tasks] == ["running"]


def port(published: int, target: int = 80, mode: str = "ingress") -> dict[str, Any]:
    return {
        "Protocol": "tcp",
        "TargetPort": target,
        "PublishedPort": published,
        "PublishMode": mode,
    }


def asked(engine: LiveEngine, service: str) -> list[dict[str, Any]]:
    return list(engine.api.get(f"/services/{service}")["Spec"]["EndpointSpec"].get("Ports") or [])


def answer(capsys: pytest.CaptureFixture[str], *argv: str, code: int = 0) -> Any:
    assert main([*argv, "--json"]) == code
    return json.loads(capsys.readouterr().out)


def page(number: int) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{number}/", timeout=10) as reply:
        return str(reply.read().decode())


def test_services_are_listed_and_named(
    swarm: LiveEngine, prefix: str, capsys: pytest.CaptureFixture[str]
) -> None:
    serve(swarm, f"{prefix}in", port(61901))
    serve(swarm, f"{prefix}host", port(61902, mode="host"))
    rows = {row["host_port"]: row for row in answer(capsys, "ls")["mappings"]}
    assert (rows[61901]["service"], rows[61901]["mode"]) == (f"{prefix}in", "ingress")
    assert rows[61901]["bound"] is True
    assert rows[61902]["container"].startswith(f"{prefix}host.1.")
    holders = answer(capsys, "who", "61901")["holders"]
    assert [(h["kind"], h["service"]) for h in holders] == [("swarm-service", f"{prefix}in")]
    assert holders[0]["verdict"]["reach"] == "every network of every node of the swarm"
    # Whether the ingress network works is this kernel's to say; whose port it is, is not.
    assert main(["probe", f"{prefix}in", "--json"]) in {0, 1}
    (probed,) = json.loads(capsys.readouterr().out)["ports"]
    (row,) = probed["mappings"]
    assert (row["service"], row["source"]) == (f"{prefix}in", "swarm")
    assert row["answering"] or row["why"]["cause"] == "ingress"
    assert answer(capsys, "free", "--near", "61901", "2")["ports"] == [61900, 61903]


def test_a_service_is_published_moved_unpublished_and_given_back(
    swarm: LiveEngine, prefix: str, capsys: pytest.CaptureFixture[str]
) -> None:
    name = f"{prefix}in"
    service = serve(swarm, name, port(61903))
    assert main(["publish", name, "61904:80", "-y"]) == 1
    said = capsys.readouterr().err
    assert "cannot be bound to loopback" in said
    assert f"pmap publish {name} 61904:80 --expose" in said
    assert asked(swarm, service) == [port(61903)]
    assert answer(capsys, "publish", name, "61904:80", "--expose", "-y")["status"] == "applied"
    assert asked(swarm, service) == [port(61903), port(61904)]
    answer(capsys, "move", name, "61904", "61905", "--expose", "-y")
    assert asked(swarm, service) == [port(61903), port(61905)]
    answer(capsys, "unpublish", name, "61903", "-y")
    assert asked(swarm, service) == [port(61905)]
    answer(capsys, "undo", "-y")
    assert asked(swarm, service) == [port(61903), port(61905)]


def test_a_service_in_mode_host_answers_where_it_was_moved_to(
    swarm: LiveEngine, prefix: str, capsys: pytest.CaptureFixture[str]
) -> None:
    name = f"{prefix}host"
    service = serve(swarm, name, port(61906, mode="host"))
    found = answer(capsys, "move", name, "61906", "61907", "--expose", "-y")
    assert found["status"] == "applied"
    assert asked(swarm, service) == [port(61907, mode="host")]
    assert "pmap: it works" in page(61907)
    freed = answer(capsys, "who", "61907", "--free", "--how", "move", "-y")
    assert freed["free"] is True
    (moved,) = asked(swarm, service)
    assert moved == port(moved["PublishedPort"], mode="host")
    assert moved["PublishedPort"] != 61907


def test_a_port_that_is_taken_on_the_node_is_refused_or_taken_back(
    swarm: LiveEngine,
    prefix: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Seen here it is refused; on a node that nobody sees, the swarm fails and is turned back."""
    name = f"{prefix}dns"
    service = serve(swarm, name, mode="dnsrr")
    with socket.create_server(("", 61918)):
        refused = answer(capsys, "publish", name, "61918:80", "--expose", "-y", code=1)
        assert refused["conflicts"][0]["holder"]["pid"] == os.getpid()
        monkeypatch.setattr("manager.engine.reader.is_local", lambda *_args, **_more: False)
        failed = answer(capsys, "publish", name, "61918:80", "--expose", "-y", code=4)
    assert failed["status"] == "rolled-back"
    assert "address already in use" in failed["reason"]
    assert asked(swarm, service) == []
    until(lambda: running(swarm, service))
