"""Who really reaches a port: the engine's age and settings, and what a firewall does not stop."""

from __future__ import annotations

from dataclasses import replace

import pytest

from manager.model.container import Container, ContainerState
from manager.model.daemon import DaemonSettings
from manager.model.exposure import Exposure
from manager.model.firewall import FirewallFacts, Ufw
from manager.model.listener import Process
from manager.model.network import Network
from manager.model.ports import Port, PortRange, parse_ip
from manager.model.rows import PortRow, Source
from manager.model.snapshot import EngineInfo
from manager.model.verdict import RULES_GONE, Verdict, flushed, verdict

WEB = Container("1" * 64, "web", "nginx", ContainerState.RUNNING, networks=("front",))
TODAY = EngineInfo("unix:///run/docker.sock", "28.5.2")
OLD = replace(TODAY, version="20.10.24")
READ = ("iptables-save",)


def row(address: str | None, source: Source = Source.PUBLISHED) -> PortRow:
    ip = parse_ip(address) if address else None
    return PortRow(source, ip, PortRange.of(8080), "tcp", Port(80), WEB, bound=True)


LOOPBACK, LAN, ALL = row("127.0.0.1"), row("192.0.2.5"), row(None)


def test_loopback_today_is_this_host_only() -> None:
    assert verdict(LOOPBACK, TODAY) == Verdict(Exposure.LOOPBACK, "this host only")
    assert str(verdict(LOOPBACK, TODAY)) == "open to this host only"


def test_neighbours_reach_around_an_engine_before_28() -> None:
    told = verdict(LOOPBACK, OLD)
    assert told.neighbours
    assert told.reach == "this host, and neighbours on its network segment"
    assert told.caveats == (
        "engine 20.10.24 is older than 28.0: neighbours on this host's network segment can connect"
        " to the container's own address on port 80/tcp, around 127.0.0.1:8080",
    )
    assert verdict(LAN, OLD).neighbours
    assert not verdict(ALL, OLD).neighbours


@pytest.mark.parametrize(
    "engine",
    [
        None,
        TODAY,
        replace(OLD, version="28.0.0"),
        replace(OLD, version="in memory"),
        replace(OLD, podman=True),
        replace(OLD, rootless=True),
        replace(OLD, local=False),
    ],
)
def test_others_are_not_suspected(engine: EngineInfo | None) -> None:
    assert not verdict(LOOPBACK, engine).neighbours


def test_a_process_has_no_container_to_be_reached_around() -> None:
    process = PortRow(
        Source.PROCESS, parse_ip("127.0.0.1"), PortRange.of(22), "tcp", process=Process(1)
    )
    assert not verdict(process, OLD).neighbours


@pytest.mark.parametrize(
    ("network", "said"),
    [
        (Network("front"), ""),
        (Network("other", gateway_modes=("routed",)), ""),
        (Network("front", gateway_modes=("nat", "routed")), "the gateway mode routed"),
        (Network("front", gateway_modes=("nat-unprotected",)), "mode nat-unprotected"),
        (Network("front", trusted=("eth1", "eth2")), "trusts eth1, eth2"),
    ],
)
def test_a_networks_own_settings_count(network: Network, said: str) -> None:
    told = verdict(LOOPBACK, TODAY, networks=[network])
    assert told.neighbours is bool(said)
    assert said in " ".join(told.caveats)


def test_direct_routing_lets_neighbours_in_and_internal_networks_do_not() -> None:
    daemon = DaemonSettings("/etc/docker/daemon.json", allow_direct_routing=True)
    assert "allow-direct-routing" in verdict(LOOPBACK, TODAY, daemon=daemon).caveats[0]
    internal = [Network("front", internal=True)]
    assert not verdict(LOOPBACK, OLD, networks=internal).neighbours


