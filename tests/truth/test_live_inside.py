"""Real containers whose ports do not answer: pmap says why, and what to type."""

from __future__ import annotations

import json
from typing import Any

import pytest
from engine_http import ApiError

Rig = Any


def mapping(rig: Rig, target: str, name: str, code: int) -> Any:
    """What `probe --json` says of one container's row."""
    found = rig.pmap("probe", target, "--json", code=code).json
    rows = [row for port in found["ports"] for row in port["mappings"]]
    return next(row for row in rows if row["container"] == rig.name(name))


def test_an_app_that_listens_answers_and_is_known(rig: Rig) -> None:
    rig.listens(rig.run("web", "web", "127.0.0.1:61901:80"), 80)
    row = mapping(rig, "61901", "web", 0)
    assert (row["declared"], row["bound"], row["answering"]) == (True, True, True)
    assert (row["inside"]["state"], row["why"]) == ("listens", None)
    shown = rig.pmap("probe", rig.name("web"), code=0).out
    assert "127.0.0.1:61901 -> 80/tcp answers: http, 200 OK, in " in shown


def test_an_app_on_its_own_loopback(rig: Rig) -> None:
    rig.listens(rig.run("web", "web", "127.0.0.1:61902:80", env=("LISTEN=127.0.0.1:80",)), 80)
    row = mapping(rig, rig.name("web"), "web", 1)
    assert (row["bound"], row["answering"]) == (True, False)
    assert row["why"]["cause"] == "loopback-inside"
    shown = rig.pmap("probe", "61902", code=1).out
    assert (
        "127.0.0.1:61902 -> 80/tcp does not answer: the app listens on 127.0.0.1 inside the"
        " container, so nothing reaches it from outside"
    ) in shown
    assert f"next  let the app listen on 0.0.0.0:80, then docker restart {rig.name('web')}" in shown
    (told,) = [r for r in rig.doctor("answering") if rig.name("web") in r["fact"]]
    assert told["status"] == "fail"


def test_an_app_on_another_port_is_reached_by_the_command_that_is_shown(rig: Rig) -> None:
    name = rig.name("web")
    rig.listens(rig.run("web", "web", "127.0.0.1:61903:80", env=("LISTEN=8080",)), 8080)
    why = mapping(rig, "61903", "web", 1)["why"]
    assert why == {
        "cause": "other-port",
        "sentence": "nothing listens on 80 in the container; it listens on 8080",
        "next": f"pmap move {name} 61903 127.0.0.1:61903:8080",
    }
    rig.pmap(*why["next"].split()[1:], "-y", code=0)
    assert mapping(rig, "61903", "web", 0)["answering"] is True


def test_an_app_on_ipv6_alone(rig: Rig) -> None:
    six_alone = {"net.ipv6.conf.all.disable_ipv6": "0", "net.ipv6.bindv6only": "1"}
    made = rig.run("web", "web", "127.0.0.1:61904:80", env=("LISTEN=[::]:80",), Sysctls=six_alone)
    rig.listens(made, 80)
    row = mapping(rig, "61904", "web", 1)
    assert row["inside"] == {"state": "ipv6-only", "sockets": ["[::]:80/tcp"]}
    assert row["why"]["cause"] == "ipv6-inside"


def test_a_container_in_which_nothing_listens(rig: Rig) -> None:
    rig.run("idle", "web", "127.0.0.1:61905:80", command=["sleep", "600"])
    row = mapping(rig, "61905", "idle", 1)
    assert row["why"]["cause"] == "nothing-listens"
    assert row["why"]["next"].startswith(f"docker logs --tail 20 {rig.name('idle')}")


