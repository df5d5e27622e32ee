"""Whether a firewall denies what the engine lets in all the same.

The engine forwards packets for published ports before the INPUT chain, where ufw and firewalld
deny, sees them (docs "Packet filtering and firewalls").
"""

from __future__ import annotations

from collections.abc import Iterator

from manager.doctor.check import Check
from manager.doctor.checks.open_ports import closing, listed
from manager.doctor.examination import Examination
from manager.doctor.result import Remark, failed, passed, warned
from manager.model.exposure import Exposure
from manager.model.firewall import FirewallFacts
from manager.model.rows import Source
from manager.model.verdict import RULES_GONE, flushed


def _look(facts: Examination) -> Iterator[Remark]:
    if not facts.ours:
        return
    firewall, info = facts.firewall, facts.info
    if firewall.unknown:
        yield warned(
            f"not known: {'; '.join(firewall.unknown)}",
            'sudo "$(command -v cpmap)" doctor reads it',
        )
    if facts.daemon.iptables is False or (info is not None and info.rootless):
        yield passed("the engine forwards nothing past the firewall: its rules count")
        return
    if info is not None and flushed(firewall, info):
        yield failed(
            f"{RULES_GONE} (a firewall that starts or is flushed removes them)",
            "systemctl restart docker makes them anew",
        )
    else:
        yield from _about(facts, firewall, podman=info is not None and info.podman)


def _about(facts: Examination, firewall: FirewallFacts, *, podman: bool) -> Iterator[Remark]:
    """What the firewall does to the ports that the engine forwards."""
    wide = [
        row
        for row in facts.rows
        if row.bound and row.source is Source.PUBLISHED and row.exposure is not Exposure.LOOPBACK
    ]
    who = firewall.denying
    if firewall.strict_forward:
        yield passed("firewalld forwards only what it opens itself (StrictForwardPorts)")
    elif firewall.docker_user and not podman:
        rules = firewall.docker_user
        yield passed(f"DOCKER-USER has {len(rules)} rule{'s' * (len(rules) > 1)}: {rules[0]}")
    elif who and wide:
        yield failed(
            f"{who} denies incoming connections, and does not stop published ports: {listed(wide)}",
            f"{closing(wide)}{'' if podman else ', or a rule in DOCKER-USER'}",
        )
    elif who:
        yield passed(f"{who} denies incoming connections, and no published port goes around it")
    elif firewall.sources:
        yield passed("no firewall denies incoming connections")


CHECK = Check("firewall", "Firewall", _look)
