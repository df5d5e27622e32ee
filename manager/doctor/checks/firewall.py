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
from manager.model.rows import Source


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
    wide = [
        row
        for row in facts.rows
        if row.bound and row.source is Source.PUBLISHED and row.exposure is not Exposure.LOOPBACK
    ]
    who = firewall.denying
    if firewall.docker_user:
        rules = firewall.docker_user
        yield passed(f"DOCKER-USER has {len(rules)} rule{'s' * (len(rules) > 1)}: {rules[0]}")
    elif who and wide:
        yield failed(
            f"{who} denies incoming connections, and does not stop published ports: {listed(wide)}",
            f"{closing(wide)}, or a rule in DOCKER-USER",
        )
    elif who:
        yield passed(f"{who} denies incoming connections, and no published port goes around it")
    elif firewall.sources:
        yield passed("no firewall denies incoming connections")


CHECK = Check("firewall", "Firewall", _look)
