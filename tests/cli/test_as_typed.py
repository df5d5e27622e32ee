"""What people type who read it off pmap's own tables: names, addresses, ranges, engines."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from manager import bootstrap
from manager.cli.main import main
from manager.service import PortManager
from tui.actions import ACTIONS


@pytest.fixture
def manager(monkeypatch: pytest.MonkeyPatch) -> PortManager:
    """One demo host for all the commands of a test."""
    made = bootstrap.build(demo=True)
    monkeypatch.setattr(bootstrap, "build", lambda **_options: made)
    return made


def answer(capsys: pytest.CaptureFixture[str], *argv: str, code: int = 0) -> Any:
    assert main([*argv, "--json"]) == code
    return json.loads(capsys.readouterr().out)


def ports(manager: PortManager, name: str) -> list[str]:
    container = manager.snapshot().container(name)
    return [str(mapping) for mapping in container.mappings]


def test_an_address_before_the_port_asks_about_that_socket(
    manager: PortManager, capsys: pytest.CaptureFixture[str]
) -> None:
    found = answer(capsys, "who", "127.0.0.1:8081")
    assert (found["port"], found["host_ip"], found["holders"]) == (8081, "127.0.0.1", [])
    there = answer(capsys, "who", "192.168.1.20:8081")
    assert [holder["container"] for holder in there["holders"]] == ["blog-wordpress-1"]
    assert main(["who", "*:8080"]) == 0
    assert "is held by container shop-web-1" in capsys.readouterr().out
    assert answer(capsys, "who", "127.0.0.1:8081", "--free")["free"] is True


def test_one_address_alone_is_probed(
    manager: PortManager, capsys: pytest.CaptureFixture[str]
) -> None:
    (port,) = answer(capsys, "probe", "127.0.0.1:8080")["ports"]
    assert [one["address"] for one in port["answers"]] == ["127.0.0.1"]
    assert [row["container"] for row in port["mappings"]] == ["shop-web-1", "preview"]
    refused = answer(capsys, "probe", "198.51.100.7:8080", code=1)
    assert "no address of the engine's host" in refused["error"]["message"]


def test_project_and_service_are_a_name_as_the_table_shows_it(
    manager: PortManager, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = answer(capsys, "ls", "shop/db")["mappings"]
    assert {row["container"] for row in rows} == {"shop-db-1"}
    assert main(["probe", "shop/db"]) == 0
    # `db` alone is a service of two projects.
    assert main(["publish", "db", "62893", "-y"]) == 1
    assert main(["publish", "shop/db", "62893", "-y"]) == 0
    assert "127.0.0.1:62893 -> 5432/tcp" in ports(manager, "shop-db-1")
    capsys.readouterr()
    assert main(["ls", "shop/bogus"]) == 1


def test_a_range_must_say_where_it_leads(
    manager: PortManager, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["publish", "web", "9000-9005", "-y"]) == 2
    said = capsys.readouterr().err
    assert "is 6 host ports, and does not say where they lead" in said
    assert "pmap publish web 9000-9005:9000-9005" in said
    assert "pmap publish web 9000-9005:80" in said
    assert ports(manager, "web") == []
    assert main(["publish", "web", "9000-9005:80", "-y"]) == 0
    assert ports(manager, "web") == ["127.0.0.1:9000 -> 80/tcp"]


def test_a_port_that_is_typed_twice_is_published_once_and_0_twice(
    manager: PortManager, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["publish", "web", "9000", "9000", "-y"]) == 0
    assert "already" not in capsys.readouterr().out
    assert ports(manager, "web") == ["127.0.0.1:9000 -> 80/tcp"]
    assert main(["publish", "web", "0", "0", "-y"]) == 0
    assert len(ports(manager, "web")) == 3


def test_a_range_is_moved_port_by_port_and_that_is_said(
    manager: PortManager, capsys: pytest.CaptureFixture[str]
) -> None:
    before = ports(manager, "sip")
    assert main(["move", "sip", "10000-10003", "11000-11003", "-y"]) == 1
    said = capsys.readouterr().err
    assert "10000-10003 is several mappings of sip, and one is moved at a time" in said
    assert "pmap unpublish sip 10000-10003" in said
    assert ports(manager, "sip") == before


def change(engine_key: str, engine: str = "") -> Mapping[str, Any]:
    return {
        "schema": 1, "id": engine_key[:4], "engine_key": engine_key, "engine": engine, "ended": 1.0,
        "status": "applied", "container": "web", "before": [], "after": ["127.0.0.1|9000|80/tcp"],
    }  # fmt: skip


def close(manager: PortManager, summary: Mapping[str, Any]) -> None:
    manager.journal.save(summary["id"], {"tx": summary["id"]})
    manager.journal.close(summary["id"], summary)


def test_the_history_of_several_engines_tells_them_apart(
    manager: PortManager, capsys: pytest.CaptureFixture[str]
) -> None:
    assert manager.engine is not None
    here = manager.engine.info().key
    close(manager, change(here))
    assert main(["history"]) == 0
    assert "ENGINE" not in capsys.readouterr().out
    close(manager, change("feedbeef01", manager.engine.info().name))
    close(manager, change("abcdef", "ssh://ops@far"))
    assert main(["history"]) == 0
    header, own, other, far = capsys.readouterr().out.splitlines()
    assert header.split() == ["ID", "WHEN", "STATUS", "ENGINE", "CONTAINER", "CHANGE"]
    assert "this one" in own
    assert "other (feedbeef)" in other
    assert "ssh://ops@far" in far


@pytest.mark.parametrize(
    ("argv", "code", "said"),
    [
        (["who", "abc"], 2, "'abc' is not a port number"),
        (["who"], 2, "the following arguments are required"),
        (["ls", "bogus"], 1, "no container is named 'bogus'"),
        (["ls", "--context", "bogus"], 2, "bogus"),
        (["doctor", "--bogus"], 2, "unrecognized arguments"),
        (["publish", "web", "70000"], 2, "not in 1-65535"),
    ],
)
def test_who_waits_for_json_gets_json_when_it_fails_too(
    capsys: pytest.CaptureFixture[str], argv: list[str], code: int, said: str
) -> None:
    demo = [] if "--context" in argv else ["--demo"]
    assert main([*argv, *demo, "--json"]) == code
    shown = capsys.readouterr()
    error = json.loads(shown.out)["error"]
    assert said in error["message"]
    assert (error["exit_code"], set(error)) == (code, {"message", "hint", "exit_code"})
    assert said in shown.err


def test_config_lists_the_actions_that_keys_can_be_given_to(
    capsys: pytest.CaptureFixture[str],
) -> None:
    listed = answer(capsys, "config")["actions"]
    assert listed == {action.name: list(action.keys) for action in ACTIONS}
    assert main(["config"]) == 0
    assert '# publish = "p"' in capsys.readouterr().out
