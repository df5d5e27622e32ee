"""What stands under the fields of a form: what is wrong, what it means, what could be typed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from manager.errors import InvalidPortSpec
from manager.model.container import Container
from manager.model.exposure import Exposure, exposure_of
from manager.model.portclass import PortClass, port_class
from manager.model.ports import IPAddress, Port
from manager.model.snapshot import Snapshot
from manager.model.text import printable
from tui.drafts import Draft, read_address, read_port, read_target
from tui.presentation.cells import Line, Role, Span


def _problem(read: Callable[[], object]) -> Line:
    """The error of reading a field, empty where it can be read."""
    try:
        read()
    except InvalidPortSpec as error:
        return (Span(printable(error.message), Role.BAD),)
    return ()


def container_note(draft: Draft, snapshot: Snapshot) -> Line:
    """Whether that container is there; while typing, which begin so."""
    wanted = draft.container.strip()
    known = sorted(c.name for c in snapshot.containers)
    found = next((c for c in snapshot.containers if wanted in {c.name, c.id}), None)
    if found is not None:
        ports = ", ".join(str(m.binding) for m in found.mappings) or "no ports yet"
        return (Span(f"{found.state}, {ports}", Role.MUTED),)
    starting = [name for name in known if wanted in name]
    if not starting:
        return (Span(f"no container is named so; there are {len(known)}", Role.BAD),)
    return (Span(printable("  ".join(starting[:6])), Role.MUTED),)


def port_note(draft: Draft, snapshot: Snapshot) -> Line:
    """What kind of port it is."""
    if problem := _problem(lambda: read_port(draft.port)):
        return problem
    ports = read_port(draft.port)
    if ports is None:
        return (Span("empty: a free one is picked", Role.MUTED),)
    if ports.overlaps(snapshot.ephemeral):
        text = f"in {snapshot.ephemeral}, which this host hands to clients: it may be taken"
        return (Span(text, Role.WARN),)
    if port_class(ports.start) is PortClass.SYSTEM:
        return (Span("a system port: rootless engines may not bind it", Role.WARN),)
    return ()


def target_note(draft: Draft, ports: Sequence[Port], inside: Sequence[Port] = ()) -> Line:
    """Where it leads; what the container offers. inside: what listens in it, where known."""
    if problem := _problem(lambda: read_target(draft.target)):
        return problem
    offered = "  ".join(map(str, ports))
    hidden = [str(port) for port in inside if port not in ports]
    if hidden:
        listens = f"listens on {'  '.join(hidden)}"
        text = f"exposed: {offered}; {listens} too" if offered else listens
        return (Span(text, Role.MUTED),)
    if not draft.target.strip():
        if len(ports) == 1:
            return (Span(f"empty: {offered}, its only one", Role.MUTED),)
        text = f"one of {offered}" if offered else "it exposes none: name the one it listens on"
        return (Span(text, Role.MUTED),)
    return (Span(f"exposed: {offered}" if offered else "", Role.MUTED),)


def address_note(draft: Draft) -> Line:
    """Who would reach it there."""
    if problem := _problem(lambda: read_address(draft.address)):
        return problem
    address = read_address(draft.address)
    exposure = Exposure.LOOPBACK if address is None else exposure_of(address)
    role = {Exposure.LOOPBACK: Role.GOOD, Exposure.ADDRESS: Role.WARN, Exposure.ALL: Role.BAD}
    return (Span(f"open to {exposure.reach}", role[exposure]),)


def is_exposed(draft: Draft) -> bool:
    """Whether the address of the draft is one that has to be agreed to."""
    if _problem(lambda: read_address(draft.address)):
        return False
    address = read_address(draft.address)
    return address is not None and exposure_of(address) is not Exposure.LOOPBACK


def offered_ports(container: Container | None) -> tuple[Port, ...]:
    """The container ports to propose: exposed ones, then those that are mapped already."""
    if container is None:
        return ()
    return tuple(
        dict.fromkeys((*container.exposed, *(m.container_port for m in container.mappings)))
    )


def address_choices(host: Iterable[IPAddress]) -> tuple[str, ...]:
    """The addresses to propose: loopback first, then every address, then those of the host."""
    return tuple(dict.fromkeys(("127.0.0.1", "0.0.0.0", "::1", "::", *map(str, host))))
