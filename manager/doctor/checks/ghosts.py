"""docker-proxy and its like that hold a port which no container has any more."""

from __future__ import annotations

from collections.abc import Iterator

from manager.doctor.check import Check
from manager.doctor.examination import Examination
from manager.doctor.result import Remark, failed, passed
from manager.model.conflict import LEFTOVER, all_holders


def _look(facts: Examination) -> Iterator[Remark]:
    if not facts.ours:
        return
    snapshot = facts.snapshot
    ghosts = [holder for holder in all_holders(snapshot) if holder.note == LEFTOVER]
    for ghost in ghosts:
        who = f"{ghost.process.name} {ghost.process.pid}" if ghost.process else "a proxy"
        yield failed(
            f"{who} holds {ghost.socket}, and no container has that port",
            "systemctl restart docker (it restarts the containers, unless live-restore is set)",
        )
    if not ghosts:
        hidden = any(listener.process is None for listener in snapshot.listeners or ())
        but = " (only root sees them all)" if hidden else ""
        yield passed(f"no proxy holds a port without a container{but}")


CHECK = Check("ghosts", "Ghost proxies", _look)
