"""The output of a container that is replaced, which an engine deletes together with it."""

from __future__ import annotations

from manager.change.entry import Entry, Member
from manager.interfaces import EngineReader, Journal


def keep_logs(engine: EngineReader, journal: Journal, entry: Entry, member: Member) -> str:
    """Write all that a member's old container has written to a file; where that is.

    Raises PmapError, and then no half of it is kept: the container must stay until it is done.
    """
    return journal.keep_log(entry.tx, member.name, engine.log_stream(member.old_id))
