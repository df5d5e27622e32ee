"""Engines in a virtual machine whose ports a desktop program forwards to this host."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from manager.change.request import Publish
from manager.engine.endpoint import Endpoint
from manager.engine.locality import forwards
from manager.engine.memory import MemoryEngine
from manager.engine.memory_scene import Scene
from manager.errors import Refused
from manager.host.clock import SystemClock
from manager.host.memory import MemoryFiles, MemoryHost, MemoryJournal
from manager.host.memory_processes import MemoryProcesses
from manager.model.conflict import HolderKind
from manager.model.listener import HostSocket, Listener, Process
from manager.model.ports import parse_ip
from manager.model.portspec import PortSpec
from manager.model.snapshot import EngineInfo
from manager.service import PortManager

UNIX = Endpoint("unix:///var/run/docker.sock")
HELPER = Process(700, "com.docker.backend", started=1)


@pytest.mark.parametrize(
    ("endpoint", "info"),
    [
        (UNIX, {"OperatingSystem": "Docker Desktop"}),
        (UNIX, {"OperatingSystem": "OrbStack"}),
        (Endpoint("unix:///Users/me/.colima/default/docker.sock"), {"OperatingSystem": "Ubuntu"}),
        (Endpoint("unix:///Users/me/.lima/docker/sock/docker.sock"), {}),
        (Endpoint("unix:///tmp/podman-machine-default-api.sock"), {"OperatingSystem": "fedora"}),
    ],
)
def test_desktop_programs_are_known(endpoint: Endpoint, info: dict[str, Any]) -> None:
    assert forwards(endpoint, info)


@pytest.mark.parametrize(
    ("endpoint", "info"),
    [
        (UNIX, {"OperatingSystem": "Debian GNU/Linux 12 (bookworm)"}),
        (UNIX, {}),
        (Endpoint("ssh://me@mac"), {"OperatingSystem": "Docker Desktop"}),
        (Endpoint("tcp://10.0.0.5:2375"), {"OperatingSystem": "Docker Desktop"}),
    ],
)
def test_others_are_not(endpoint: Endpoint, info: dict[str, Any]) -> None:
    assert not forwards(endpoint, info)


def test_the_socket_may_be_a_link_to_the_machines(tmp_path: Path) -> None:
    """As /var/run/docker.sock is on a Mac."""
    real = tmp_path / ".colima" / "docker.sock"
    real.parent.mkdir()
    real.touch()
    link = tmp_path / "docker.sock"
    link.symlink_to(real)
    assert forwards(Endpoint(f"unix://{link}"), {})


def test_below_windows_the_ports_go_to_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    here = os.uname()
    wsl = os.uname_result((*here[:2], "5.15.0-microsoft-standard-WSL2", *here[3:]))
    monkeypatch.setattr(os, "uname", lambda: wsl)
    assert not forwards(UNIX, {"OperatingSystem": "Docker Desktop"})


class DesktopEngine(MemoryEngine):
    """An engine in a virtual machine: pids in its records are the machine's."""

    def info(self) -> EngineInfo:
        return replace(super().info(), local=False, forwards=True)


class Host(MemoryHost):
    """A host whose processes are not the machine's: nobody may look inside by such a pid."""

    def listening_inside(self, pid: int) -> tuple[HostSocket, ...] | None:
        pytest.fail(f"pid {pid} is the machine's own")


@pytest.fixture
def manager() -> PortManager:
    engine = DesktopEngine()
    scene = Scene(engine)
    scene.image("nginx", "80")
    scene.run("web", "nginx", publish=["127.0.0.1:8080:80"])
    scene.run("quiet", "nginx")
    python = Listener(HostSocket(parse_ip("127.0.0.1"), 9000), Process(42, "python3", started=3))
    engine.store.neighbours = (python,)

    def listeners() -> list[Listener]:
        """Every published port is one process's, Docker Desktop's."""
        return [
            replace(one, process=HELPER) if one.for_engine else one for one in engine.listeners()
        ]

    return PortManager(
        engine=engine,
        host=Host(listeners),
        journal=MemoryJournal(),
        files=MemoryFiles(),
        clock=SystemClock(),
        processes=MemoryProcesses(engine.end_neighbour),
        settle_seconds=0.0,
    )


def test_the_helper_is_resolved_to_the_container(manager: PortManager) -> None:
    (holder,) = manager.who(8080)
    assert holder.container is not None
    assert (holder.kind, holder.container.name) == (HolderKind.CONTAINER, "web")


def test_this_hosts_processes_are_in_its_way(manager: PortManager) -> None:
    (holder,) = manager.who(9000)
    assert (holder.kind, holder.process and holder.process.name) == (HolderKind.PROCESS, "python3")
    with pytest.raises(Refused, match="python3"):
        manager.plan(Publish(container="quiet", specs=(PortSpec.parse("9000"),)))


def test_a_change_is_made_and_answers_are_asked_for(manager: PortManager) -> None:
    plan = manager.plan(Publish(container="web", specs=(PortSpec.parse("8081"),)))
    assert not any("another host" in text for text in plan.warnings)
    outcome = manager.apply(plan)
    assert outcome.status == "applied"
    assert not any("answers were not asked for" in text for text in outcome.warnings)
