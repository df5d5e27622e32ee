"""A pytest plugin: tests against real Docker engines.

A test that takes `live_engine` runs once on each engine version, inside that
engine's network namespace: ports it binds, containers publish and threads or
programs it starts all meet there, and never the machine's own. `prefix` gives
names that are the test's alone, and removes what bears them afterwards.

    def test_publishes(live_engine: LiveEngine, prefix: str) -> None: ...

    @pytest.mark.parametrize("live_engine", ["28.5"], indirect=True)
    def test_only_today(live_engine: LiveEngine) -> None: ...

Tests on one engine take turns, also those of other sessions: they may bind the
same ports. With xdist, `--dist loadgroup` gives each engine a worker.

An engine that runs already is used and left running; one that this session
started ends with it, unless PMAP_KEEP_ENGINES is set. Where no engine is
possible the tests are skipped, in CI they fail. Files of /sys keep showing the
network that the test began in: only /proc and sockets move.
"""

import ctypes
import os
import re
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import engine_daemon
import pytest
from engine_http import Api
from engine_layout import RECIPES, Engine, NoEngineError, engine_named, engines_dir
from engine_packages import locked

OTHER_ENGINES = ("test_podman_live", "test_rootless_live")
KEEP_VARIABLE = "PMAP_KEEP_ENGINES"
CLONE_NEWNET = 0x40000000


_UNIQUE = re.compile(r"t[0-9a-f]{6}-")
"""How the names begin of what a test makes."""


@dataclass(frozen=True, slots=True)
class LiveEngine:
    """A running engine: its version as asked for, DOCKER_HOST value, namespace and folder."""

    version: str
    host: str
    netns: Path
    dir: Path

    @property
    def api(self) -> Api:
        """The engine's own word, through a client that the product does not use."""
        return Api(self._engine.socket)

    @property
    def _engine(self) -> Engine:
        return engine_named(self.version, self.dir)

    def kill(self) -> None:
        """SIGKILL the daemon; its containers' processes go on without it."""
        engine_daemon.kill(self._engine)

    def start(self) -> None:
        """Start the daemon again after `kill`, and wait until it answers."""
        engine_daemon.start(self._engine)

    def restart(self) -> None:
        """Stop the daemon as an upgrade does, and start it again."""
        engine_daemon.restart(self._engine)


@dataclass(slots=True)
class _Session:
    """The engines of one test session: started when first asked for, refused once."""

    users: dict[Engine, int] = field(default_factory=dict)
    started: set[Engine] = field(default_factory=set)
    refused: dict[Engine, str] = field(default_factory=dict)

    def engine(self, version: str) -> LiveEngine:
        """The engine of this version, up; skip or fail the test where there can be none."""
        engine = engine_named(version, engines_dir())
        if engine not in self.refused:
            self._see_it_up(engine)
        if engine in self.refused:
            no_engine(self.refused[engine])
        assert engine.netns is not None
        return LiveEngine(version, engine.host, engine.netns, engine.dir)

    def _see_it_up(self, engine: Engine) -> None:
        known = engine in self.users
        if not known:
            self.users[engine] = engine_daemon.in_use(engine)
        answers = Api(engine.socket).ping()
        if known and answers:
            return
        try:
            engine_daemon.up(engine)
        except NoEngineError as error:
            self.refused[engine] = str(error)
            return
        if not answers:
            self.started.add(engine)
            # What a session left that was killed.
            Api(engine.socket).remove_where(_UNIQUE.match)

    def end(self) -> None:
        """End the engines that this session started and nobody else uses."""
        keep = bool(os.environ.get(KEEP_VARIABLE))
        for engine, descriptor in self.users.items():
            engine_daemon.leave(engine, descriptor, end=engine in self.started and not keep)


def no_engine(reason: str) -> NoReturn:
    """Skip the test where this machine cannot give what it needs; in CI, fail it."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"no engine possible here: {reason}", pytrace=False)
    pytest.skip(f"no engine possible here: {reason}")


@contextmanager
def network_of(netns: Path) -> Iterator[None]:
    """Move the calling thread into a network namespace, and back.

    It must be the main thread: /proc/net shows what that one sees, and threads
    and programs started from now on inherit it.
    """
    if threading.get_native_id() != os.getpid():
        pytest.fail("live tests need the main thread", pytrace=False)
    with open("/proc/self/ns/net") as before, netns.open() as wanted:
        _enter(wanted.fileno())
        try:
            yield
        finally:
            _enter(before.fileno())


def _enter(descriptor: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(descriptor, CLONE_NEWNET):
        code = ctypes.get_errno()
        raise OSError(code, f"setns: {os.strerror(code)}")


@pytest.fixture(scope="session")
def engine_host() -> Iterator[Callable[[str], LiveEngine]]:
    """Give an engine by its version, started when it does not run; the test is not moved."""
    session = _Session()
    yield session.engine
    session.end()


@pytest.fixture(params=list(RECIPES))
def live_engine(
    request: pytest.FixtureRequest, engine_host: Callable[[str], LiveEngine]
) -> Iterator[LiveEngine]:
    """Each engine; the test runs in its network, and no other test on it meanwhile."""
    engine = engine_host(request.param)
    with locked(engine.dir / f"{engine.version}.turn"), network_of(engine.netns):
        yield engine


@pytest.fixture
def prefix(live_engine: LiveEngine) -> Iterator[str]:
    """A beginning for the names of what the test makes; all of that is removed afterwards."""
    unique = f"t{secrets.token_hex(3)}-"
    assert _UNIQUE.match(unique)
    yield unique
    if not live_engine.api.ping():
        live_engine.start()
    live_engine.api.remove_named(unique)


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line("markers", "live: needs a real Docker engine")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the live tests, before -m looks at the marks."""
    for item in items:
        if isinstance(item, pytest.Function) and "live_engine" in item.fixturenames:
            item.add_marker(pytest.mark.live)


def engine_in(nodeid: str) -> str | None:
    """The engine version among a test's parameters, from its id `file::test[28.5-more]`.

    Or the file, where all of it is about one other engine, which one session at a time can have.
    """
    other = next((name for name in OTHER_ENGINES if name in nodeid), None)
    parameters = nodeid.partition("[")[2].rpartition("]")[0].split("-")
    return other or next((version for version in RECIPES if version in parameters), None)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Keep the tests of one engine in one xdist worker, with --dist loadgroup.

    A mark would say the same in fewer words, but xdist 3.8 does not see it
    under pytest 9.2: the node ids, through which it passes groups, are fixed.
    """
    if config.getoption("dist") != "loadgroup":
        return None
    from xdist.scheduler import LoadGroupScheduling  # type: ignore[import-untyped, unused-ignore]

    class ByEngine(LoadGroupScheduling):  # type: ignore[misc, unused-ignore]
        def _split_scope(self, nodeid: str) -> str:
            return engine_in(nodeid) or str(super()._split_scope(nodeid))

    return ByEngine(config, log)
