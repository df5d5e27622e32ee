"""Break changes on a real engine in every way that recreate's facts name, and count."""

from __future__ import annotations

import random
import secrets
import signal
import socket
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from fault_injection import Kind
from fault_tally import Tally
from live_world import LiveWorld, wait_until_answers
from pytest_engines import LiveEngine
from small_disk import small_disk

from manager.change.recover import recover
from manager.engine.connection import connect, resolve_endpoint
from manager.host.clock import SystemClock
from manager.host.files import LocalFiles
from manager.host.journal_file import JournalFile

STEPS = ("create 1", "stop 1", "set_restart_policy 1", "rename 1", "rename 2", "start 1")
BREAKS = {
    Kind.ERROR_BEFORE: "call answered with an error",
    Kind.ERROR_AFTER: "call done, answered with an error",
    Kind.CUT_BEFORE: "connection cut before the call",
    Kind.CUT_AFTER: "call done, answer lost",
    Kind.AWAY: "engine away for 5 calls",
    Kind.INTERRUPT_BEFORE: "Ctrl-C before the call",
    Kind.INTERRUPT_AFTER: "Ctrl-C after the call",
}
"""What a call may come to, in the words of the table."""

TAKES = 3.0
"""About how long a change takes, in seconds: random kills fall within."""


