"""When a started container counts as there: not by the engine's word alone, and not too late."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from fault_injection import Faults
from fault_worlds import MemoryWorld

from manager.change.deps import Deps, Patience
from manager.change.executor import apply
from manager.change.plan import Outcome, Status
from manager.engine.memory_admin import die
from manager.host.memory import FakeClock, MemoryHost
from manager.interfaces import ConnectResult
from manager.model.listener import HostSocket
from manager.model.ports import IPAddress

SECOND = 1_000_000_000


class Watched(FakeClock):
    """A clock that lets something happen whenever somebody waits."""

    def __init__(self) -> None:
        super().__init__()
        self.meanwhile: Callable[[], None] = lambda: None

    def wait(self, seconds: float) -> None:
        super().wait(seconds)
        self.meanwhile()


class AppHost(MemoryHost):
    """A host that sees what listens in containers: `inside` by pid, asked anew each time."""

    listening: Callable[[int], tuple[HostSocket, ...] | None] = staticmethod(lambda pid: None)

    def listening_inside(self, pid: int) -> tuple[HostSocket, ...] | None:
        return self.listening(pid)


@dataclass
class App:
    """A world whose app answers as told."""

    answer: str = "open"
    world: MemoryWorld = field(default_factory=MemoryWorld)
    clock: Watched = field(default_factory=Watched)

    def __post_init__(self) -> None:
        self.host = AppHost(self.world.engine.listeners, answers=self.connect)
        self.old_pid = self.world.before["web"]["State"]["Pid"]

    def connect(self, address: IPAddress, port: int) -> ConnectResult:
        return ConnectResult(address, port, self.answer, 0.0)

    def listens(self, *, before: bool, after: bool | None) -> None:
        """Whether something listens on 80 inside, in the old container and in the new one."""
        sockets = (HostSocket(None, 80),)

        def inside(pid: int) -> tuple[HostSocket, ...] | None:
            listening = before if pid == self.old_pid else after
            return None if listening is None else sockets if listening else ()

        self.host.listening = inside

    def publish(self) -> Outcome:
        deps = self.world.deps(Faults())
        made = Deps(
            engine=self.world.engine,
            host=self.host,
            journal=deps.journal,
            clock=self.clock,
            files=deps.files,
            snapshot=deps.snapshot,
            patience=Patience(answer=5.0),
        )
        return apply(self.world.plan(), made)


def test_an_app_that_answers_at_once() -> None:
    app = App()
    app.listens(before=True, after=True)
    outcome = app.publish()
    assert (outcome.status, outcome.warnings) == (Status.APPLIED, ())
    assert outcome.downtime_ms == 0


def test_an_app_that_takes_its_time() -> None:
    app = App("closed-at-once")
    app.listens(before=True, after=False)
    started = app.clock.monotonic()

    def after_two_seconds() -> None:
        if app.clock.monotonic() - started >= 2:
            app.answer = "open"

    app.clock.meanwhile = after_two_seconds
    outcome = app.publish()
    assert (outcome.status, outcome.warnings) == (Status.APPLIED, ())
    assert outcome.downtime_ms is not None
    assert 2000 <= outcome.downtime_ms < 3000


@pytest.mark.parametrize("answer", ["closed-at-once", "refused", "timeout"])
def test_an_app_that_does_not_come_back_is_rolled_back(answer: str) -> None:
    app = App(answer)
    app.listens(before=True, after=False)
    outcome = app.publish()
    assert outcome.status is Status.ROLLED_BACK
    assert "does not answer as it did before, 5 s after the start" in outcome.reason
    assert list(app.world.violations()) == []


def test_an_app_that_never_listened_is_only_a_warning() -> None:
    app = App("closed-at-once")
    app.listens(before=False, after=False)
    outcome = app.publish()
    assert outcome.status is Status.APPLIED
    assert "nothing listens on 80/tcp in the container right now" in outcome.plan.warnings
    assert (
        "127.0.0.1:62893 -> 80/tcp does not answer: nothing listens behind it in the container"
        in outcome.warnings
    )


def test_an_app_that_hangs_up_by_itself_is_only_a_warning() -> None:
    app = App("closed-at-once")
    app.listens(before=True, after=True)
    outcome = app.publish()
    assert outcome.status is Status.APPLIED
    assert "the app takes the connection and closes it at once" in outcome.warnings[-1]


def test_where_nobody_can_look_inside_what_answered_before_must_answer() -> None:
    app = App("open")
    app.clock.meanwhile = lambda: None
    assert app.publish().status is Status.APPLIED
    silent = App("refused")
    outcome = silent.publish()
    assert outcome.status is Status.APPLIED
    assert any("connections are refused" in warning for warning in outcome.warnings)


def test_an_engine_that_ignores_a_port_is_not_believed() -> None:
    """Seen on 29.1: start succeeds, and nothing is published."""
    app = App()
    engine = app.world.engine
    start = engine.start

    def start_without_ports(container_id: str) -> None:
        start(container_id)
        record = engine.store.containers[container_id]
        if record["Name"] == "/web" and container_id != app.world.before["web"]["Id"]:
            record["NetworkSettings"]["Ports"] = {"80/tcp": None}

    engine.start = start_without_ports  # type: ignore[method-assign]
    outcome = app.publish()
    assert outcome.status is Status.ROLLED_BACK
    assert "the engine does not hold 127.0.0.1:7001 -> 80/tcp" in outcome.reason
    assert list(app.world.violations()) == []


@pytest.mark.parametrize(
    ("policy", "reason"),
    [
        ("always", "it does not stay up: the engine restarted it 1 times already"),
        (
            "no",
            "it did not stay up, exit code 1; its last words: starting | no \\x1b[2J table",
        ),
    ],
)
def test_a_new_one_that_dies_is_rolled_back(policy: str, reason: str) -> None:
    app = App()
    engine = app.world.engine
    old_id = app.world.before["web"]["Id"]
    engine.set_restart_policy(old_id, {"Name": policy, "MaximumRetryCount": 0})
    app.world.before = app.world.records()

    def dies() -> None:
        web = app.world.records()["web"]
        if web["Id"] != old_id:
            engine.store.logs[web["Id"]] = "starting\nno \x1b[2J table\n"
            app.clock.meanwhile = lambda: None
            die(engine.store, "web")

    app.clock.meanwhile = dies
    outcome = app.publish()
    assert outcome.status is Status.ROLLED_BACK
    assert outcome.reason == reason
    assert list(app.world.violations()) == []


def with_health(app: App, *verdicts: str) -> None:
    """Have a health check, whose verdicts come one at each wait, the last one for good."""
    store = app.world.engine.store
    check = {"Test": ["CMD", "true"], "Interval": SECOND, "Timeout": SECOND, "StartPeriod": SECOND}
    old = store.containers[app.world.before["web"]["Id"]]
    old["Config"]["Healthcheck"] = check
    old["State"]["Health"] = {"Status": "healthy"}
    app.world.before = app.world.records()
    left = list(verdicts)

    def probe() -> None:
        for record in store.containers.values():
            if record["Name"] == "/web":
                status = left.pop(0) if len(left) > 1 else left[0]
                log: list[dict[str, Any]] = [{"Output": "cannot connect\n"}]
                record["State"]["Health"] = {"Status": status, "Log": log}

    app.clock.meanwhile = probe


def test_a_health_check_is_waited_for() -> None:
    app = App()
    with_health(app, "starting", "starting", "starting", "healthy")
    outcome = app.publish()
    assert (outcome.status, outcome.warnings) == (Status.APPLIED, ())


def test_unhealthy_is_rolled_back() -> None:
    app = App()
    with_health(app, "starting", "unhealthy")
    outcome = app.publish()
    assert outcome.status is Status.ROLLED_BACK
    assert outcome.reason == "its health check says unhealthy: cannot connect"


def test_no_verdict_in_time_is_only_a_warning() -> None:
    app = App()
    with_health(app, "starting")
    outcome = app.publish()
    assert outcome.status is Status.APPLIED
    assert "its health check: no verdict yet" in outcome.warnings
