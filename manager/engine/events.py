"""GET /events as a stream that outlives the engine's restarts and ends when it is told to."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any
from urllib.parse import quote

from manager.engine.dial import dial
from manager.engine.endpoint import Endpoint
from manager.engine.tolerant import mapping, text, whole
from manager.engine.waking import when_set
from manager.engine.wire import follow_lines
from manager.interfaces import EngineEvent

FIRST_PAUSE, LONGEST_PAUSE = 0.1, 3.0
"""Seconds between two tries to connect again; each pause is twice the one before."""

_CONNECT_SECONDS = 5
_FILTERS = json.dumps({"type": ["container", "network", "service"]})
_NOISE = ("exec_", "top", "attach", "detach", "resize", "archive-path", "extract-to-dir", "export")


class _Valve:
    """Holds the connection that is being read, so that another thread can end the reading."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._connection: socket.socket | None = None
        self._shut = False

    def hold(self, connection: socket.socket | None) -> None:
        """Watch over this connection from now on, or over none."""
        with self._lock:
            self._connection = connection
            if self._shut:
                self._cut()

    def shut(self) -> None:
        """End the reading, now and of every later connection."""
        with self._lock:
            self._shut = True
            self._cut()

    def _cut(self) -> None:
        if self._connection is not None:
            try:
                # Not SSLSocket's own, which changes the object under the reader's hands.
                socket.socket.shutdown(self._connection, socket.SHUT_RDWR)
            except OSError:
                # The engine closed it first.
                return


def follow(endpoint: Endpoint, api_version: str, stop: threading.Event) -> Iterator[EngineEvent]:
    """Container and network events until `stop` is set; raises nothing.

    "connected" comes once the engine streams: what is read after it misses no event.
    "disconnected" comes once for each loss, also when the first try finds no engine.
    """
    valve = _Valve()
    when_set(stop, valve.shut)
    path = f"/v{api_version}/events?filters={quote(_FILTERS)}"
    pause, connected = FIRST_PAUSE, True
    while not stop.is_set():
        reason = "the engine ended the stream"
        try:
            for event in _one_stream(endpoint, path, valve):
                pause, connected = FIRST_PAUSE, True
                yield event
        except OSError as error:
            reason = error.strerror or str(error)
        if stop.is_set():
            return
        if connected:
            connected = False
            yield EngineEvent("engine", "disconnected", attributes={"reason": reason})
        stop.wait(pause)
        pause = min(pause * 2, LONGEST_PAUSE)


def _one_stream(endpoint: Endpoint, path: str, valve: _Valve) -> Iterator[EngineEvent]:
    """The events of one connection, "connected" first. Raises OSError."""
    with closing(dial(endpoint, timeout=_CONNECT_SECONDS)) as connection:
        valve.hold(connection)
        try:
            with closing(follow_lines(connection, path, endpoint.headers)) as lines:
                for line in lines:
                    event = _event_of_line(line) if line else EngineEvent("engine", "connected")
                    if event is not None:
                        yield event
        finally:
            valve.hold(None)


def _event_of_line(line: bytes) -> EngineEvent | None:
    try:
        return event_of(mapping(json.loads(line)))
    except ValueError:
        return None


def event_of(message: Mapping[str, Any]) -> EngineEvent | None:
    """One message of GET /events; None for what changes nothing that pmap shows."""
    action = text(message.get("Action")) or text(message.get("status"))
    if not action or action.startswith(_NOISE):
        return None
    actor = mapping(message.get("Actor"))
    attributes = {text(k): text(v) for k, v in mapping(actor.get("Attributes")).items()}
    nanoseconds = whole(message.get("timeNano"))
    return EngineEvent(
        kind=text(message.get("Type")) or "container",
        action=action,
        id=text(actor.get("ID")) or text(message.get("id")),
        name=attributes.get("name", ""),
        time=nanoseconds / 1e9 if nanoseconds else float(whole(message.get("time"))),
        attributes=attributes,
    )
