"""who --free from the command line, over a host in memory."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from typing import Any

import pytest

from manager import bootstrap
from manager.cli.main import main
from manager.engine.memory import MemoryEngine
from manager.host.memory_processes import MemoryProcesses
from manager.model.listener import HostSocket, Listener, Process
from manager.model.ports import parse_ip
from manager.service import PortManager


class Terminal(io.StringIO):
    """Answers that are typed one after the other."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def manager(monkeypatch: pytest.MonkeyPatch) -> PortManager:
    """One demo host for all the commands of a test."""
    made = bootstrap.build(demo=True)
    monkeypatch.setattr(bootstrap, "build", lambda **_options: made)
    return made


def engine_of(manager: PortManager) -> MemoryEngine:
    assert isinstance(manager.engine, MemoryEngine)
    return manager.engine


def holders(manager: PortManager, port: int) -> list[str]:
    return [str(holder) for holder in manager.who(port)]


def typed(monkeypatch: pytest.MonkeyPatch, *answers: str) -> None:
    monkeypatch.setattr("sys.stdin", Terminal("".join(f"{answer}\n" for answer in answers)))


def answer(capsys: pytest.CaptureFixture[str], *argv: str, code: int = 0) -> Any:
    assert main([*argv, "--json"]) == code
    return json.loads(capsys.readouterr().out)


def test_a_free_port_is_said_to_be(
    manager: PortManager, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["who", "62893", "--free"]) == 0
    assert "free already" in capsys.readouterr().out


def test_without_a_terminal_the_ways_are_shown_and_nothing_is_done(
    manager: PortManager, capsys: pytest.CaptureFixture[str]
) -> None:
    before = holders(manager, 8000)
    assert main(["who", "8000", "--free"]) == 2
    said = capsys.readouterr()
    assert "--how end  end process 4711 (python3)" in said.out
    assert "pmap who 8000 --free --how end -y" in said.err
    assert main(["who", "8000", "--free", "--how", "end"]) == 2
    assert main(["who", "8000", "--free", "-y"]) == 2
    assert holders(manager, 8000) == before


@pytest.mark.parametrize("option", [["--how", "end"], ["-y"]])
def test_how_and_yes_mean_nothing_without_free(option: list[str], manager: PortManager) -> None:
    assert main(["who", "8000", *option]) == 2
    assert holders(manager, 8000) == ["process 4711 (python3)"]


def test_a_process_is_ended(manager: PortManager, capsys: pytest.CaptureFixture[str]) -> None:
    found = answer(capsys, "who", "8000", "--free", "--how", "end", "-y")
    assert found["free"] is True
    assert [(deed["how"], deed["status"]) for deed in found["done"]] == [("end", "ended")]
    assert found["done"][0]["holder"]["pid"] == 4711
    assert holders(manager, 8000) == []


def test_a_container_is_stopped(manager: PortManager, capsys: pytest.CaptureFixture[str]) -> None:
    found = answer(capsys, "who", "8080", "--free", "--how", "stop", "-y")
    assert found["free"] is True
    assert [deed["status"] for deed in found["done"]] == ["stopped"]
    assert manager.snapshot().container("shop-web-1").state.value == "exited"


def test_a_mapping_is_moved_through_a_plan_as_any_change(
    manager: PortManager, capsys: pytest.CaptureFixture[str]
) -> None:
    found = answer(capsys, "who", "8443", "--free", "--how", "move", "-y")
    change = found["done"][0]["change"]
    assert found["free"] is True
    assert change["status"] == "applied"
    assert change["plan"][0]["kind"] == "create"
    ports = [mapping["host_port"] for mapping in change["after"]]
    assert 8443 not in ports
    assert 8080 in ports
    assert manager.history()[-1]["container"] == "shop-web-1"


def test_everyone_who_speaks_for_the_port_is_moved(
    manager: PortManager, capsys: pytest.CaptureFixture[str]
) -> None:
    found = answer(capsys, "who", "5432", "--free", "--how", "move", "-y")
    moved = [deed["holder"]["container"] for deed in found["done"]]
    assert moved == ["shop-db-1", "db-before-move"]
    assert holders(manager, 5432) == []


def test_a_way_that_does_not_fit_touches_nothing(
    manager: PortManager, capsys: pytest.CaptureFixture[str]
) -> None:
    before = manager.snapshot().fingerprint
    assert main(["who", "8080", "--free", "--how", "kill", "-y"]) == 1
    assert "--how move or --how stop" in capsys.readouterr().err
    assert main(["who", "8000", "--free", "--how", "move", "-y"]) == 1
    assert "--how end" in capsys.readouterr().err
    assert manager.snapshot().fingerprint == before
    assert holders(manager, 8000) == ["process 4711 (python3)"]


