"""The one composition root: the live engine and host, or the pair in memory (`--demo`)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from manager.errors import EngineUnavailable
from manager.interfaces import Engine
from manager.service import PortManager


def settings_path(environ: Mapping[str, str] = os.environ) -> Path:
    """Where a person's settings are looked for (XDG Base Directory specification)."""
    base = environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(base) / "pmap" / "config.toml"


def build(
    *,
    context: str | None = None,
    host: str | None = None,
    demo: bool = False,
    patience: float | None = None,
) -> PortManager:
    """A PortManager for the engine that the docker CLI would choose, or the demo's.

    patience: seconds that the engine may take for an answer, where not as long as it may need.
    Does not raise where no engine answers: the manager then says so in `unavailable`. Raises
    InvalidInput for a context that does not exist or settings that cannot be read.
    """
    return _demo() if demo else _live(context, host, patience)


def check_choice(context: str | None, host: str | None) -> None:
    """Whether these options and the environment name an engine at all; none is called.

    Raises InvalidInput for a context that does not exist, an address that cannot be one.
    """
    from manager.engine.endpoint import resolve_endpoint

    resolve_endpoint(context, host, os.environ)


def context_names(environ: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """The docker contexts of this user, "default" first."""
    from manager.engine.contexts import ContextStore

    return ContextStore.of(environ).names()


def _live(context: str | None, host: str | None, patience: float | None) -> PortManager:
    from manager.engine.connection import connect, resolve_endpoint
    from manager.guard import ProcessGuard
    from manager.host.clock import SystemClock
    from manager.host.ending import LiveProcesses
    from manager.host.files import LocalFiles
    from manager.host.journal_file import JournalFile
    from manager.host.live import LiveHost
    from manager.host.prober import LiveProber
    from manager.host.surroundings import LiveSurroundings

    engine: Engine | None = None
    unavailable: EngineUnavailable | None = None
    endpoint = resolve_endpoint(context, host, os.environ)
    try:
        engine = connect(endpoint, patience=patience)
    except EngineUnavailable as error:
        unavailable = error
    settings = None
    if (path := settings_path()).exists():
        # Importing pydantic costs more than all of `ls`: only where there is something to read.
        from manager.settings import load_settings

        settings = load_settings(path)
    journal = JournalFile()
    rootless = engine is not None and engine.info().rootless
    return PortManager(
        engine=engine,
        host=LiveHost(root_engine=not rootless),
        journal=journal,
        files=LocalFiles(),
        clock=SystemClock(),
        processes=LiveProcesses(),
        prober=LiveProber(),
        surroundings=LiveSurroundings(),
        guard=ProcessGuard(endpoint, journal.folder),
        settings=settings,
        unavailable=unavailable,
    )


def _demo() -> PortManager:
    from manager.engine.demo import demo_engine
    from manager.engine.demo_answers import demo_answer
    from manager.host.clock import SystemClock
    from manager.host.memory import MemoryFiles, MemoryHost, MemoryJournal
    from manager.host.memory_processes import MemoryProcesses
    from manager.host.memory_truth import MemoryProber, MemorySurroundings

    engine = demo_engine()
    host = MemoryHost(engine.listeners)
    return PortManager(
        engine=engine,
        host=host,
        journal=MemoryJournal(),
        files=MemoryFiles(),
        clock=SystemClock(),
        processes=MemoryProcesses(engine.end_neighbour),
        prober=MemoryProber(host, speaks=demo_answer),
        surroundings=MemorySurroundings(),
        settle_seconds=0.0,
    )
