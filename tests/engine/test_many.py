"""Many inspects at once: in order or not, through a server that closes, and with some gone."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from fake_engine import Serve, on_unix, reply

from manager.engine.endpoint import Endpoint
from manager.engine.failures import BrokenAnswer
from manager.engine.many import inspect_many
from manager.errors import EngineError

IDS = [f"{number:064x}" for number in range(600)]


def inspects(path: str, connection: socket.socket) -> bool:
    """Containers with an even number are there."""
    container_id = path.split("/")[3]
    there = int(container_id, 16) % 2 == 0
    connection.sendall(reply({"Id": container_id}) if there else reply({}, "404 Not Found"))
    return True


def closing(serve: Serve) -> Serve:
    """The same, by a server that closes after each answer without a word of it."""

    def one(path: str, connection: socket.socket) -> bool:
        serve(path, connection)
        return False

    return one


def read(folder: Path, serve: Serve, ids: list[str]) -> dict[str, dict[str, object]]:
    with on_unix(folder, serve) as (url, _):
        return inspect_many(Endpoint(url), ids, api_version="1.51", timeout=5)


@pytest.mark.parametrize("count", [0, 1, 2, 128, 129, 600])
def test_each_is_found_under_its_own_id(tmp_path: Path, count: int) -> None:
    found = read(tmp_path, inspects, IDS[:count])
    assert found == {container_id: {"Id": container_id} for container_id in IDS[:count:2]}


def test_a_server_that_closes_each_time_is_asked_anew(tmp_path: Path) -> None:
    assert len(read(tmp_path, closing(inspects), IDS[:20])) == 10


def test_an_error_of_the_engine_is_one(tmp_path: Path) -> None:
    def fails(_: str, connection: socket.socket) -> bool:
        connection.sendall(reply({"message": "no"}, "500 Internal Server Error"))
        return True

    with pytest.raises(EngineError) as caught:
        read(tmp_path, fails, IDS[:3])
    assert caught.value.status == 500


def test_no_answer_at_all_ends_the_asking(tmp_path: Path) -> None:
    with pytest.raises(BrokenAnswer, match="without an answer"):
        read(tmp_path, lambda *_: False, IDS[:3])


@pytest.mark.parametrize("body", [b"{", b"[1]"])
def test_what_is_no_object_is_no_inspect(tmp_path: Path, body: bytes) -> None:
    def broken(_: str, connection: socket.socket) -> bool:
        connection.sendall(reply(body))
        return True

    with pytest.raises(BrokenAnswer):
        read(tmp_path, broken, IDS[:1])