@dataclass(slots=True)
class LiveFaults:
    """All injections on one engine; every `stride`-th call is broken."""

    engine: LiveEngine
    folder: Path
    stride: int = 1
    tally: Tally = field(default_factory=Tally)
    traits: dict[str, Any] = field(default_factory=dict)
    world: LiveWorld = field(init=False)

    def run(self, say: Callable[[str], None]) -> Tally:
        """Every kind in turn."""
        self.renew()
        points = self.measure()
        kinds: dict[str, Callable[[], None]] = {
            "kill -9, then recover": lambda: self.killed(points),
            "kill -9, watchdog alone": lambda: self.watched(points),
            "kill -9 at a random moment": self.killed_at_random,
            **{words: partial(self.broken, points, fault) for fault, words in BREAKS.items()},
            "dockerd restarted, pmap killed": lambda: self.engine_gone(self.engine.restart),
            "dockerd killed, pmap killed": lambda: self.engine_gone(self._kill_engine),
            "dockerd restarted under pmap": lambda: self.engine_away(self.engine.restart),
            "dockerd killed under pmap": lambda: self.engine_away(self._kill_engine),
            "everything stopped is pruned": self.pruned,
            "port taken before the start": self.stolen,
            "the new one crashes": lambda: self.moody("up"),
            "the new one is unhealthy": lambda: self.moody("well"),
            "disk full for the journal": lambda: self.full(points),
            "20 at once": self.crowd,
        }
        for kind, inject in kinds.items():
            say(kind)
            inject()
        self.engine.api.remove_named(self.world.prefix)
        return self.tally

    def renew(self, **traits: Any) -> None:
        """A new container, where the last one has changed, or another kind is wanted."""
        self.traits |= traits
        if hasattr(self, "world"):
            self.engine.api.remove_named(self.world.prefix)
        prefix = f"t{secrets.token_hex(3)}-"
        self.world = LiveWorld(
            self.engine.api,
            self.engine.host,
            prefix,
            self.folder / prefix.strip("-"),
            **self.traits,
        )
        self.world.make()

    def measure(self) -> list[str]:
        """The calls of a change that nothing disturbs, and how long it is down."""
        points: list[str] = []
        for _ in range(5 if self.stride == 1 else 1):
            said = self.world.driven(guard=True)
            assert said["status"] == "applied", said
            points = said["points"]
            self.tally.took("down, undisturbed", said["downtime_ms"] / 1000)
            self.renew()
        return points

    def check(self, kind: str, where: str, *wrong: str) -> None:
        """Count one injection, and have the container as it was for the next."""
        found = [*wrong, *self.world.violations()]
        self.tally.add(kind, where, found)
        if found or self.world.is_new or "gone" in where:
            self.renew()

    def recover(self) -> None:
        """What `pmap recover` does."""
        engine = connect(resolve_endpoint(None, self.world.host, {}))
        try:
            recover(JournalFile(self.world.journal), engine, LocalFiles(), SystemClock())
        finally:
            engine.close()

    def killed(self, points: list[str]) -> None:
        """Killed after each call, also those that only read; then somebody types recover."""
        for point in points[:: self.stride]:
            self.world.driven(at=point, kind=Kind.CRASH_AFTER)
            self.recover()
            port = self.world.new_port if self.world.is_new else self.world.old_port
            wait_until_answers(port, 30)
            self.check("kill -9, then recover", point)

    def watched(self, points: list[str]) -> None:
        """Killed after each step, and nobody comes."""
        for point in [p for p in points if p in STEPS][:: self.stride]:
            self.world.driven(at=point, kind=Kind.CRASH_AFTER, guard=True)
            took = wait_until_answers(self.world.old_port, 30)
            self.tally.took("back after kill -9 with the watchdog", took)
            self.world.wait_for_watchdog()
            self.check("kill -9, watchdog alone", point)

    def killed_at_random(self) -> None:
        """Killed at any moment, and nobody comes."""
        for _ in range(30 // self.stride):
            moment = random.uniform(0.2, TAKES)
            process = self.world.drive(guard=True)
            time.sleep(moment)
            process.send_signal(signal.SIGKILL)
            process.communicate()
            self.world.wait_for_watchdog()
            self.check("kill -9 at a random moment", f"{moment:.2f} s")

    def broken(self, points: list[str], kind: Kind) -> None:
        """Each call fails; pmap itself goes on, and finds the way back."""
        for point in points[:: self.stride]:
            said = self.world.driven(at=point, kind=kind, kill=False, guard=True)
            self.world.wait_for_watchdog()
            self.recover()
            self.check(BREAKS[kind], point, *([] if said else ["it said nothing"]))

    def engine_gone(self, away: Callable[[], None]) -> None:
        """The engine goes and comes back after pmap was killed at each step."""
        kind = "dockerd killed, pmap killed"
        if away == self.engine.restart:
            kind = "dockerd restarted, pmap killed"
        for point in STEPS[:: self.stride]:
            self.world.driven(at=point, kind=Kind.CRASH_AFTER)
            away()
            self.recover()
            wait_until_answers(self.world.old_port, 30)
            self.check(kind, point)

    def engine_away(self, away: Callable[[], None]) -> None:
        """The engine goes and comes back before each step, and pmap has to make do."""
        kind = "dockerd killed under pmap"
        if away == self.engine.restart:
            kind = "dockerd restarted under pmap"
        for point in STEPS[:: self.stride]:
            said = self.world.driven({point: away}, kill=False, guard=True)
            self.world.wait_for_watchdog()
            self.recover()
            wait_until_answers(self.world.old_port, 30)
            self.check(kind, point, *([] if said else ["it said nothing"]))

    def _kill_engine(self) -> None:
        self.engine.kill()
        self.engine.start()

    def pruned(self) -> None:
        """Somebody prunes what does not run, while pmap lies dead."""
        for point in ("stop 1", "rename 1", "rename 2", "start 1"):
            self.world.driven(at=point, kind=Kind.CRASH_AFTER)
            self._prune()
            self.recover()
            port = self.world.new_port if self.world.is_new else self.world.old_port
            wait_until_answers(port, 30)
            # All that did not run is gone for good, the stranger too: only the service is asked.
            volumes = [self.world.run_inside(f"cat {f}/mark") for f in ("/anonymous", "/data")]
            wrong = [] if volumes == ["mine", "mine"] else [f"volumes hold {volumes}"]
            self.tally.add("everything stopped is pruned", point, wrong)
            self.renew()

    def _prune(self) -> None:
        for name, container_id in self.world.all_ids().items():
            if not self.world.inspect(name)["State"]["Running"]:
                self.engine.api.call("DELETE", f"/containers/{container_id}")

    def stolen(self) -> None:
        """A process binds the port after the last look at it."""
        for point in ("create 1", "stop 1", "rename 2", "start 1"):
            with closing(socket.socket()) as thief:
                said = self.world.driven({point: partial(self._steal, thief)}, kill=False)
            wrong = [] if said.get("status") == "rolled-back" else [f"it said {said}"]
            self.check("port taken before the start", point, *wrong)

    def _steal(self, thief: socket.socket) -> None:
        thief.bind(("127.0.0.1", self.world.new_port))
        thief.listen()

    def moody(self, mood: str) -> None:
        """The new one does not do as the old one did; that one has to come back."""
        kind = "the new one crashes" if mood == "up" else "the new one is unhealthy"
        self.renew(moody=True)
        for _ in range(4 // min(self.stride, 4)):
            file = self.world.mood / mood
            said = self.world.driven({"start 1": file.unlink, "start 2": file.touch}, kill=False)
            wrong = [] if said.get("status") == "rolled-back" else [f"it said {said}"]
            wait_until_answers(self.world.old_port, 30)
            self.check(kind, said.get("reason", ""), *wrong)
        self.renew(moody=False)

    def full(self, points: list[str]) -> None:
        """The disk that the journal is on fills up before each write of it."""
        for point in [p for p in points if p.startswith("journal")][:: self.stride]:
            with small_disk(self.world.journal) as disk:
                said = self.world.driven({point: disk.fill}, kill=False, guard=True)
                self.world.wait_for_watchdog()
                disk.empty()
                self.recover()
                self.check("disk full for the journal", point, *([] if said else ["no words"]))
        self.renew()

    def crowd(self) -> None:
        """Twenty want the same: one wins, the others say why."""
        for _ in range(2):
            wrong = _one_won(self.world.crowd(20, [self.world.name]))
            self.check("20 at once on one container", "", *wrong)
            rivals = self.world.rivals(5)
            wrong = _one_won(self.world.crowd(20, rivals))
            wrong += [] if len(held := self.world.holders()) == 1 else [f"{held} hold it"]
            wrong += [] if set(self.world.all_ids()) == set(self.world.others) else ["leftovers"]
            self.tally.add("20 at once for one port", "", wrong)
            self.renew()


def _one_won(said: list[dict[str, Any]]) -> list[str]:
    winners = sum(each.get("status") == "applied" for each in said)
    wrong = [] if winners == 1 else [f"{winners} of {len(said)} won"]
    silent = [each for each in said if each.get("status") != "applied" and not each.get("reason")]
    # One that begins late finds that it is so already.
    return wrong + [f"said {each}" for each in silent if each.get("status") != "nothing to do"]
