"""ls, who and free on the demo's host."""

import json
from typing import Any

import pytest

from manager.cli.main import main

MAPPING_KEYS = {
    "container", "container_id", "image", "state", "project", "service", "host_ip", "host_port",
    "container_port", "protocol", "exposure", "declared", "bound", "source", "process",
}  # fmt: skip
HOLDER_KEYS = {
    "kind", "host_ip", "container", "project", "service", "pid", "process", "command", "cwd",
}  # fmt: skip


def answer(capsys: pytest.CaptureFixture[str], *argv: str, code: int = 0) -> Any:
    assert main(["--demo", *argv, "--json"]) == code
    return json.loads(capsys.readouterr().out)


def text(capsys: pytest.CaptureFixture[str], *argv: str, code: int = 0) -> str:
    assert main(["--demo", *argv]) == code
    return capsys.readouterr().out


def test_ls_json_holds_the_fields_of_the_contract(capsys: pytest.CaptureFixture[str]) -> None:
    found = answer(capsys, "ls", "-a", "--host")
    assert found["schema"] == 1
    assert set(found["engine"]) == {"host", "version", "local"}
    assert found["conflicts"]
    for mapping in found["mappings"]:
        assert set(mapping) >= MAPPING_KEYS
        assert mapping["exposure"] in {"loopback", "address", "all"}
        assert mapping["source"] in {"published", "reserved", "host-network", "process"}
    assert {mapping["source"] for mapping in found["mappings"]} == {
        "published", "reserved", "host-network", "process",
    }  # fmt: skip


def test_the_pair_of_families_is_one_row(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [m for m in answer(capsys, "ls")["mappings"] if m["container"] == "shop-web-1"]
    wide = [m for m in rows if m["exposure"] == "all"]
    assert [(m["host_ip"], m["host_ips"]) for m in wide] == [("0.0.0.0", ["0.0.0.0", "::"])]


def test_stopped_containers_are_shown_when_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert "db-before-move" not in text(capsys, "ls")
    shown = text(capsys, "ls", "-a")
    assert "reserved, exited" in shown
    assert "conflict: db-before-move cannot start" in shown
    assert "reserved, exited" in text(capsys, "ls", "db-before-move")


def test_what_is_exposed_is_marked_and_can_be_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    lines = text(capsys, "ls", "--exposed").splitlines()[1:]
    assert lines
    assert all(line.startswith("! ") for line in lines)


def test_ls_takes_containers_services_and_projects(capsys: pytest.CaptureFixture[str]) -> None:
    projects = {m["project"] for m in answer(capsys, "ls", "shop")["mappings"]}
    assert projects == {"shop"}
    services = {m["service"] for m in answer(capsys, "ls", "grafana")["mappings"]}
    assert services == {"grafana"}


def test_an_unknown_container_is_refused_with_the_nearest(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["--demo", "ls", "shop-wbe-1"]) == 1
    assert "did you mean shop-web-1" in capsys.readouterr().err


def test_who_names_holder_and_way_out(capsys: pytest.CaptureFixture[str]) -> None:
    found = answer(capsys, "who", "8080")
    assert (found["schema"], found["port"], found["protocol"]) == (1, 8080, None)
    assert all(set(holder) >= HOLDER_KEYS for holder in found["holders"])
    assert [holder["kind"] for holder in found["holders"]] == ["container", "stopped-container"]
    assert found["holders"][0]["container"] == "shop-web-1"
    assert "pmap move shop-web-1 8080 0" in found["advice"]
    assert "is held by container shop-web-1" in text(capsys, "who", "8080")


def test_who_keeps_the_protocols_apart(capsys: pytest.CaptureFixture[str]) -> None:
    assert answer(capsys, "who", "5353/tcp")["holders"] == []
    assert [h["container"] for h in answer(capsys, "who", "5353/udp")["holders"]] == ["dns"]


def test_a_port_of_nobody_is_said_to_be_free(capsys: pytest.CaptureFixture[str]) -> None:
    assert "nobody holds 62893" in text(capsys, "who", "62893")


def test_free_ports_are_held_by_nobody(capsys: pytest.CaptureFixture[str]) -> None:
    taken = {m["host_port"] for m in answer(capsys, "ls", "-a", "--host")["mappings"]}
    ports = answer(capsys, "free", "5", "--near", "8080")["ports"]
    assert len(ports) == 5
    assert taken.isdisjoint(ports)


def test_contiguous_ports_follow_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    ports = answer(capsys, "free", "4", "--contiguous", "--range", "9089-9110")["ports"]
    assert ports == list(range(ports[0], ports[0] + 4))
    assert not {9090, 9100} & set(ports)


def test_too_few_free_ports_is_a_finding(capsys: pytest.CaptureFixture[str]) -> None:
    assert answer(capsys, "free", "3", "--range", "9000-9001", code=1)["ports"] == [9000, 9001]
