"""The watchdog: a child process that brings the old containers back when pmap is killed.

It is a fresh process, never a fork of one with threads, in a session of its own so that no Ctrl-C
or closed terminal reaches it. It holds the change lock with its parent. It reads its orders from
standard input, loads while the new container is created, says "ready", and waits: "done" ends it,
the end of the input without that word makes it recover.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from manager.errors import PmapError

if TYPE_CHECKING:
    from manager.change.deps import Watch
    from manager.engine.endpoint import Endpoint

_READY, _DONE = b"ready\n", b"done\n"
_READY_SECONDS = 30.0
_RECOVERY_SECONDS = 60.0
_ENGINE_SECONDS = 120.0
"""How long the watchdog waits for an engine that is away too, before `pmap recover` is needed."""

_START = "import sys; sys.path.append({root!r}); from manager.guard import main; main()"


@dataclass(frozen=True, slots=True)
class ProcessGuard:
    """The Guard of manager.change.deps: starts a watchdog for an engine and a journal folder."""

    endpoint: Endpoint
    journal_folder: Path

    @contextmanager
    def arm(self, tx: str, lock_fd: int) -> Iterator[Watch]:
        """Start the watchdog, and tell it off when the block ends by itself.

        Raises PmapError when it cannot be started.
        """
        orders = {"tx": tx, "journal": str(self.journal_folder), "endpoint": asdict(self.endpoint)}
        watch = _Child(_spawn(lock_fd))
        try:
            watch.send(json.dumps(orders).encode() + b"\n")
            yield watch
            watch.call_off()
        finally:
            watch.let_go()


def _spawn(lock_fd: int) -> subprocess.Popen[bytes]:
    root = str(Path(__file__).resolve().parent.parent)
    try:
        # -P: no module from the folder that the user happens to be in.
        return subprocess.Popen(  # noqa: S603 -- this very interpreter, and words of ours alone
            [sys.executable, "-P", "-c", _START.format(root=root)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            pass_fds=() if lock_fd < 0 else (lock_fd,),
            start_new_session=True,
        )
    except OSError as error:
        raise PmapError(
            f"the watchdog cannot be started: {error}", hint="nothing was changed; try again"
        ) from error


class _Child:
    """The parent's end of a watchdog."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._is_ready = False

    def send(self, words: bytes) -> None:
        """Give it orders; it may be gone already, which `ready` tells."""
        pipe = self._process.stdin
        assert pipe is not None
        with suppress(BrokenPipeError):
            pipe.write(words)
            pipe.flush()

    def ready(self) -> None:
        """Wait until it stands by. Raises PmapError when it does not."""
        if self._is_ready:
            return
        answer = self._process.stdout
        assert answer is not None
        readable, _, _ = select.select([answer], [], [], _READY_SECONDS)
        said = answer.readline() if readable else b""
        if said != _READY:
            why = said.decode(errors="replace").strip() or "it says nothing"
            raise PmapError(f"the watchdog does not stand by: {why}", hint="try again")
        self._is_ready = True

    def call_off(self) -> None:
        """End it: there is nothing left to recover."""
        self.send(_DONE)
        if not self._is_ready:
            # It is still loading, and there is nothing to wait for.
            self._process.kill()

    def let_go(self) -> None:
        """Close its input, which is the order to recover unless it was called off; wait for it."""
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            with suppress(BrokenPipeError):
                pipe.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_RECOVERY_SECONDS)


def main() -> None:
    """The watchdog itself. Ends the process without cleaning up: there is nothing to clean."""
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    orders: dict[str, Any] = json.loads(sys.stdin.buffer.readline() or b"{}")
    if orders:
        _watch(orders)
    os._exit(0)


def _watch(orders: dict[str, Any]) -> None:
    from manager.change.recover import recover_one  # noqa: PLC0415 -- `manager.guard` stays light
    from manager.engine.connection import connect  # noqa: PLC0415
    from manager.host.clock import SystemClock  # noqa: PLC0415
    from manager.host.files import LocalFiles  # noqa: PLC0415
    from manager.host.journal_file import JournalFile  # noqa: PLC0415

    try:
        engine = connect(_endpoint(orders["endpoint"]))
    except PmapError as error:
        _say(error.message.encode() + b"\n")
        return
    _say(_READY)
    if sys.stdin.buffer.readline() != _DONE:
        journal = JournalFile(Path(orders["journal"]))
        left = [entry for entry in journal.open_entries() if entry.get("tx") == orders["tx"]]
        for entry in left:
            recover_one(
                entry, journal, engine, LocalFiles(), SystemClock(), patience=_ENGINE_SECONDS
            )
        if not left:
            # Killed while it wrote its first entry: half of one may be there, with secrets in it.
            journal.discard(orders["tx"])
    engine.close()


def _say(words: bytes) -> None:
    # Whoever was to hear it may have been killed by now, and that is what this process is for.
    with suppress(BrokenPipeError):
        sys.stdout.buffer.write(words)
        sys.stdout.buffer.flush()


def _endpoint(fields: dict[str, Any]) -> Endpoint:
    from manager.engine.contexts import TlsFiles  # noqa: PLC0415
    from manager.engine.endpoint import Endpoint  # noqa: PLC0415

    tls = fields.pop("tls")
    headers = tuple((name, value) for name, value in fields.pop("headers"))
    return Endpoint(**fields, tls=TlsFiles(**tls) if tls else None, headers=headers)
