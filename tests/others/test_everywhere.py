"""Every context's ports in one table, and what a dead one costs."""

from __future__ import annotations

import hashlib
import json
import socket
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pytest_engines import LiveEngine

from manager import bootstrap, everywhere
from manager.cli.main import main
from manager.errors import EngineUnavailable, InvalidInput
from manager.everywhere import read_contexts
from manager.service import PortManager


def demo(name: str) -> PortManager:
    """The demo's host, whatever the context is called."""
    del name
    return bootstrap.build(demo=True)


def test_each_context_answers_for_itself_in_the_order_of_the_names() -> None:
    found = read_contexts(["b", "a", "c"], demo)
    assert [one.context for one in found] == ["b", "a", "c"]
    assert all(one.snapshot is not None and one.snapshot.containers for one in found)


@pytest.mark.parametrize("error", [EngineUnavailable("away"), InvalidInput("no such context")])
def test_one_that_fails_takes_nobody_along(error: EngineUnavailable | InvalidInput) -> None:
    def opened(name: str) -> PortManager:
        if name == "bad":
            raise error
        return demo(name)

    good, bad = read_contexts(["good", "bad"], opened)
    assert good.snapshot is not None
    assert bad.error is error


def test_an_engine_that_is_away_is_an_error_too() -> None:
    def opened(name: str) -> PortManager:
        manager = demo(name)
        manager.unavailable = EngineUnavailable("away")
        return manager

    (one,) = read_contexts(["x"], opened)
    assert one.error is not None
    assert one.error.message == "away"


def test_they_are_read_side_by_side() -> None:
    """Each waits until the other has begun: one after the other they would never end."""
    both = threading.Barrier(2)

    def opened(name: str) -> PortManager:
        both.wait(timeout=20)
        return demo(name)

    assert all(one.snapshot for one in read_contexts(["a", "b"], opened, patience=10))


def test_one_that_never_answers_is_left_behind_when_its_time_is_over() -> None:
    release = threading.Event()

    def opened(name: str) -> PortManager:
        if name == "hangs":
            release.wait()
        return demo(name)

    began = time.monotonic()
    good, hangs = read_contexts(["good", "hangs"], opened, patience=0.1)
    assert time.monotonic() - began < 5
    release.set()
    assert good.snapshot is not None
    assert hangs.error is not None
    assert "does not answer in time" in hangs.error.message
    assert "--context hangs" in hangs.error.hint


@dataclass(frozen=True)
class Contexts:
    """A docker configuration folder; `default` is what DOCKER_HOST says."""

    folder: Path
    monkeypatch: pytest.MonkeyPatch

    def make(self, name: str, host: str) -> None:
        """Store a context as the docker CLI does."""
        digest = hashlib.sha256(name.encode()).hexdigest()
        folder = self.folder / "contexts" / "meta" / digest
        folder.mkdir(parents=True)
        meta = {"Name": name, "Metadata": {}, "Endpoints": {"docker": {"Host": host}}}
        (folder / "meta.json").write_text(json.dumps(meta))

    def default(self, host: str) -> None:
        self.monkeypatch.setenv("DOCKER_HOST", host)


@pytest.fixture
def contexts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Contexts:
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    monkeypatch.setenv("NO_COLOR", "1")
    return Contexts(tmp_path, monkeypatch)


def published(engine: LiveEngine, name: str, port: int) -> None:
    binding = {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": str(port)}]}
    body = {"Image": "pmap/web", "HostConfig": {"PortBindings": binding}}
    made = engine.api.call("POST", "/containers/create", {"name": name}, body).json()
    engine.api.call("POST", f"/containers/{made['Id']}/start")


def answer(capsys: pytest.CaptureFixture[str], *argv: str, code: int = 0) -> Any:
    assert main([*argv, "--json"]) == code
    return json.loads(capsys.readouterr().out)


def test_two_engines_are_one_table_and_a_dead_third_is_said(
    live_engine: LiveEngine,
    prefix: str,
    contexts: Contexts,
    capsys: pytest.CaptureFixture[str],
) -> None:
    name = f"{prefix}web"
    published(live_engine, name, 61881)
    contexts.default(live_engine.host)
    contexts.make("same", live_engine.host)
    contexts.make("gone", f"unix://{contexts.folder}/nowhere.sock")
    found = answer(capsys, "ls", "--all-contexts", name)
    rows = {(row["context"], row["host_port"]) for row in found["mappings"]}
    assert rows == {("default", 61881), ("same", 61881)}
    by_name = {one["context"]: one for one in found["contexts"]}
    assert list(by_name) == ["default", "gone", "same"]
    assert by_name["same"]["engine"]["local"] is True
    assert by_name["gone"]["engine"]["version"] is None
    assert "no such socket" in by_name["gone"]["error"]
    assert main(["ls", "--all-contexts", name]) == 0
    said = capsys.readouterr()
    assert said.out.splitlines()[0].split()[:3] == ["EXPOSURE", "CONTEXT", "HOST"]
    assert "pmap: gone: no engine answers" in said.err


def test_an_engine_that_hangs_costs_its_time_out_and_no_more(
    live_engine: LiveEngine,
    prefix: str,
    contexts: Contexts,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """It takes the connection and says nothing."""
    contexts.monkeypatch.setattr(everywhere, "PATIENCE", 1.0)
    contexts.default(live_engine.host)
    name = f"{prefix}web"
    published(live_engine, name, 61882)
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(contexts.folder / "s"))
        silent.listen()
        for number in range(3):
            contexts.make(f"hangs{number}", f"unix://{contexts.folder}/s")
        began = time.monotonic()
        found = answer(capsys, "ls", "--all-contexts", name)
        assert 1.0 <= time.monotonic() - began < 2.9
    assert [row["context"] for row in found["mappings"]] == ["default"]
    errors = [one["error"] for one in found["contexts"] if one["error"]]
    assert len(errors) == 3
    assert all("does not answer in time" in error for error in errors)


def test_none_that_answers_is_no_engine(
    contexts: Contexts, capsys: pytest.CaptureFixture[str]
) -> None:
    contexts.default(f"unix://{contexts.folder}/none.sock")
    contexts.make("gone", f"unix://{contexts.folder}/nowhere.sock")
    found = answer(capsys, "ls", "--all-contexts", code=3)
    assert found["mappings"] == []
    assert len(found["contexts"]) == 2


@pytest.mark.parametrize("option", [["--context", "x"], ["-H", "unix:///x"], ["--demo"]])
def test_one_engine_beside_all_of_them_is_a_mistake(
    option: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ls", "--all-contexts", *option]) == 2
    assert "leave out" in capsys.readouterr().err


def test_a_name_that_is_nowhere_is_refused(
    live_engine: LiveEngine,
    contexts: Contexts,
    capsys: pytest.CaptureFixture[str],
) -> None:
    contexts.default(live_engine.host)
    assert main(["ls", "--all-contexts", "nobody-is-called-so"]) == 1
    assert "no container is named" in capsys.readouterr().err


def test_processes_of_this_host_are_no_contexts(
    live_engine: LiveEngine,
    contexts: Contexts,
    capsys: pytest.CaptureFixture[str],
) -> None:
    contexts.default(live_engine.host)
    contexts.make("same", live_engine.host)
    with socket.create_server(("127.0.0.1", 0)) as own:
        port = own.getsockname()[1]
        found = answer(capsys, "ls", "--all-contexts", "--host")
    rows = [row for row in found["mappings"] if row["host_port"] == port]
    assert [(row["context"], row["source"]) for row in rows] == [(None, "process")]
