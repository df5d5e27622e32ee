"""A real pmap process that publishes a port and is killed, or broken, at one of its calls.

    live_driver.py ORDERS        JSON: host, journal, container, spec, at, kind, guard, kill, pauses

At each of the calls in `pauses` it prints that call, and goes on once it has read a line: what
happens meanwhile is the other side's. In the end it prints one JSON object: the calls that were
made, and the outcome.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from functools import partial
from pathlib import Path
from typing import Any, cast

from fault_injection import Faults, FaultyEngine, FaultyJournal, Kind

from manager.change.deps import Deps, Guard, NoGuard, Patience
from manager.change.executor import apply
from manager.change.facts import gather
from manager.change.planner import plan_change
from manager.change.request import LayerChoice, Publish, SaveChoice
from manager.engine.connection import connect, resolve_endpoint
from manager.errors import PmapError
from manager.guard import ProcessGuard
from manager.host.clock import SystemClock
from manager.host.files import LocalFiles
from manager.host.journal_file import JournalFile
from manager.host.live import LiveHost
from manager.interfaces import Engine, Journal
from manager.model.portspec import PortSpec
from manager.model.snapshot import Snapshot


def _die(name: str) -> BaseException:
    os.kill(os.getpid(), signal.SIGKILL)
    return AssertionError(f"still alive after {name}")


def _pause(point: str) -> None:
    print(point, flush=True)
    sys.stdin.readline()


def run(orders: dict[str, Any]) -> dict[str, Any]:
    """Plan, then apply with one fault; what came of it."""
    endpoint = resolve_endpoint(None, orders["host"], os.environ)
    live = connect(endpoint)
    folder = Path(orders["journal"])
    faults = Faults(orders.get("at"), Kind(orders.get("kind", Kind.CRASH_AFTER)))
    if orders.get("kill", True):
        faults.fail = _die
    for point in orders.get("pauses", ()):
        faults.hooks[point] = partial(_pause, point)
    host = LiveHost()
    guard: Guard = ProcessGuard(endpoint, folder) if orders.get("guard") else NoGuard()
    deps = Deps(
        engine=cast("Engine", FaultyEngine(live, faults)),
        host=host,
        journal=cast("Journal", FaultyJournal(JournalFile(folder), faults)),
        clock=SystemClock(),
        files=LocalFiles(),
        snapshot=lambda: Snapshot(live.info(), live.containers(), host.listeners()),
        guard=guard,
        patience=Patience(answer=10.0, settle=float(orders.get("settle", 0.2))),
    )
    request = Publish(
        container=orders["container"],
        specs=(PortSpec.parse(orders["spec"]),),
        save=SaveChoice.NO,
        layer=LayerChoice(orders.get("layer", "ask")),
        auto_remove=bool(orders.get("rm")),
    )
    snapshot = deps.snapshot()
    try:
        plan = plan_change(snapshot, request, gather(live, host, snapshot, request))
        outcome = apply(plan, deps)
    except KeyboardInterrupt:
        return {"points": faults.points, "status": "interrupted"}
    except PmapError as refusal:
        # NoSuchContainer too: between two renames the winner's container bears its name for nobody.
        return {"points": faults.points, "status": "refused", "reason": refusal.message}
    return {
        "points": faults.points,
        "status": outcome.status if outcome.steps else "nothing to do",
        "reason": outcome.reason,
        "downtime_ms": outcome.downtime_ms,
        "warnings": outcome.warnings,
        "differences": outcome.differences,
    }


if __name__ == "__main__":
    print(json.dumps(run(json.loads(sys.argv[1]))))
