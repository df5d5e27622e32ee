"""What a container itself says of its ports: what listens in it, and why it did not start."""

from __future__ import annotations

import re
from collections.abc import Iterable

from manager.errors import EngineError, NoSuchContainer
from manager.interfaces import EngineReader, Host
from manager.model.container import Container
from manager.model.listener import HostSocket
from manager.model.ports import Port
from manager.model.sharing import shared_networks

_ENDPOINT = re.compile(r".*endpoint \S+ \([0-9a-f]+\): ", re.DOTALL)
"""What engines write before the cause of a port that could not be taken."""


def listening_in(
    engine: EngineReader, host: Host, container: Container
) -> tuple[HostSocket, ...] | None:
    """What listens in a container's network; None where this host cannot see into it.

    Seen through the /proc of its init process, so only on the engine's own host. A container
    that shares another's network has that one's listeners. Raises EngineError.
    """
    if not container.state.holds_ports or not engine.info().local:
        return None
    pid = container.pid or _pid(engine, container)
    return host.listening_inside(pid) if pid else None


def served_by_others(
    engine: EngineReader, host: Host, containers: Iterable[Container]
) -> dict[str, dict[Port, str]]:
    """Who listens behind the ports of containers whose network others live in.

    Names of those others, by the id of the network's owner and the container port; what is not
    seen is left out. Only on the engine's own host. Raises EngineError.
    """
    known = {container.id: container for container in containers}
    owners = [known[key] for key in shared_networks(known.values())]
    published = [owner for owner in owners if owner.published]
    if not published or not engine.info().local:
        return {}
    found: dict[str, dict[Port, str]] = {}
    for owner in published:
        pid = owner.pid or _pid(engine, owner)
        serving = host.serving_inside(pid) if pid else {}
        found[owner.id] = {
            port: known[key].name
            for port, keys in serving.items()
            for key in keys
            if key in known and key != owner.id
        }
    return found


def _pid(engine: EngineReader, container: Container) -> int | None:
    """Its init process, which the list of containers does not tell."""
    try:
        return engine.decode(engine.record(container.id)).pid
    except NoSuchContainer:
        return None


def start_error(engine: EngineReader, container: Container) -> str:
    """What the engine said when the container did not start, in its own words.

    Empty where it said nothing, or cannot be asked.
    """
    try:
        record = engine.record(container.id)
    except (NoSuchContainer, EngineError):
        return ""
    state = record.get("State")
    said = str(state.get("Error") or "") if isinstance(state, dict) else ""
    return _ENDPOINT.sub("", said).strip()