def test_a_container_that_lost_its_port_at_its_start(rig: Rig) -> None:
    rig.listens(rig.run("web", "web", "127.0.0.1:61906:80"), 80)
    lost = rig.create("late", "web", "127.0.0.1:61906:80")
    with pytest.raises(ApiError):
        rig.live.api.call("POST", f"/containers/{lost}/start")
    row = mapping(rig, rig.name("late"), "late", 1)
    assert (row["declared"], row["bound"]) == (True, False)
    assert row["why"]["cause"] == "conflict"
    assert row["why"]["sentence"] == (
        f"{rig.name('late')} lost its port at its start and stayed behind as created:"
        f" 127.0.0.1:61906/tcp is held by container {rig.name('web')}"
    )
    (told,) = [r for r in rig.doctor("leftovers") if rig.name("late") in r["fact"]]
    assert (told["status"], told["fact"]) == ("fail", row["why"]["sentence"])
    # Once the holder has gone the port is free, and that is said with the engine's own words.
    rig.live.api.call("DELETE", f"/containers/{rig.name('web')}", {"force": "1"})
    free = mapping(rig, rig.name("late"), "late", 1)["why"]
    assert (free["cause"], free["next"]) == (
        "lost-at-start",
        f"docker start {rig.name('late')}",
    )
    assert "port is already allocated" in free["sentence"]


def test_a_paused_container(rig: Rig) -> None:
    made = rig.run("web", "web", "127.0.0.1:61907:80")
    rig.listens(made, 80)
    rig.live.api.call("POST", f"/containers/{made}/pause")
    try:
        why = mapping(rig, "61907", "web", 1)["why"]
    finally:
        rig.live.api.call("POST", f"/containers/{made}/unpause")
    assert (why["cause"], why["next"]) == ("paused", f"docker unpause {rig.name('web')}")


def test_udp_is_asked_and_the_inside_is_seen(rig: Rig) -> None:
    rig.listens(rig.run("dns", "udp", "127.0.0.1:61908:53/udp"), 53)
    row = mapping(rig, "61908/udp", "dns", 0)
    assert (row["answering"], row["inside"]["state"]) == (True, "listens")
    assert "echo, sends back what it gets" in row["sentence"]


def test_the_network_of_another_container_has_its_listeners(rig: Rig) -> None:
    """The app is in a container that joined: the one with the ports shows them all the same."""
    owner = rig.run("owner", "web", "127.0.0.1:61909:80", command=["sleep", "600"])
    rig.run("app", "web", NetworkMode=f"container:{owner}")
    rig.listens(owner, 80)
    row = mapping(rig, "61909", "owner", 0)
    assert (row["inside"]["state"], row["answering"]) == ("listens", True)
    assert row["served_by"] == rig.name("app")


def test_in_a_shared_network_the_one_that_listens_is_to_be_mended(rig: Rig) -> None:
    """Not the one with the port: to restart it would take the network from all in it."""
    owner = rig.run("owner", "web", "127.0.0.1:61912:80", command=["sleep", "600"])
    rig.run("app", "web", env=("LISTEN=127.0.0.1:80",), NetworkMode=f"container:{owner}")
    rig.listens(owner, 80)
    why = mapping(rig, "61912", "owner", 1)["why"]
    assert why["cause"] == "loopback-inside"
    assert why["next"].endswith(f"docker restart {rig.name('app')}")


def test_a_host_network_container_that_rests_is_to_be_started(rig: Rig) -> None:
    made = rig.run("web", "web", env=("LISTEN=61913",), NetworkMode="host")
    rig.listens(made, 61913)
    rig.live.api.call("POST", f"/containers/{made}/stop", {"t": "1"})
    said = rig.pmap("probe", rig.name("web"), code=1).err
    assert "uses the host's own network, and is exited" in said
    assert f"hint: docker start {rig.name('web')}" in said


def test_a_container_on_the_hosts_network_is_named(rig: Rig) -> None:
    rig.listens(rig.run("web", "web", env=("LISTEN=61910",), NetworkMode="host"), 61910)
    row = mapping(rig, "61910", "web", 0)
    assert (row["source"], row["container_port"]) == ("host-network", None)
    scanned = rig.pmap("scan", "--range", "61910", "--json", code=0).json
    (line,) = scanned["found"]
    assert (line["expected"], line["mapping"]["container"]) == (True, rig.name("web"))


def test_all_keys_of_a_scan_are_there(rig: Rig) -> None:
    rig.listens(rig.run("web", "web", "127.0.0.1:61911:80"), 80)
    scanned = rig.pmap("scan", "--range", "61900-61999", "--json", code=0)
    found = json.loads(scanned.out)
    assert [(line["port"], line["addresses"]) for line in found["found"]] == [
        (61911, ["127.0.0.1"])
    ]
    assert found["asked"] == 100 * len(found["addresses"])
    assert (found["missing"], found["left"]) == ([], 0)
