"""Events of a made-up engine: broken ones, losses, pauses, and an end that comes at once."""

from __future__ import annotations

import json
import socket
import threading
from pathlib import Path
from typing import Any

import pytest
from fake_engine import on_unix, reply

from manager.engine.endpoint import Endpoint
from manager.engine.events import event_of, follow

HEAD = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


def message(action: str, **attributes: str) -> dict[str, Any]:
    actor = {"ID": "a" * 64, "Attributes": {"name": "web", **attributes}}
    return {
        "Type": "container",
        "Action": action,
        "Actor": actor,
        "timeNano": 1_700_000_000_500_000_000,
    }


def chunk(content: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(content), content)


def line(action: str) -> bytes:
    return chunk(json.dumps(message(action)).encode() + b"\n")


def test_a_message_becomes_an_event() -> None:
    event = event_of(message("start", image="nginx"))
    assert event is not None
    assert (event.kind, event.action, event.id, event.name) == (
        "container",
        "start",
        "a" * 64,
        "web",
    )
    assert event.time == 1_700_000_000.5
    assert event.attributes["image"] == "nginx"


@pytest.mark.parametrize(
    "action", ["exec_create: sh", "exec_die", "top", "attach", "archive-path", ""]
)
def test_what_changes_nothing_is_no_event(action: str) -> None:
    assert event_of(message(action)) is None


@pytest.mark.parametrize("raw", [{}, {"Action": 5, "Actor": []}, {"status": "die", "id": "x"}])
def test_odd_messages_do_no_harm(raw: dict[str, Any]) -> None:
    event = event_of(raw)
    assert event is None or event.kind == "container"


def test_broken_lines_are_passed_over_and_the_stream_is_taken_up_again(tmp_path: Path) -> None:
    rounds = iter([line("start") + chunk(b"not json\n") + line("die"), b"", line("destroy")])

    def serve(path: str, connection: socket.socket) -> bool:
        assert path.startswith("/v1.51/events?filters=")
        connection.sendall(HEAD + next(rounds, b""))
        return False

    stop = threading.Event()
    with on_unix(tmp_path, serve) as (url, _):
        seen = []
        for event in follow(Endpoint(url), "1.51", stop):
            seen.append(event.action)
            if event.action == "destroy":
                stop.set()
    lost = ["disconnected", "connected"]
    assert seen == ["connected", "start", "die", *lost, *lost, "destroy"]


def test_no_engine_is_said_once_and_looked_for_again(tmp_path: Path) -> None:
    stop = threading.Event()
    stream = follow(Endpoint(f"unix://{tmp_path}/engine.sock"), "1.51", stop)
    first = next(stream)
    assert (first.action, bool(first.attributes["reason"])) == ("disconnected", True)

    def serve(_: str, connection: socket.socket) -> bool:
        connection.sendall(HEAD)
        return True

    with on_unix(tmp_path, serve):
        assert next(stream).action == "connected"
        stop.set()
        assert list(stream) == []


def test_an_error_answer_is_a_loss(tmp_path: Path) -> None:
    stop = threading.Event()

    def serve(_: str, connection: socket.socket) -> bool:
        connection.sendall(reply({"message": "no"}, "500 Internal Server Error"))
        return False

    with on_unix(tmp_path, serve) as (url, _):
        event = next(follow(Endpoint(url), "1.51", stop))
    assert "500" in event.attributes["reason"]


def test_a_stop_ends_a_read_that_would_wait_for_ever(tmp_path: Path) -> None:
    stop = threading.Event()

    def serve(_: str, connection: socket.socket) -> bool:
        connection.sendall(HEAD)
        return True

    with on_unix(tmp_path, serve) as (url, _):
        stream = follow(Endpoint(url), "1.51", stop)
        assert next(stream).action == "connected"
        timer = threading.Timer(0.05, stop.set)
        timer.start()
        assert list(stream) == []
        timer.join()


def test_a_stop_ends_a_pause(tmp_path: Path) -> None:
    stop = threading.Event()
    stream = follow(Endpoint(f"unix://{tmp_path}/none.sock"), "1.51", stop)
    assert next(stream).action == "disconnected"
    timer = threading.Timer(0.5, stop.set)
    timer.start()
    assert list(stream) == []
    timer.join()
