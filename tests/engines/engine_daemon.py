"""Start, stop, kill and ask one engine.

Nothing here sleeps for a fixed time: each step polls for what it waits for,
with a deadline, and a daemon that fails is reported with its last log lines.
"""

import fcntl
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import engine_hostnet
import engine_images
from engine_command import command, environment
from engine_http import Api
from engine_layout import Engine, EngineError, NoEngineError
from engine_packages import fetch, locked
from engine_process import (
    clear,
    daemon_pid,
    drop_namespace,
    inside,
    kill_all,
    make_namespace,
    processes,
    signal_to,
    wait_until,
)

START_SECONDS = 60.0
HANG_SECONDS = 10.0
GONE_SECONDS = 1.0
LOG_LINES = 15


@dataclass(frozen=True, slots=True)
class Running:
    """What `up` and `status` say of an engine; null where it does not run."""

    name: str
    version: str | None
    host: str
    netns: str | None
    pid: int | None


def require_possible(engine: Engine) -> None:
    """Raise NoEngineError when this machine cannot run engines, before anything is done."""
    _require_root()
    missing = [
        tool for tool in ("nsenter", "unshare", "setsid", "umount") if not shutil.which(tool)
    ]
    if missing:
        raise NoEngineError(f"missing on this machine: {', '.join(missing)}")
    if engine.host_network:
        engine_hostnet.require_free(engine)


def _require_root() -> None:
    if os.geteuid() != 0:
        raise NoEngineError("only root may start and end a Docker daemon")


@contextmanager
def held(engine: Engine) -> Iterator[None]:
    """Let one command at a time work on the engine."""
    _require_root()
    engine.dir.mkdir(parents=True, exist_ok=True)
    ignore = engine.dir / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n")
    with locked(engine.dir / f"{engine.name}.lock"):
        yield


def up(engine: Engine) -> Running:
    """See that the engine runs and has its images; do only what is missing."""
    require_possible(engine)
    with held(engine):
        fetch(engine)
        _start(engine)
        engine_images.load(engine)
    return state(engine)


def start(engine: Engine) -> Running:
    """Start the daemon on what is there, as after a crash: containers left are its business."""
    require_possible(engine)
    if not engine.packages.is_dir():
        raise EngineError(f"{engine.name} was never up here")
    with held(engine):
        _start(engine)
    return state(engine)


def kill(engine: Engine) -> None:
    """SIGKILL the daemon alone, as the kernel does when memory ends."""
    with held(engine):
        pid = daemon_pid(engine)
        if pid is None:
            raise EngineError(f"{engine.name} does not run")
        signal_to(pid, signal.SIGKILL)
        daemons = {"dockerd", "containerd"}  # the second dies of the first one's death
        if not wait_until(lambda: daemons.isdisjoint(processes(engine).values()), 10):
            raise EngineError(f"{engine.name}'s daemon {pid} does not end")


def restart(engine: Engine) -> Running:
    """Stop the daemon in its own time, which ends the containers, and start it again."""
    with held(engine):
        _stop_daemon(engine, seconds=30)
        _start(engine)
    return state(engine)


def down(engine: Engine, *, purge: bool = False) -> None:
    """End the engine and all its traces; its data stays unless purged, its packages always."""
    with held(engine):
        _stop_daemon(engine, seconds=4)
        kill_all(engine)
        clear(engine)
        drop_namespace(engine)
        if engine.host_network:
            engine_hostnet.put_back(engine)
        if purge:
            shutil.rmtree(engine.home, ignore_errors=True)


def state(engine: Engine) -> Running:
    """What the engine is now."""
    api = Api(engine.socket)
    version = api.get("/version")["Version"].partition("+")[0] if api.ping() else None
    netns = engine.netns if engine.netns and engine.netns.exists() else None
    return Running(
        engine.name, version, engine.host, str(netns) if netns else None, daemon_pid(engine)
    )


def in_use(engine: Engine) -> int:
    """Say that this process uses the engine, until `leave` is given what this returns.

    Said before `up`: it waits while the last user before is just ending the engine.
    """
    engine.dir.mkdir(parents=True, exist_ok=True)
    path = engine.dir / f"{engine.name}.users"
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC)
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    return descriptor


def leave(engine: Engine, descriptor: int, *, end: bool) -> None:
    """Say that this process is done with the engine; `end` it unless others use it."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if end:
            down(engine)
    except BlockingIOError:
        return  # the others' business now
    finally:
        os.close(descriptor)


def _start(engine: Engine) -> None:
    """Start the daemon and wait until it answers, unless it does already."""
    api = Api(engine.socket)
    make_namespace(engine, engine_images.busybox(engine))
    if daemon_pid(engine) and not wait_until(api.ping, HANG_SECONDS):
        kill_all(engine)
    if api.ping():
        return
    _forget_dead(engine)
    if engine.host_network:
        engine_hostnet.remember(engine)
    with engine.log.open("a") as log:
        # setsid forks: init, not this process, is the daemon's parent and reaps it.
        subprocess.run(
            ["setsid", "--fork", *inside(engine, command(engine))],
            env=environment(engine),
            cwd="/",
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    ended = False
    seen = time.monotonic()

    def answers_or_ended() -> bool:
        # While a process becomes another program its environment cannot be read: it is gone
        # only when it is not seen for longer than that takes.
        nonlocal ended, seen
        if processes(engine):
            seen = time.monotonic()
        ended = time.monotonic() - seen > GONE_SECONDS
        return ended or api.ping()

    if not wait_until(answers_or_ended, START_SECONDS) or ended:
        how = "ended at once" if ended else f"does not answer after {START_SECONDS:.0f} s"
        last = "\n".join(engine.log.read_text().splitlines()[-LOG_LINES:])
        raise EngineError(f"{engine.name}'s daemon {how}; its log is {engine.log}:\n{last}")


def _forget_dead(engine: Engine) -> None:
    """Make ready for a start: no trace of dead processes may pass for a living one.

    A killed process stays a zombie until its parent looks, and a pid comes
    round again: dockerd would wait long for a containerd that is either.
    """
    living = processes(engine)
    if not living:
        clear(engine)
    engine.run.mkdir(parents=True, exist_ok=True)
    engine.data.mkdir(parents=True, exist_ok=True)
    if "dockerd" not in living.values():
        (engine.run / "dockerd.pid").unlink(missing_ok=True)
    if "containerd" not in living.values():
        (engine.run / "containerd/containerd.pid").unlink(missing_ok=True)


def _stop_daemon(engine: Engine, seconds: float) -> None:
    pid = daemon_pid(engine)
    if pid is None:
        return
    signal_to(pid, signal.SIGTERM)
    wait_until(lambda: pid not in processes(engine), seconds)