def test_a_helper_of_the_engine_is_never_proposed(
    manager: PortManager, capsys: pytest.CaptureFixture[str]
) -> None:
    store = engine_of(manager).store
    for pid, name, port in ((901, "docker-proxy", 7001), (902, "dockerd", 7002)):
        socket = HostSocket(parse_ip("127.0.0.1"), port)
        ghost = Listener(socket, Process(pid, name, started=1), for_engine=True)
        store.neighbours = (*store.neighbours, ghost)
        found = answer(capsys, "who", str(port), "--free", "--how", "kill", "-y", code=1)
        assert found["offers"][0]["ways"] == []
        assert found["offers"][0]["why_not"]
        assert found["done"] == []
        assert main(["who", str(port), "--free"]) == 1
        assert "left alone" in capsys.readouterr().out
        assert holders(manager, port) == [f"process {pid} ({name})"]


def test_on_a_terminal_a_person_chooses(
    manager: PortManager, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    typed(monkeypatch, "2")
    assert main(["who", "8443", "--free"]) == 0
    said = capsys.readouterr()
    assert "1  move it" in said.out
    assert "2  stop container shop-web-1" in said.out
    assert "take another port: 8444 is free" in said.out
    assert "Which (1, 2; Enter leaves it as it is)?" in said.err
    assert "8443 is free now" in said.out


def test_a_move_that_was_chosen_shows_its_plan_and_asks(
    manager: PortManager, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = manager.snapshot().fingerprint
    typed(monkeypatch, "1", "n")
    assert main(["who", "8443", "--free"]) == 130
    said = capsys.readouterr()
    assert "restart: about a second" in said.out
    assert "Change shop-web-1? [y/N]" in said.err
    assert manager.snapshot().fingerprint == before


@pytest.mark.parametrize("reply", ["", "0", "3", "yes", "-1"])
def test_anything_else_leaves_it_as_it_is(
    manager: PortManager, monkeypatch: pytest.MonkeyPatch, reply: str
) -> None:
    before = manager.snapshot().fingerprint
    typed(monkeypatch, reply)
    assert main(["who", "8443", "--free"]) == 130
    assert manager.snapshot().fingerprint == before


def test_how_on_a_terminal_is_asked_once(
    manager: PortManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed(monkeypatch, "n")
    assert main(["who", "8000", "--free", "--how", "end"]) == 130
    assert holders(manager, 8000)
    typed(monkeypatch, "y")
    assert main(["who", "8000", "--free", "--how", "end"]) == 0
    assert not holders(manager, 8000)


@pytest.fixture
def stubborn(manager: PortManager) -> PortManager:
    """The process on 8000 does not end by being asked."""
    manager.processes = MemoryProcesses(engine_of(manager).end_neighbour, stubborn={4711})
    return manager


def test_a_stubborn_process_is_killed_only_on_a_second_question(
    stubborn: PortManager, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    typed(monkeypatch, "1", "n")
    assert main(["who", "8000", "--free"]) == 130
    assert "runs still. Kill it" in capsys.readouterr().err
    assert holders(stubborn, 8000)
    typed(monkeypatch, "1", "y")
    assert main(["who", "8000", "--free"]) == 0
    assert "killed process 4711" in capsys.readouterr().out
    assert not holders(stubborn, 8000)


def test_end_and_yes_are_no_leave_to_kill(
    stubborn: PortManager, capsys: pytest.CaptureFixture[str]
) -> None:
    found = answer(capsys, "who", "8000", "--free", "--how", "end", "-y", code=1)
    assert found["free"] is False
    assert found["hint"] == "pmap who 8000 --free --how kill -y"
    assert [deed["status"] for deed in found["done"]] == ["runs still"]
    found = answer(capsys, "who", "8000", "--free", "--how", "kill", "-y")
    assert [deed["status"] for deed in found["done"]] == ["killed"]


def test_what_is_started_again_at_once_is_said_and_not_chased(
    manager: PortManager, capsys: pytest.CaptureFixture[str]
) -> None:
    engine = engine_of(manager)
    ended: list[int] = []

    def restart(pid: int) -> None:
        ended.append(pid)
        store = engine.store
        store.neighbours = tuple(
            replace(one, process=replace(one.process, pid=pid + 1, started=len(ended)))
            if one.process is not None and one.process.pid == pid
            else one
            for one in store.neighbours
        )

    manager.processes = MemoryProcesses(restart, kept={"python3": "systemctl stop notes"})
    assert main(["who", "8000", "--free", "--how", "end", "-y"]) == 1
    said = capsys.readouterr().err
    assert "8000 is not free: it is held by process" in said
    assert "to prevent that: systemctl stop notes" in said
    assert len(ended) <= 3


def test_without_leave_to_touch_processes_none_is_offered(
    manager: PortManager, capsys: pytest.CaptureFixture[str]
) -> None:
    manager.processes = None
    found = answer(capsys, "who", "8000", "--free", code=1)
    assert found["offers"][0]["ways"] == []
    assert holders(manager, 8000)


def test_the_port_alone_is_freed_and_not_its_namesake(
    manager: PortManager, capsys: pytest.CaptureFixture[str]
) -> None:
    found = answer(capsys, "who", "5353/udp", "--free", "--how", "move", "-y")
    assert found["protocol"] == "udp"
    assert found["free"] is True
    assert [mapping["protocol"] for mapping in found["done"][0]["change"]["after"]] == ["udp"]
    assert main(["who", "5060/tcp", "--free"]) == 0
    assert "5060/tcp: it is free already" in capsys.readouterr().out
