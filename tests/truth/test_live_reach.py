"""Who reaches a port, proven from a neighbour on the network segment and held against the verdict.

The neighbour is a network namespace of the test's own, joined to the engine's by a cable. The
firewalls are real rules in the engine's namespace, which belongs to the tests.
"""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from engine_extras import Extras, fetch_extras
from engine_layout import NoEngineError, engines_dir
from pytest_engines import no_engine

from manager.host.firewall import Tools, read_firewall

Rig = Any
Neighbour = Any
OUR_END = "192.0.2.1"
NFT_PACKAGES = (
    "nftables", "libnftables1", "libjansson4", "libedit2", "libbsd0", "libmd0", "libgmp10",
    "libtinfo6", "libmnl0", "libnftnl11", "libxtables12",
)  # fmt: skip

only_old = pytest.mark.parametrize("live_engine", ["20.10"], indirect=True)
only_today = pytest.mark.parametrize("live_engine", ["28.5"], indirect=True)


def verdict(rig: Rig, port: int) -> Any:
    """What `who --json` says of a port's holder."""
    (holder,) = rig.pmap("who", str(port), "--json", code=0).json["holders"]
    return holder["verdict"]


def webs(rig: Rig) -> str:
    """One container on loopback (its id), one on every address; both listen."""
    near = rig.run("near", "web", "127.0.0.1:61921:80")
    rig.listens(near, 80)
    rig.listens(rig.run("wide", "web", "61922:80"), 80)
    return str(near)


@only_old
def test_an_old_engine_lets_a_neighbour_around_loopback(rig: Rig, neighbour: Neighbour) -> None:
    near = webs(rig)
    assert neighbour.connect(OUR_END, 61921) == "refused"
    assert neighbour.connect(OUR_END, 61922) == "open"
    # The port is closed, and yet its app is reached by the container's own address.
    assert neighbour.connect(rig.address(near), 80) == "open"
    said = verdict(rig, 61921)
    assert said["neighbours"] is True
    assert said["reach"] == "this host, and neighbours on its network segment"
    assert "is older than 28.0" in said["caveats"][0]
    shown = rig.pmap("probe", "61921", code=0).out
    assert "; open to this host, and neighbours on its network segment" in shown
    (bug,) = rig.doctor("known-bugs")
    assert (bug["status"], "moby#45610" in bug["fact"]) == ("warn", True)
    assert rig.name("near") in bug["fact"]


@only_today
def test_todays_engine_keeps_a_neighbour_out(rig: Rig, neighbour: Neighbour) -> None:
    near = webs(rig)
    assert neighbour.connect(OUR_END, 61921) == "refused"
    assert neighbour.connect(OUR_END, 61922) == "open"
    assert neighbour.connect(rig.address(near), 80) == "timeout"
    assert verdict(rig, 61921) == {"reach": "this host only", "neighbours": False, "caveats": []}
    (bug,) = rig.doctor("known-bugs")
    assert bug["status"] == "pass"


@only_today
def test_a_network_without_protection_opens_it_again(rig: Rig, neighbour: Neighbour) -> None:
    network = rig.name("open")
    options = {"com.docker.network.bridge.gateway_mode_ipv4": "nat-unprotected"}
    body = {"Name": network, "Driver": "bridge", "Options": options}
    rig.live.api.call("POST", "/networks/create", body=body)
    near = rig.run("near", "web", "127.0.0.1:61921:80", NetworkMode=network)
    rig.listens(near, 80)
    assert neighbour.connect(rig.address(near, network), 80) == "open"
    said = verdict(rig, 61921)
    assert said["neighbours"] is True
    assert f"network {network} has the gateway mode nat-unprotected" in said["caveats"][0]
    assert any(network in r["fact"] and r["status"] == "warn" for r in rig.doctor("open-ports"))


@contextmanager
def a_process_on(port: int) -> Iterator[None]:
    """Something of the host that listens on every address."""
    with socket.create_server(("0.0.0.0", port)):
        yield


@contextmanager
def policy(iptables: Callable[..., None], word: str) -> Iterator[None]:
    """Another policy of the INPUT chain, with loopback let through; undone at the end."""
    rule = ("INPUT", "-i", "lo", "-j", "ACCEPT")
    iptables("-I", *rule)
    iptables("-P", "INPUT", word)
    try:
        yield
    finally:
        iptables("-P", "INPUT", "ACCEPT")
        iptables("-D", *rule)


