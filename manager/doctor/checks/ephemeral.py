"""Published ports in the range that the kernel hands to clients: one may be taken at a start."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from manager.doctor.check import Check
from manager.doctor.examination import Examination
from manager.doctor.result import Remark, passed, warned
from manager.model.ports import PortMapping, PortRange

_NAMED = 4


def _look(facts: Examination) -> Iterator[Remark]:
    if not facts.ours:
        return
    ephemeral, reserved = facts.snapshot.ephemeral, facts.surroundings.reserved_ranges()
    found = [
        (container, mapping)
        for container in facts.snapshot.containers
        if any(_in(mapping, ephemeral, reserved) for mapping in container.mappings)
        for mapping in facts.asked_of(container)
        if _in(mapping, ephemeral, reserved)
    ]
    if not found:
        yield passed(f"no port is asked for in the clients' range {ephemeral}")
        return
    named = [f"{m.binding.host_ports} ({c.name})" for c, m in found[:_NAMED]]
    more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    container, mapping = found[0]
    yield warned(
        f"{', '.join(named)}{more} in the clients' range {ephemeral}: a client may have the port"
        " when the container starts",
        f"pmap move {shlex.quote(container.name)} {mapping.binding.host_ports} 0, or sysctl"
        f" net.ipv4.ip_local_reserved_ports={mapping.binding.host_ports}",
    )


def _in(mapping: PortMapping, ephemeral: PortRange, reserved: tuple[PortRange, ...]) -> bool:
    """Whether it asks for a port that a client may get. No port at all is the engine's choice."""
    ports = mapping.binding.host_ports
    if ports is None or not ports.overlaps(ephemeral):
        return False
    return not any(ports.start in each and ports.end in each for each in reserved)


CHECK = Check("ephemeral", "Ephemeral range", _look)
