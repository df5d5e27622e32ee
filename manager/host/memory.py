"""A host, files, a journal and a clock that live in memory: for `--demo` and for tests.

They keep the promises of manager.interfaces and touch nothing outside themselves.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from ipaddress import IPv4Address, IPv6Address
from typing import Any

from manager.errors import ChangeInProgress, InvalidInput
from manager.interfaces import ConnectResult
from manager.model.listener import HostSocket, Listener, Process
from manager.model.portclass import LINUX_EPHEMERAL
from manager.model.ports import IPAddress, IPProtocol, Port, PortRange, format_host

LOOPBACKS: tuple[IPAddress, ...] = (IPv4Address("127.0.0.1"), IPv6Address("::1"))

Listeners = Iterable[Listener] | Callable[[], Iterable[Listener]]
Answers = Callable[[IPAddress, int], ConnectResult | None]


class MemoryHost:
    """A host whose sockets are given. `bind_error` and `connect` follow from them.

    listeners: the listeners, or a callable asked anew each time (an in-memory engine's ports).
    answers: what a connect gets, where it is not simply open or refused; None leaves it to that.
    inside: what listens in the network namespace of a pid. serving: ids of the containers that
    do. owners: container ids by pid.
    """

    def __init__(
        self,
        listeners: Listeners = (),
        *,
        ephemeral: PortRange = LINUX_EPHEMERAL,
        addresses: Iterable[IPAddress] = LOOPBACKS,
        inside: Mapping[int, Iterable[HostSocket]] | None = None,
        serving: Mapping[int, Mapping[Port, tuple[str, ...]]] | None = None,
        owners: Mapping[int, str] | None = None,
        answers: Answers | None = None,
    ) -> None:
        self._listeners: Callable[[], Iterable[Listener]]
        if callable(listeners):
            self._listeners = listeners
        else:
            given = tuple(listeners)
            self._listeners = lambda: given
        self._ephemeral = ephemeral
        self._addresses = tuple(addresses)
        self._inside = {pid: tuple(sockets) for pid, sockets in (inside or {}).items()}
        self._serving = dict(serving or {})
        self._owners = dict(owners or {})
        self._answers = answers

    def listeners(self, port: int | None = None) -> tuple[Listener, ...]:
        """Every listener, as given; with `port`, those on that port."""
        return tuple(one for one in self._listeners() if port in {None, one.socket.host_port})

    def process(self, pid: int) -> Process | None:
        """The process behind a listener, by pid."""
        processes = (listener.process for listener in self._listeners())
        return next((p for p in processes if p is not None and p.pid == pid), None)

    def ephemeral_range(self) -> PortRange:
        """The ephemeral range, as given."""
        return self._ephemeral

    def bind_error(self, socket: HostSocket) -> str | None:
        """The reason a kernel would give; None when the socket is free."""
        if any(socket.overlaps(listener.socket) for listener in self._listeners()):
            return "address already in use"
        ip = socket.host_ip
        # Linux owns all of 127.0.0.0/8, whatever the interface lists.
        own = ip is None or ip.is_unspecified or ip in self._addresses
        if own or (ip is not None and ip.version == 4 and ip.is_loopback):
            return None
        return f"{format_host(ip)} is not an address of this host"

    def connect(
        self, address: IPAddress, port: int, *, timeout: float, payload: bytes = b""
    ) -> ConnectResult:
        """Open where something listens, refused elsewhere, unless `answers` says otherwise."""
        if self._answers is not None and (answer := self._answers(address, port)) is not None:
            return answer
        target = HostSocket(address, port, IPProtocol.TCP)
        listens = any(target.overlaps(listener.socket) for listener in self._listeners())
        return ConnectResult(address, port, "open" if listens else "refused", 0.0)

    def addresses(self) -> tuple[IPAddress, ...]:
        """The addresses, as given."""
        return self._addresses

    def listening_inside(self, pid: int) -> tuple[HostSocket, ...] | None:
        """What was given for that pid, None where nothing was."""
        return self._inside.get(pid)

    def serving_inside(self, pid: int) -> Mapping[Port, tuple[str, ...]]:
        """What was given for that pid, nothing where nothing was."""
        return self._serving.get(pid, {})

    def owner_of(self, listener: Listener, init_pids: Mapping[int, str]) -> str | None:
        """The container id of the listener's process, by `owners` or as an init process."""
        if listener.container_id is not None:
            return listener.container_id
        if listener.process is None or listener.for_engine:
            return None
        pid = listener.process.pid
        return self._owners.get(pid) or init_pids.get(pid)


class MemoryFiles:
    """Files by path; `read_only` ones refuse to be written."""

    def __init__(
        self, files: Mapping[str, bytes] | None = None, *, read_only: Iterable[str] = ()
    ) -> None:
        self.files: dict[str, bytes] = dict(files or {})
        self.read_only = set(read_only)

    def read(self, path: str) -> bytes:
        """The content. Raises InvalidInput when there is none."""
        try:
            return self.files[path]
        except KeyError:
            raise InvalidInput(f"{path}: no such file") from None

    def write(self, path: str, content: bytes, *, expected: bytes | None = None) -> None:
        """Replace the content. Raises InvalidInput when read-only, or not as `expected`."""
        self.check_writable(path)
        if expected is not None and self.files.get(path) != expected:
            raise InvalidInput(f"{path}: changed by someone else meanwhile", hint="run it again")
        self.files[path] = content

    def check_writable(self, path: str) -> None:
        """Raise InvalidInput when the file is read-only."""
        if path in self.read_only:
            raise InvalidInput(f"{path}: read-only", hint=f"chmod u+w {path}")

    def remove(self, path: str, *, expected: bytes) -> None:
        """Forget a file that holds `expected`. Raises InvalidInput when it holds else."""
        if path in self.files and self.files[path] != expected:
            raise InvalidInput(f"{path}: changed by someone else meanwhile, so it stays")
        self.files.pop(path, None)


class MemoryJournal:
    """A journal that keeps copies of JSON entries, and locks that exclude within the process."""

    def __init__(self) -> None:
        self.logs: dict[str, bytes] = {}
        self._open: dict[str, str] = {}
        self._history: dict[str, str] = {}
        self._held: set[str] = set()
        self._guard = threading.Lock()

    def save(self, tx: str, entry: Mapping[str, Any]) -> None:
        """Keep a copy, which must be JSON."""
        self._open[tx] = json.dumps(dict(entry))

    def close(self, tx: str, summary: Mapping[str, Any]) -> None:
        """Move the change from the open entries to the history."""
        self._history[tx] = json.dumps({**summary, "tx": tx})
        self._open.pop(tx, None)

    def discard(self, tx: str) -> None:
        """Forget an open entry."""
        self._open.pop(tx, None)

    def keep_log(self, tx: str, name: str, chunks: Iterable[bytes]) -> str:
        """Keep a container's output; its place is its key in `logs`."""
        place = f"{name}-{tx}.log"
        self.logs[place] = b"".join(chunks)
        return place

    def open_entries(self) -> tuple[Mapping[str, Any], ...]:
        """Copies of the open entries, oldest first."""
        return tuple(json.loads(text) for text in self._open.values())

    def history(self) -> tuple[Mapping[str, Any], ...]:
        """Copies of the summaries, oldest first."""
        return tuple(json.loads(text) for text in self._history.values())

    @contextmanager
    def lock(self, engine_key: str) -> Iterator[int]:
        """Hold the lock of an engine; yields -1, there is no descriptor.

        Raises ChangeInProgress at once when it is held.
        """
        with self._guard:
            if engine_key in self._held:
                raise ChangeInProgress(
                    "another change is going on", hint="wait for it to end, then try again"
                )
            self._held.add(engine_key)
        try:
            yield -1
        finally:
            with self._guard:
                self._held.discard(engine_key)


class FakeClock:
    """A clock that stands still until someone waits. `waited` keeps every wait, in seconds."""

    def __init__(self, start: float = 1_700_000_000.0) -> None:
        self._start = start
        self._passed = 0.0
        self.waited: list[float] = []

    def now(self) -> float:
        """Seconds since the epoch."""
        return self._start + self._passed

    def monotonic(self) -> float:
        """Seconds since the clock was made."""
        return self._passed

    def wait(self, seconds: float) -> None:
        """Move time on at once."""
        self.waited.append(seconds)
        self._passed += seconds
