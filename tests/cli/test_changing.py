"""publish, unpublish, move, loopback from the command line, over one engine in memory."""

import io
import json
import re
from typing import Any

import pytest

from manager import bootstrap
from manager.change.plan import Outcome, Plan, Status
from manager.change.request import Loopback
from manager.cli import change_flow
from manager.cli.main import main
from manager.service import PortManager


@pytest.fixture
def manager(monkeypatch: pytest.MonkeyPatch) -> PortManager:
    """One demo host for all the commands of a test."""
    made = bootstrap.build(demo=True)
    monkeypatch.setattr(bootstrap, "build", lambda **_options: made)
    return made


def answer(capsys: pytest.CaptureFixture[str], *argv: str, code: int = 0) -> Any:
    assert main([*argv, "--json"]) == code
    return json.loads(capsys.readouterr().out)


def hosts(manager: PortManager, name: str) -> list[str]:
    container = manager.snapshot().container(name)
    return [str(mapping) for mapping in container.mappings]


def test_publish_binds_to_loopback_and_finds_the_port(
    manager: PortManager, capsys: pytest.CaptureFixture[str]
) -> None:
    found = answer(capsys, "publish", "web", "62893", "-y")
    assert found["schema"] == 1
    assert found["status"] == "applied"
    assert found["before"] == []
    assert [(m["host_ip"], m["host_port"], m["container_port"]) for m in found["after"]] == [
        ("127.0.0.1", 62893, 80)
    ]
    assert found["downtime_ms"] >= 0
    assert hosts(manager, "web") == ["127.0.0.1:62893 -> 80/tcp"]


def test_a_dry_run_changes_nothing(
    manager: PortManager, capsys: pytest.CaptureFixture[str]
) -> None:
    before = manager.snapshot().fingerprint
    found = answer(capsys, "publish", "web", "62893", "--dry-run")
    assert found["status"] == "planned"
    assert found["plan"][0]["kind"] == "create"
    assert manager.snapshot().fingerprint == before
    assert main(["publish", "web", "62893", "--dry-run"]) == 0
    assert "+ 127.0.0.1:62893 -> 80/tcp" in capsys.readouterr().out


