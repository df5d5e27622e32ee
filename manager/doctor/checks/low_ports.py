"""Ports that a rootless engine may not bind (ip_unprivileged_port_start, ip-sysctl)."""

from __future__ import annotations

from collections.abc import Iterator

from manager.doctor.check import Check
from manager.doctor.examination import Examination
from manager.doctor.result import Remark, failed, passed


def _look(facts: Examination) -> Iterator[Remark]:
    info = facts.info
    if info is None or not facts.ours:
        return
    start = facts.surroundings.unprivileged_start()
    if not info.rootless:
        yield passed(f"ports below {start} need root, which the engine has")
        return
    low = sorted(
        {
            (ports.start, container.name)
            for container in facts.snapshot.containers
            for mapping in container.mappings
            if (ports := mapping.binding.host_ports) is not None and ports.start < start
        }
    )
    if not low:
        yield passed(f"the rootless engine binds from {start} on, and nothing below is asked for")
        return
    named = ", ".join(f"{port} ({name})" for port, name in low[:4])
    yield failed(
        f"a rootless engine cannot bind ports below {start}: {named}",
        f"sudo sysctl net.ipv4.ip_unprivileged_port_start={low[0][0]}",
    )


CHECK = Check("low-ports", "Low ports", _look)
