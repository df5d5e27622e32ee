"""What is behind a port that is bound: the app in the container, or what lies before it."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from manager.model.cause import Cause, Why
from manager.model.container import Container
from manager.model.inside import Inside, InsideView
from manager.model.ports import IPProtocol, PortRange
from manager.model.portspec import PortSpec
from manager.model.probing import CLOSED_AT_ONCE, OPEN, REFUSED, SILENT, TIMEOUT
from manager.model.rows import PortRow


def behind(
    row: PortRow, container: Container, view: InsideView | None, answer: str | None
) -> Why | None:
    """What is wrong inside the container, where that is known or can be told from outside."""
    if view is None or row.container_port is None:
        return _guessed(row, container, answer)
    # Whoever listens is to be mended: the one with the port may only lend its network.
    port, name = view.port, shlex.quote(row.served_by or container.name)
    anywhere = "0.0.0.0" if port.protocol is IPProtocol.TCP else "every address"
    match view.state:
        case Inside.LOOPBACK:
            at = view.sockets[0].host_ip
            return Why(
                Cause.LOOPBACK_INSIDE,
                f"the app listens on {at} inside the container, so nothing reaches it from outside",
                f"let the app listen on {anywhere}:{port.number}, then docker restart {name}",
            )
        case Inside.IPV6_ONLY:
            return Why(
                Cause.IPV6_INSIDE,
                f"the app listens on IPv6 only inside the container, and the engine forwards to"
                f" its IPv4 address (port {port})",
                f"let the app listen on {anywhere}:{port.number} too, then docker restart {name}",
            )
        case Inside.OTHER_PROTOCOL | Inside.OTHER_PORT:
            return _elsewhere(row, container, view)
        case Inside.NOTHING:
            return Why(
                Cause.NOTHING_LISTENS,
                f"nothing listens on {port} in the container, nor on any other port of it",
                f"docker logs --tail 20 {name} says what it does",
            )
        case Inside.LISTENS:
            return None


def _elsewhere(row: PortRow, container: Container, view: InsideView) -> Why:
    others = view.others
    listed = _listed([str(p.number if p.protocol is view.port.protocol else p) for p in others])
    if view.state is Inside.OTHER_PROTOCOL:
        cause = Cause.OTHER_PROTOCOL
        said = f"nothing listens on {view.port} in the container; it listens on {listed}"
    else:
        cause = Cause.OTHER_PORT
        said = f"nothing listens on {view.port.number} in the container; it listens on {listed}"
    return Why(cause, said, _move_inside(row, container, view))


def _move_inside(row: PortRow, container: Container, view: InsideView) -> str:
    """The command that leads the same host port to what does listen.

    On loopback, whatever the port was bound to: nothing answered there, so nobody misses it. The
    plan of the move says how it stays as open as it was.
    """
    led = {mapping.container_port for mapping in container.mappings}
    first = next((port for port in view.others if port not in led), view.others[0])
    ports = row.host_ports
    protocol = None if first.protocol is IPProtocol.TCP else first.protocol
    if ports is None or len(ports) > 1:
        spec = PortSpec(None, None, PortRange.of(first.number), protocol)
        return f"pmap publish {shlex.quote(container.name)} {spec}"
    old_protocol = None if row.protocol == "tcp" else view.port.protocol
    source = PortSpec(None, ports, None, old_protocol)
    kept = row.host_ip if row.host_ip is not None and row.host_ip.is_loopback else None
    target = PortSpec(kept, ports, PortRange.of(first.number), protocol)
    name, old, new = map(shlex.quote, (container.name, str(source), str(target)))
    return f"pmap move {name} {old} {new}"


_SIGNATURES = {
    CLOSED_AT_ONCE: "the connection is taken and closed at once",
    REFUSED: "the connection is refused",
}
"""How it shows outside that nothing listens: docker-proxy takes every connection first, and where
packets are forwarded it is the container that refuses."""


def _guessed(row: PortRow, container: Container, answer: str | None) -> Why | None:
    """What the outside tells where the inside is not known."""
    if answer not in _SIGNATURES or row.container_port is None:
        return None
    return Why(
        Cause.NOTHING_LISTENS,
        f"{_SIGNATURES[answer]}: nothing listens on {row.container_port} in the container, or only"
        " on its own loopback; what does listen cannot be seen from here",
        # By a helper in its network, for the image may have no such tool.
        f"docker run --rm --network {shlex.quote(f'container:{container.name}')} busybox"
        " netstat -ltn shows it",
    )


def before(
    row: PortRow, container: Container, view: InsideView | None, answer: str | None
) -> Why | None:
    """What is wrong between the client and an app that listens, or may."""
    if answer in {None, OPEN, SILENT}:
        return None
    name = shlex.quote(row.served_by or container.name)
    if answer == CLOSED_AT_ONCE:
        return Why(
            Cause.CLOSES,
            "the app takes the connection and closes it at once",
            f"docker logs --tail 20 {name} says why",
        )
    behind = " though the app listens" if view is not None else ""
    if answer == REFUSED:
        return Why(
            Cause.REFUSED,
            f"the engine says that it holds {row.host}, and the connection is refused{behind}:"
            " its firewall rules may have been flushed",
            "systemctl restart docker makes them anew",
        )
    if answer == TIMEOUT:
        return Why(
            Cause.DROPPED,
            f"connections to {row.host} are not answered at all{behind}: a firewall drops them,"
            " or the app is stuck",
            "pmap doctor reads the firewall",
        )
    return Why(Cause.REFUSED, f"a connect to {row.host} fails: {answer}", "pmap doctor")


def _listed(items: Sequence[str]) -> str:
    shown = items[:4]
    more = f" and {len(items) - 4} more" if len(items) > 4 else ""
    return f"{', '.join(shown)}{more}"