@pytest.mark.parametrize(
    ("firewall", "said"),
    [
        (None, "ufw and firewalld do not stop it: the engine's rules come first"),
        (FirewallFacts(sources=READ), "no firewall of this host stops it"),
        (FirewallFacts(ufw=Ufw(True)), "ufw denies incoming connections and does not stop this"),
        (FirewallFacts(firewalld=True), "firewalld denies incoming connections and does not"),
        (FirewallFacts(input_policy="drop"), "the INPUT chain denies incoming connections and"),
        (FirewallFacts(ufw=Ufw(False), sources=READ), "no firewall of this host stops it"),
        (
            FirewallFacts(ufw=Ufw(True), docker_user=("-i eth0 -j DROP", "-j LOG")),
            "DOCKER-USER has rules (2) that may stop it: -i eth0 -j DROP ...",
        ),
    ],
)
def test_the_firewalls_part_is_said_plainly(firewall: FirewallFacts | None, said: str) -> None:
    for open_row in (ALL, LAN):
        assert said in verdict(open_row, TODAY, firewall).caveats[-1]
    assert verdict(LOOPBACK, TODAY, firewall).caveats == ()


GONE = FirewallFacts(ufw=Ufw(True), sources=READ, engine_rules=False)


def test_where_the_engines_rules_are_gone_the_firewall_does_count() -> None:
    assert verdict(ALL, TODAY, GONE).caveats == (
        RULES_GONE,
        "ufw denies incoming connections that no rule of it allows",
    )
    assert verdict(LOOPBACK, TODAY, GONE).caveats == ()


@pytest.mark.parametrize(
    ("engine", "facts", "gone"),
    [
        (TODAY, GONE, True),
        (TODAY, replace(GONE, engine_rules=None), False),
        (TODAY, replace(GONE, engine_rules=True), False),
        (None, GONE, False),
        (replace(TODAY, podman=True), GONE, False),
        # It may have written nftables' own, which iptables-save does not show.
        (replace(TODAY, version="29.0.1"), GONE, False),
        (replace(TODAY, version="29.0.1"), replace(GONE, sources=(*READ, "nft")), True),
    ],
)
def test_only_a_docker_engine_can_have_lost_its_rules(
    engine: EngineInfo | None, facts: FirewallFacts, gone: bool
) -> None:
    assert flushed(facts, engine) is gone


def test_strict_forwarding_and_podman_have_words_of_their_own() -> None:
    strict = FirewallFacts(firewalld=True, strict_forward=True)
    assert "StrictForwardPorts" in verdict(ALL, TODAY, strict).caveats[0]
    podman = verdict(ALL, replace(TODAY, podman=True), FirewallFacts(ufw=Ufw(True)))
    assert podman.caveats[0].endswith("the engine forwards it before")


def test_what_could_not_be_read_is_said() -> None:
    firewall = FirewallFacts(unknown=("iptables and nftables: only root may read them",))
    assert verdict(ALL, TODAY, firewall).caveats == (
        "not known: iptables and nftables: only root may read them",
    )


@pytest.mark.parametrize(
    ("engine", "daemon", "source"),
    [
        (replace(TODAY, rootless=True), None, Source.PUBLISHED),
        (TODAY, DaemonSettings("x", iptables=False), Source.PUBLISHED),
        (TODAY, None, Source.HOST_NETWORK),
        (TODAY, None, Source.PROCESS),
    ],
)
def test_what_listens_on_the_host_itself_is_the_firewalls_matter(
    engine: EngineInfo, daemon: DaemonSettings | None, source: Source
) -> None:
    wide = row(None, source)
    assert verdict(wide, engine, None, daemon=daemon).caveats == ()
    denying = FirewallFacts(ufw=Ufw(True, rules=("allow 22/tcp", "limit 80")))
    assert verdict(wide, engine, denying, daemon=daemon).caveats == (
        "ufw denies incoming connections that no rule of it allows",
    )
    allowing = FirewallFacts(ufw=Ufw(True, rules=("allow 8080/tcp from 192.0.2.0/24", "allow 22")))
    assert verdict(wide, engine, allowing, daemon=daemon).caveats == (
        "ufw is asked, and says: allow 8080/tcp from 192.0.2.0/24",
    )