def test_without_a_terminal_nothing_is_asked_and_nothing_done(
    manager: PortManager, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    assert main(["publish", "web", "62893"]) == 2
    assert "-y agrees" in capsys.readouterr().err
    assert hosts(manager, "web") == []


@pytest.mark.parametrize(("reply", "code"), [("y\n", 0), ("yes\n", 0), ("\n", 130), ("n\n", 130)])
def test_on_a_terminal_a_person_decides(
    manager: PortManager,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    reply: str,
    code: int,
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr("sys.stdin", Terminal(reply))
    assert main(["publish", "web", "62893"]) == code
    assert "[y/N]" in capsys.readouterr().err
    assert bool(hosts(manager, "web")) is (code == 0)


def test_a_taken_port_is_refused_with_holder_and_way_out(
    manager: PortManager, capsys: pytest.CaptureFixture[str]
) -> None:
    before = manager.snapshot().fingerprint
    assert main(["publish", "web", "8080", "-y"]) == 1
    said = capsys.readouterr().err
    assert "shop-web-1" in said
    free = re.search(r"(\d+) is free: pmap publish web", said)
    assert free is not None
    assert manager.snapshot().fingerprint == before
    refused = answer(capsys, "publish", "web", "8080", "-y", code=1)
    assert refused["status"] == "refused"
    assert "shop-web-1" in {c["holder"]["container"] for c in refused["conflicts"]}
    assert main(["publish", "web", free.group(1), "-y"]) == 0


def test_what_is_not_loopback_needs_expose(
    manager: PortManager, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["publish", "web", "0.0.0.0:7000", "-y"]) == 1
    assert "--expose" in capsys.readouterr().err
    assert hosts(manager, "web") == []
    assert answer(capsys, "publish", "web", "0.0.0.0:7000", "-y", "--expose")["status"] == "applied"


def test_publish_again_is_nothing_to_do(
    manager: PortManager, capsys: pytest.CaptureFixture[str]
) -> None:
    answer(capsys, "publish", "web", "62893", "-y")
    again = answer(capsys, "publish", "web", "62893", "-y")
    assert again["plan"] == []
    assert again["status"] == "applied"


def test_unpublish_takes_away(manager: PortManager, capsys: pytest.CaptureFixture[str]) -> None:
    answer(capsys, "publish", "web", "62893", "62894:81", "-y")
    assert len(hosts(manager, "web")) == 2
    answer(capsys, "unpublish", "web", "62893", "-y")
    assert hosts(manager, "web") == ["127.0.0.1:62894 -> 81/tcp"]


def test_move_gives_another_port(manager: PortManager, capsys: pytest.CaptureFixture[str]) -> None:
    answer(capsys, "publish", "web", "62893", "-y")
    answer(capsys, "move", "web", "62893", "62894", "-y")
    assert hosts(manager, "web") == ["127.0.0.1:62894 -> 80/tcp"]


def test_loopback_closes_what_is_open(
    manager: PortManager, capsys: pytest.CaptureFixture[str]
) -> None:
    found = answer(capsys, "loopback", "sip", "-y")
    assert found["status"] == "applied"
    assert all(host.startswith("127.0.0.1:") for host in hosts(manager, "sip"))
    assert answer(capsys, "loopback", "sip", "-y") == {"schema": 1, "changes": []}


def test_history_tells_and_undo_turns_round(
    manager: PortManager, capsys: pytest.CaptureFixture[str]
) -> None:
    answer(capsys, "publish", "web", "62893", "-y")
    changes = answer(capsys, "history")["changes"]
    assert [change["container"] for change in changes] == ["web"]
    assert main(["history"]) == 0
    assert "+127.0.0.1:62893 -> 80/tcp" in capsys.readouterr().out
    assert answer(capsys, "undo", "-y")["status"] == "applied"
    assert hosts(manager, "web") == []


def test_an_unknown_container_and_a_bad_spec_change_nothing(
    manager: PortManager, capsys: pytest.CaptureFixture[str]
) -> None:
    before = manager.snapshot().fingerprint
    assert main(["publish", "wbe", "62893", "-y"]) == 1
    assert "did you mean web" in capsys.readouterr().err
    assert main(["publish", "web", "70000", "-y"]) == 2
    assert main(["unpublish", "web", "1", "-y"]) == 1
    assert manager.snapshot().fingerprint == before


def test_recover_with_nothing_to_recover(
    manager: PortManager, capsys: pytest.CaptureFixture[str]
) -> None:
    assert answer(capsys, "recover") == {"schema": 1, "recovered": []}
    assert manager.open_changes() == ()


def test_a_stopped_container_that_is_kept_out_anyway_does_not_forbid_loopback(
    manager: PortManager, capsys: pytest.CaptureFixture[str]
) -> None:
    # `preview` reserves *:8080, which shop-web-1 holds: it cannot start before, nor afterwards.
    assert answer(capsys, "move", "shop-web-1", "8080", "8080", "-y")["status"] == "applied"
    assert "127.0.0.1:8080 -> 80/tcp" in hosts(manager, "shop-web-1")


def test_logs_are_kept_where_that_is_wanted(
    manager: PortManager, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["publish", "web", "62893", "--dry-run"]) == 0
    assert "hint: --keep-logs writes its logs to a file first" in capsys.readouterr().out
    assert main(["publish", "web", "62893", "-y"]) == 0
    assert "--keep-logs" not in capsys.readouterr().out
    found = answer(capsys, "move", "web", "62893", "62894", "-y", "--keep-logs")
    assert found["logs"] == [f"web-{found['id']}.log"]
    assert main(["move", "web", "62894", "62895", "-y", "--keep-logs"]) == 0
    said = capsys.readouterr().out
    assert re.search(r"its logs so far: web-\w+\.log", said)
    assert "--keep-logs" not in said


@pytest.mark.parametrize("step", ["create ", "stop ", "remove "])
def test_ctrl_c_is_told_by_the_exit_code(
    manager: PortManager,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    step: str,
) -> None:
    """Pressed as that step ends: before the commit the change is turned back, after it it holds."""

    times = [KeyboardInterrupt()]

    def pressed(name: str, state: str, _seconds: float) -> None:
        if name.startswith(step) and state == "done" and times:
            raise times.pop()

    monkeypatch.setattr("manager.cli.change_flow._show_step", pressed)
    assert main(["publish", "web", "62893", "-y"]) == 130
    held = step == "remove "
    assert ("rolled back, web is as it was: interrupted" in capsys.readouterr().out) is not held
    assert bool(hosts(manager, "web")) is held
    assert manager.open_changes() == ()


def test_a_way_back_that_fails_is_said_before_ctrl_c() -> None:
    plan = Plan(id="t", request=Loopback(container="web"), container="web", container_id="a" * 64)
    codes = {
        status: change_flow.outcome_code(
            Outcome(id="t", status=status, plan=plan, interrupted=True)
        )
        for status in Status
    }
    assert codes.pop(Status.ROLLBACK_FAILED) == 5
    assert set(codes.values()) == {130}
