"""`pmap watch` as it is typed, beside real engines."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import IO, Any

from pytest_engines import LiveEngine

SECONDS = 30
COMMAND = (sys.executable, "-m", "manager", "watch")
Line = dict[str, Any]


class Watch:
    """A running `pmap watch --json` and its lines."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        assert process.stdout is not None
        threading.Thread(target=self._read, args=(process.stdout,), daemon=True).start()

    def _read(self, stream: IO[str]) -> None:
        for line in stream:
            self.lines.put(line)

    def until(self, wanted: Callable[[Line], bool]) -> list[Line]:
        """The lines up to the one that is waited for."""
        seen: list[Line] = []
        while not seen or not wanted(seen[-1]):
            seen.append(json.loads(self.lines.get(timeout=SECONDS)))
        return seen

    def change(self, kind: str, name: str) -> Line:
        """The next change of that kind of a container."""
        return self.until(lambda line: line["change"] == kind and container_of(line) == name)[-1]


def container_of(line: Line) -> str | None:
    mapping = line["mapping"]
    return mapping["container"] if mapping else None


def environment(engine: LiveEngine) -> dict[str, str]:
    return os.environ | {"DOCKER_HOST": engine.host, "NO_COLOR": "1"}


@contextmanager
def watching(engine: LiveEngine, command: Sequence[str] = (*COMMAND, "--json")) -> Iterator[Watch]:
    with subprocess.Popen(
        command,
        env=environment(engine),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            watch = Watch(process)
            assert watch.until(lambda line: True)[0]["change"] == "connected"
            yield watch
        finally:
            process.kill()


def run(engine: LiveEngine, name: str, host: dict[str, Any], *env: str, image: str = "web") -> str:
    body = {"Image": f"pmap/{image}", "Env": list(env), "HostConfig": host, "StopTimeout": 1}
    made = engine.api.call("POST", "/containers/create", {"name": name}, body).json()
    engine.api.call("POST", f"/containers/{made['Id']}/start")
    return str(made["Id"])


def published(port: int) -> dict[str, Any]:
    return {"PortBindings": {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": str(port)}]}}


def test_a_container_comes_and_goes_with_its_causes(live_engine: LiveEngine, prefix: str) -> None:
    name = f"{prefix}web"
    with watching(live_engine) as watch:
        container = run(live_engine, name, published(61871))
        line = watch.change("added", name)
        if not line["mapping"]["bound"]:
            assert line["cause"]["action"] == "create"
            line = watch.change("changed", name)
        assert line["cause"]["action"] == "start"
        assert line["mapping"]["host_port"] == 61871
        assert line["mapping"]["bound"] is True
        live_engine.api.call("POST", f"/containers/{container}/kill")
        line = watch.change("changed", name)
        assert line["cause"]["text"] == f"{name} ended with code 137"
        assert line["mapping"]["bound"] is False
        live_engine.api.call("DELETE", f"/containers/{container}")
        assert watch.change("removed", name)["cause"]["action"] == "destroy"


def test_a_container_on_the_hosts_network_is_told_when_it_listens(
    live_engine: LiveEngine, prefix: str
) -> None:
    name = f"{prefix}host"
    with watching(live_engine) as watch:
        run(live_engine, name, {"NetworkMode": "host"}, "LISTEN=61872")
        line = watch.change("added", name)
        assert line["mapping"]["source"] == "host-network"
        assert line["mapping"]["host_port"] == 61872
        assert line["cause"]["action"] == "start"


def test_a_restart_of_the_engine_is_told_and_survived(live_engine: LiveEngine, prefix: str) -> None:
    name = f"{prefix}web"
    run(live_engine, name, published(61873) | {"RestartPolicy": {"Name": "always"}})
    with watching(live_engine) as watch:
        live_engine.restart()
        watch.until(lambda line: line["change"] == "disconnected")
        watch.until(lambda line: line["change"] == "connected")
        # Whatever was told of it meanwhile: what is made now is told as before.
        run(live_engine, f"{prefix}after", published(61874))
        assert watch.change("added", f"{prefix}after")["mapping"]["host_port"] == 61874


def test_a_reader_that_goes_ends_it_quietly_though_nothing_happens(
    live_engine: LiveEngine, prefix: str
) -> None:
    with subprocess.Popen(
        COMMAND,
        env=environment(live_engine),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert "the engine is connected" in process.stdout.readline()
        process.stdout.close()
        assert process.wait(SECONDS) == 0
        assert process.stderr.read() == ""


def test_ctrl_c_ends_it_with_130_and_no_traceback(live_engine: LiveEngine, prefix: str) -> None:
    with watching(live_engine) as watch:
        watch.process.send_signal(signal.SIGINT)
        assert watch.process.wait(SECONDS) == 130
        assert watch.process.stderr is not None
        assert watch.process.stderr.read() == ""
