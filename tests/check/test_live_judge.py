"""The running engine is the judge: what is called broken fails at `up`, the rest comes up whole.

And what comes up is bound where the check says that it is open.
"""

from __future__ import annotations

import json
import random
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_engines import LiveEngine

from manager.compose.normal import normal_form
from manager.compose.project import read_project

_BREAKS = {"PM001", "PM002", "PM003", "PM004", "PM005", "PM006"}
Judge = Callable[[str], bool]


@pytest.fixture
def comes_up(
    live_engine: LiveEngine,
    prefix: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    compose_binary: str,
) -> Iterator[Judge]:
    """comes_up(text): whether every container of that file runs after `docker compose up`."""
    monkeypatch.setenv("DOCKER_HOST", live_engine.host)
    monkeypatch.setenv("COMPOSE_PROJECT_NAME", f"{prefix}judge")
    path = tmp_path / "judged.yaml"

    def compose(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [compose_binary, "-f", str(path), *arguments]
        return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)

    def judge(text: str) -> bool:
        path.write_text(text)
        done = compose("up", "-d")
        containers = _containers(live_engine, prefix)
        return done.returncode == 0 and all(one["State"] == "running" for one in containers)

    yield judge
    compose("down", "-t", "0", "--remove-orphans")


def _containers(engine: LiveEngine, prefix: str) -> list[dict[str, Any]]:
    every = engine.api.get("/containers/json?all=1")
    return [one for one in every if one["Names"][0].startswith(f"/{prefix}")]


def _bound(engine: LiveEngine, prefix: str) -> set[tuple[str, int, str]]:
    return {
        (port["IP"], port["PublicPort"], port["Type"])
        for container in _containers(engine, prefix)
        for port in container["Ports"]
        if "PublicPort" in port
    }


def _a(ports: str, *lines: str) -> str:
    return _service("a", *lines, f"ports: [{ports}]")


def _service(name: str, *lines: str) -> str:
    body = "".join(f"    {line}\n" for line in lines)
    return f"  {name}:\n    image: pmap/web\n    stop_grace_period: 0s\n{body}"


_B = _service("b", 'ports: ["127.0.0.1:18000:80"]')
_PROJECTS = {
    "one port twice": _a('"18000:80", "127.0.0.1:18000:81"'),
    "two services": _a('"127.0.0.1:18000:80"') + _B,
    "two loopback addresses": _a('"127.0.0.1:18000:80", "127.0.0.2:18000:80"'),
    "two families": _a('"0.0.0.0:18000:80", "[::]:18000:80"'),
    "any v6 and v4 loopback": _a('"[::]:18000:80", "127.0.0.1:18000:80"'),
    "nothing and any v6": _a('"18000:80", "[::]:18000:81"'),
    "tcp and udp": _a('"18000:80", "18000:80/udp"'),
    "short and long": _a('"18000:80", {target: 80, published: 18000}'),
    "replicas": _a('"18000:80"', "scale: 2"),
    "replicas with a range": _a('"18000-18003:80"', "scale: 2"),
    "no port left": _a('"18000-18001:80", "18000-18001:81", "18000-18001:82"'),
    "no replicas": _a('"18000:80"', "scale: 0") + _B,
    "a network of another": _a('"18001:80"', "network_mode: service:b") + _B,
    "no network": _a('"18000:80"', "network_mode: none") + _B,
    "internal": _a('"18000:80"', "networks: [back]") + _B + "networks: {back: {internal: true}}\n",
    "a protocol that is none": _a("{target: 80, protocol: http}"),
    "out of range": _a("{target: 80, published: 70000}"),
    "upper case": _a("{target: 80, published: 18000, protocol: TCP}"),
}


@pytest.mark.parametrize("case", _PROJECTS)
def test_the_engine_agrees(check: Callable[..., list[Any]], comes_up: Judge, case: str) -> None:
    text = "services:\n" + _PROJECTS[case]
    breaks = [f for f in check(text) if f.rule in _BREAKS and f.severity == "error"]
    assert comes_up(text) is not bool(breaks), breaks


_ADDRESSES = ["", "127.0.0.1:", "127.0.0.2:", "0.0.0.0:", "[::]:", "[::1]:"]


def _random_project(chance: random.Random) -> str:
    text = "services:\n"
    for name in "abc"[: chance.randint(1, 3)]:
        entries = [_random_entry(chance, 80 + index) for index in range(chance.randint(1, 2))]
        text += _service(name, f"ports: {json.dumps(entries)}")
    return text


def _random_entry(chance: random.Random, target: int) -> str | dict[str, object]:
    port = chance.randint(18000, 18004)
    protocol = chance.choice(["", "", "/udp"])
    if chance.random() < 0.15:
        return {"target": target, "published": port, "host_ip": "127.0.0.1"}
    if chance.random() < 0.25:
        width = chance.randint(1, 2)
        return f"{port}-{port + width}:{target}-{target + width}{protocol}"
    return f"{chance.choice(_ADDRESSES)}{port}:{target}{protocol}"


@pytest.mark.parametrize("seed", range(14))
def test_the_engine_agrees_on_random_projects(
    *,
    check: Callable[..., list[Any]],
    comes_up: Judge,
    live_engine: LiveEngine,
    prefix: str,
    seed: int,
    tmp_path: Path,
) -> None:
    text = _random_project(random.Random(seed))
    found = check(text)
    breaks = [f for f in found if f.rule in _BREAKS and f.severity == "error"]
    assert comes_up(text) is not bool(breaks), (text, breaks)
    if not breaks:
        opened = any(f.rule == "PM101" for f in found)
        bound = _bound(live_engine, prefix)
        assert bool({ip for ip, _, _ in bound} - {"127.0.0.1", "127.0.0.2", "::1"}) is opened
        assert bound == _predicted(tmp_path / "judged.yaml")


def _predicted(path: Path) -> set[tuple[str, int, str]]:
    """What the file will bind, by its reading: without an address both families."""
    return {
        (address, int(port["published"]), str(port["protocol"]))
        for port in normal_form(read_project([str(path)], env={}))
        for address in ([str(port["host_ip"])] if port["host_ip"] else ["0.0.0.0", "::"])
    }


@pytest.mark.parametrize("mode", ["none", "host"])
def test_what_is_said_to_be_ignored_is_not_bound(
    check: Callable[..., list[Any]],
    comes_up: Judge,
    live_engine: LiveEngine,
    prefix: str,
    mode: str,
) -> None:
    text = "services:\n" + _service("a", f"network_mode: {mode}", 'ports: ["18000:80"]')
    assert [f.rule for f in check(text) if f.severity != "info"] == ["PM201"]
    assert comes_up(text)
    assert _bound(live_engine, prefix) == set()


def test_a_network_default_binds_loopback(
    check: Callable[..., list[Any]], comes_up: Judge, live_engine: LiveEngine, prefix: str
) -> None:
    text = (
        "services:\n" + _service("a", 'ports: ["18000:80"]') + "networks:\n  default:\n"
        "    driver_opts: {com.docker.network.bridge.host_binding_ipv4: 127.0.0.1}\n"
    )
    assert [f for f in check(text) if f.severity != "info"] == []
    assert comes_up(text)
    assert _bound(live_engine, prefix) == {("127.0.0.1", 18000, "tcp")}
