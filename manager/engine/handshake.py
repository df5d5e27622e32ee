"""The first exchange with an engine: GET /_ping over a bare socket.

It names the API version, as for the docker CLI, at a tenth of what GET /version costs the
engine, and it fails with the socket's own error, before the SDK is even imported.
"""

from __future__ import annotations

import re
import socket
from contextlib import closing
from dataclasses import dataclass

from manager.engine.dial import dial, peer_pid
from manager.engine.endpoint import Endpoint
from manager.engine.failures import BrokenAnswer
from manager.engine.wire import get_all
from manager.errors import EngineError

OLDEST_API = (1, 41)
"""Engine 20.10: the oldest that pmap is tested with."""


@dataclass(frozen=True, slots=True)
class Greeting:
    """What the other end is. peer_pid: the listener of a unix socket, where it may be seen.

    same_address: both ends of a TCP connection have one address.
    """

    api_version: tuple[int, int]
    podman: bool = False
    peer_pid: int | None = None
    same_address: bool = False

    @property
    def api_text(self) -> str:
        """As it stands in URLs: `1.51`."""
        return f"{self.api_version[0]}.{self.api_version[1]}"


def greet(endpoint: Endpoint, *, timeout: float) -> Greeting:
    """Ping a unix:// or tcp:// endpoint. timeout in seconds.

    Raises OSError when nothing answers, EngineError when what answers is no engine of our age.
    """
    with (
        closing(dial(endpoint, timeout=timeout)) as connection,
        closing(get_all(connection, ["/_ping"], endpoint.headers)) as answers,
    ):
        answer = next(answers, None)
        if answer is None:
            raise BrokenAnswer("it closed the connection without an answer")
        text = " ".join(answer.body[:200].decode(errors="replace").split())
        if answer.status != 200:
            hint = "set DOCKER_TLS_VERIFY and DOCKER_CERT_PATH" if "HTTPS" in text else ""
            raise EngineError(
                f"{endpoint.url} answers a ping with status {answer.status}: {text}",
                status=answer.status,
                hint=hint,
            )
        version = _version(answer.headers.get("api-version", ""), endpoint)
        return Greeting(
            version,
            "libpod-api-version" in answer.headers,
            peer_pid(connection),
            _same_address(connection),
        )


def _version(text: str, endpoint: Endpoint) -> tuple[int, int]:
    match = re.fullmatch(r"(\d{1,4})\.(\d{1,4})", text, re.ASCII)
    if match is None:
        raise EngineError(
            f"{endpoint.url} answers a ping, but names no Engine API version",
            hint="is it a container engine?",
        )
    version = int(match[1]), int(match[2])
    if version < OLDEST_API:
        raise EngineError(
            f"the engine at {endpoint.url} speaks API {text}; pmap needs 1.41 (Docker 20.10)",
            hint="update the engine",
        )
    return version


def _same_address(connection: socket.socket) -> bool:
    if connection.family == socket.AF_UNIX:
        return False
    here, there = connection.getsockname(), connection.getpeername()
    return bool(here[0] == there[0])
