"""From a request to the mappings that a container shall have. Pure: all that was read is given.

A missing HOST_IP is the default one, a missing HOST_PORT a free one outside the ephemeral range,
a missing container port the one that the container exposes, else the one that it listens on.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from manager.change.commands import spec_of
from manager.change.inside import find_container_port
from manager.change.mappings import decode_mapping, fitting, socket_of
from manager.change.request import ChangeRequest, Loopback, Move, Publish, Restore, Unpublish
from manager.errors import Refused
from manager.model.conflict import find_free
from manager.model.container import Container
from manager.model.exposure import Exposure, exposure_of
from manager.model.listener import HostSocket
from manager.model.portclass import FreePortSearch
from manager.model.ports import (
    IPAddress,
    IPProtocol,
    Port,
    PortBinding,
    PortMapping,
    PortRange,
    parse_ip,
)
from manager.model.portspec import PortSpec
from manager.model.snapshot import Snapshot

LOOPBACK = parse_ip("127.0.0.1")


@dataclass(frozen=True, slots=True)
class Inputs:
    """What resolving needs to know.

    inside: what listens in the container's network namespace, None where that is not known.
    unbindable: host sockets that a real bind failed on.
    """

    snapshot: Snapshot
    target: Container
    inside: tuple[HostSocket, ...] | None = None
    unbindable: frozenset[HostSocket] = frozenset()
    default_ip: IPAddress = LOOPBACK


@dataclass(slots=True)
class _Draft:
    """The mappings while they are being worked out: `fixed` stay or are new already."""

    inputs: Inputs
    fixed: list[PortMapping]
    notes: list[str] = field(default_factory=list)

    def free(
        self, host_ip: IPAddress, ports: tuple[Port, ...], within: PortRange | None
    ) -> list[int]:
        """Free host ports for these container ports, in a row. Raises Refused."""
        spoken_for = [socket for mapping in self.fixed if (socket := socket_of(mapping))]
        found = find_free(
            self.inputs.snapshot,
            FreePortSearch(
                len(ports),
                within=within,
                contiguous=len(ports) > 1,
                ephemeral=self.inputs.snapshot.ephemeral,
            ),
            host_ip=host_ip,
            protocol=ports[0].protocol,
            ignoring={self.inputs.target.id},
            excluding=(*spoken_for, *self.inputs.unbindable),
        )
        if len(found) < len(ports):
            where = f"in {within}" if within else "on this host"
            raise Refused(
                f"no free {ports[0].protocol} port on {host_ip} {where}",
                hint=f"pmap who {within.start} says who has the first one"
                if within
                else "pmap ls -a --host shows who has them",
            )
        return found

    def add(self, mapping: PortMapping) -> None:
        """Take a new mapping in, or note that it is there already."""
        if mapping in self.fixed:
            self.notes.append(f"{mapping} is published already")
        else:
            self.fixed.append(mapping)


@dataclass(frozen=True, slots=True)
class Desired:
    """The mappings that the container shall have, and what a person should know about them."""

    after: tuple[PortMapping, ...]
    notes: tuple[str, ...] = ()


def resolve(request: ChangeRequest, inputs: Inputs) -> Desired:
    """The mappings after the request. Raises Refused where a SPEC leaves no one choice."""
    if isinstance(request, Publish):
        return _publish(request, inputs)
    if isinstance(request, Unpublish):
        return _unpublish(request, inputs)
    if isinstance(request, Move):
        return _move(request, inputs)
    if isinstance(request, Loopback):
        return _loopback(inputs)
    return _restore(request, inputs)


def _publish(request: Publish, inputs: Inputs) -> Desired:
    draft = _Draft(inputs, list(inputs.target.mappings))
    for spec in request.specs:
        host_ip = spec.host_ip or inputs.default_ip
        ports = _container_ports(spec, inputs)
        for number, port in zip(_host_ports(spec, host_ip, ports, draft), ports, strict=True):
            draft.add(PortMapping(port, PortBinding(host_ip, PortRange.of(number))))
    return Desired(tuple(draft.fixed), tuple(draft.notes))


def _host_ports(
    spec: PortSpec, host_ip: IPAddress, ports: tuple[Port, ...], draft: _Draft
) -> list[int]:
    wanted = spec.host_ports
    if wanted is not None and len(wanted) == len(ports):
        return list(range(wanted.start, wanted.end + 1))
    return draft.free(host_ip, ports, wanted)


def _container_ports(spec: PortSpec, inputs: Inputs) -> tuple[Port, ...]:
    if spec.container_ports is None:
        return (find_container_port(inputs.target, inputs.inside, spec.protocol),)
    protocol = spec.protocol or IPProtocol.TCP
    numbers = range(spec.container_ports.start, spec.container_ports.end + 1)
    return tuple(Port(number, protocol) for number in numbers)


def _unpublish(request: Unpublish, inputs: Inputs) -> Desired:
    gone: set[PortMapping] = set()
    for spec in request.specs:
        many = any(r is not None and len(r) > 1 for r in (spec.host_ports, spec.container_ports))
        gone.update(_chosen(spec, inputs.target, many=many))
    return Desired(tuple(m for m in inputs.target.mappings if m not in gone))


def _chosen(spec: PortSpec, target: Container, *, many: bool = False) -> tuple[PortMapping, ...]:
    """The mapping that a SPEC means (several, for a range). Raises Refused with the list."""
    found = fitting(spec, target)
    if len(found) == 1 or (found and many):
        return found
    if found:
        raise Refused(
            f"{spec} fits several mappings of {target.name}: {_listed(found)}",
            hint=f"give more parts, as in {spec_of(found[0])}",
        )
    raise Refused(f"{target.name} has no mapping that fits {spec}", hint=_what_it_has(spec, target))


def _what_it_has(spec: PortSpec, target: Container) -> str:
    if not target.mappings:
        return "it publishes nothing"
    by_container_port = replace(spec, host_ports=None, container_ports=spec.host_ports)
    if spec.container_ports is None and fitting(by_container_port, target):
        return f"a number alone is the host port; for the container's write {by_container_port}"
    return f"it has {_listed(target.mappings)}"


def _listed(mappings: tuple[PortMapping, ...]) -> str:
    return ", ".join(map(str, mappings))


def _move(request: Move, inputs: Inputs) -> Desired:
    target = inputs.target
    old = _chosen(request.source, target)[0]
    spec = request.target
    host_ip = spec.host_ip or inputs.default_ip
    port = _moved_port(spec, old.container_port)
    others = [mapping for mapping in target.mappings if mapping != old]
    draft = _Draft(inputs, others if spec.host_ports is not None else [*others, old])
    number = _host_ports(spec, host_ip, (port,), draft)[0]
    new = PortMapping(port, PortBinding(host_ip, PortRange.of(number)))
    notes = [f"{old} is there already"] if new == old else []
    narrowed = exposure_of(host_ip).rank < exposure_of(old.binding.host_ip).rank
    if spec.host_ip is None and narrowed:
        notes.append(
            f"{old} is open wider than {host_ip} today; to keep that, name the address"
            f" ({old.binding.host_ip or '0.0.0.0'}:{number} --expose)"
        )
    return Desired(
        tuple(new if mapping == old else mapping for mapping in target.mappings), notes=tuple(notes)
    )


def _moved_port(spec: PortSpec, port: Port) -> Port:
    if spec.container_ports is None:
        return Port(port.number, spec.protocol or port.protocol)
    if len(spec.container_ports) > 1:
        raise Refused(
            f"{spec} names several container ports, and one mapping is moved",
            hint=f"name one: {replace(spec, container_ports=PortRange.of(port.number))}",
        )
    return Port(spec.container_ports.start, spec.protocol or port.protocol)


def _loopback(inputs: Inputs) -> Desired:
    after: list[PortMapping] = []
    for mapping in inputs.target.mappings:
        closed = mapping
        if exposure_of(mapping.binding.host_ip) is not Exposure.LOOPBACK:
            closed = PortMapping(
                mapping.container_port, PortBinding(LOOPBACK, mapping.binding.host_ports)
            )
        # 0.0.0.0:80 and [::]:80 become one and the same.
        if closed not in after:
            after.append(closed)
    notes = (
        () if after != list(inputs.target.mappings) else ("nothing is open wider than loopback",)
    )
    return Desired(tuple(after), notes)


def _restore(request: Restore, inputs: Inputs) -> Desired:
    now = inputs.target.mappings
    expected = None if request.expected is None else set(map(decode_mapping, request.expected))
    if expected not in (None, set(now)):
        raise Refused(
            f"the ports of {inputs.target.name} have changed since {request.of}:"
            f" it has {_listed(now) or 'none'}",
            hint="pmap history lists the changes; undo the latest first",
        )
    after = tuple(decode_mapping(text) for text in request.mappings)
    notes = ("the ports are so already",) if set(after) == set(now) else ()
    return Desired(now if notes else after, notes)
