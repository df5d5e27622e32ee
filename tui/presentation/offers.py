"""Which changes make sense for a row, and why another does not."""

from __future__ import annotations

from manager.model.exposure import Exposure
from manager.model.rows import Source
from tui.presentation.entry import Entry

CHANGES = ("publish", "move", "loopback", "unpublish")


def why_not(action: str, entry: Entry | None) -> str:
    """Why the action cannot be done on that row; empty when it can."""
    if action == "publish":
        return ""
    if entry is None:
        return "no row is selected"
    row = entry.row
    if row.source is Source.COMPOSE_FILE:
        return "it is only written in a file: docker compose up makes it real"
    if row.container is None:
        return f"{entry.owner} is no container: change its own configuration"
    if entry.bare:
        return f"{entry.owner} publishes nothing yet"
    if row.source is Source.HOST_NETWORK:
        return f"{entry.owner} uses the host's network: change the port in the app itself"
    if action == "loopback" and row.exposure is Exposure.LOOPBACK:
        return f"{entry.address}:{entry.port} is on loopback already"
    return ""


def offered(entry: Entry | None) -> tuple[str, ...]:
    """The names of the changes that can be made from this row, most urgent first."""
    able = [name for name in CHANGES if not why_not(name, entry)]
    if entry is not None and entry.exposed and "loopback" in able:
        able.insert(0, able.pop(able.index("loopback")))
    if entry is not None and entry.conflicts and "move" in able:
        able.insert(0, able.pop(able.index("move")))
    return tuple(able)