def test_a_firewall_that_denies_stops_processes_and_no_published_port(
    rig: Rig, neighbour: Neighbour, iptables: Callable[..., None]
) -> None:
    webs(rig)
    with a_process_on(61923), policy(iptables, "DROP"):
        assert neighbour.connect(OUR_END, 61923) == "timeout"
        assert neighbour.connect(OUR_END, 61922) == "open"
        (caveat,) = verdict(rig, 61922)["caveats"]
        assert caveat.startswith(
            "the INPUT chain denies incoming connections and does not stop this one"
        )
        assert verdict(rig, 61923)["caveats"] == [
            "the INPUT chain denies incoming connections that no rule of it allows"
        ]
        told = [r for r in rig.doctor("firewall") if r["status"] == "fail"]
        assert f"*:61922 ({rig.name('wide')})" in told[0]["fact"]
        assert told[0]["fix"].startswith("pmap loopback ")
    assert neighbour.connect(OUR_END, 61922) == "open"


def test_a_rule_in_docker_user_does_stop_it(
    rig: Rig, neighbour: Neighbour, iptables: Callable[..., None]
) -> None:
    webs(rig)
    rule = ("DOCKER-USER", "-i", "segment", "-p", "tcp", "-m", "conntrack",
            "--ctorigdstport", "61922", "-j", "DROP")  # fmt: skip
    iptables("-I", *rule)
    try:
        assert neighbour.connect(OUR_END, 61922) == "timeout"
        (caveat,) = verdict(rig, 61922)["caveats"]
        assert caveat.startswith("DOCKER-USER has rules (1) that may stop it: -i segment -p tcp")
        (told,) = rig.doctor("firewall")
        assert (told["status"], "DOCKER-USER has 1 rule" in told["fact"]) == ("pass", True)
    finally:
        iptables("-D", *rule)


@pytest.fixture(scope="session")
def nft_packages() -> Extras:
    """Debian's nft, fetched before the test moves to where no archive can be reached."""
    try:
        return fetch_extras(engines_dir(), "nft", NFT_PACKAGES)
    except NoEngineError as error:
        no_engine(str(error))


@pytest.fixture
def nft(nft_packages: Extras, tmp_path: Path) -> Path:
    """A folder with an `nft` that finds its libraries."""
    wrapper = tmp_path / "nft"
    program = nft_packages.program("nft")
    libraries = nft_packages.libraries
    wrapper.write_text(f'#!/bin/sh\nLD_LIBRARY_PATH={libraries} exec {program} "$@"\n')
    wrapper.chmod(0o755)
    return tmp_path


def test_a_table_of_nftables_that_drops(rig: Rig, neighbour: Neighbour, nft: Path) -> None:
    """nftables' own tables are read too; iptables is not even there."""
    webs(rig)
    run = [str(nft / "nft")]
    chain = "{ type filter hook input priority 0; policy drop; }"
    subprocess.run([*run, "add", "table", "inet", "pmapt"], check=True)
    try:
        subprocess.run([*run, "add", "chain", "inet", "pmapt", "in", chain], check=True)
        rule = ["add", "rule", "inet", "pmapt", "in", "iifname", "lo", "accept"]
        subprocess.run([*run, *rule], check=True)
        with a_process_on(61923):
            assert neighbour.connect(OUR_END, 61923) == "timeout"
        assert neighbour.connect(OUR_END, 61922) == "open"
        facts = read_firewall(tools=Tools(folders=str(nft), environ={"PATH": ""}, allowed=True))
        assert (facts.input_policy, facts.sources) == ("drop", ("nft",))
        rig.path.insert(0, str(nft))
        (caveat,) = verdict(rig, 61922)["caveats"]
        assert caveat.startswith("the INPUT chain denies incoming connections and does not stop")
    finally:
        subprocess.run([*run, "delete", "table", "inet", "pmapt"], check=True)


def test_a_port_that_a_firewall_drops_ends_a_scan_in_time(
    rig: Rig, iptables: Callable[..., None]
) -> None:
    """Dropped packets are never answered: only the time-outs are."""
    rig.listens(rig.run("wide", "web", "61922:80"), 80)
    rule = ("OUTPUT", "-p", "tcp", "--dport", "61950:61999", "-j", "DROP")
    iptables("-I", *rule)
    try:
        found = rig.pmap("scan", "--range", "61900-61999", "--json").json
    finally:
        iptables("-D", *rule)
    assert 61922 in [line["port"] for line in found["found"]]
    assert (found["left"], found["seconds"] < 30) == (0, True)
