"""Choose an engine and connect to it: the two functions that the rest of pmap calls."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

from manager.engine.endpoint import Endpoint, resolve_endpoint
from manager.engine.failures import of_cause
from manager.engine.handshake import Greeting, greet
from manager.engine.tunnel import SshTunnel

if TYPE_CHECKING:
    from manager.engine.docker_engine import DockerEngine

__all__ = ["Endpoint", "connect", "resolve_endpoint"]

_GREETING_SECONDS = 10.0


def connect(endpoint: Endpoint, *, patience: float | None = None) -> DockerEngine:
    """A live engine at this endpoint. The caller closes it.

    patience: seconds that each call may stay without an answer, for those who look at many
    engines; without it they get as long as an engine may need.
    Raises EngineUnavailable when none answers, EnginePermission when this user may not open its
    socket, EngineError when what answers is no engine that pmap can use.
    """
    greeting = patience or _GREETING_SECONDS
    if endpoint.scheme != "ssh":
        return _open(endpoint, endpoint, _greet(endpoint, endpoint, greeting), None, patience)
    with ExitStack() as on_failure:
        tunnel = SshTunnel(endpoint.url, connect_seconds=greeting)
        on_failure.callback(tunnel.close)
        dialled = replace(endpoint, url=f"unix://{tunnel.socket_path}")
        greeted = _greet(endpoint, dialled, greeting, tunnel)
        engine = _open(endpoint, dialled, greeted, tunnel, patience)
        on_failure.pop_all()
    return engine


def _greet(
    named: Endpoint, dialled: Endpoint, seconds: float, tunnel: SshTunnel | None = None
) -> Greeting:
    try:
        return greet(dialled, timeout=seconds)
    except OSError as error:
        complaint = tunnel.complaint() if tunnel else ""
        cause = ConnectionError(f"ssh says: {complaint}") if complaint else error
        raise of_cause(named, cause) from error


def _open(
    named: Endpoint,
    dialled: Endpoint,
    greeting: Greeting,
    tunnel: SshTunnel | None,
    patience: float | None,
) -> DockerEngine:
    # The SDK takes 110 ms to import: only once an engine answers.
    from manager.engine.docker_engine import DockerEngine  # noqa: PLC0415
    from manager.engine.failures import translated  # noqa: PLC0415
    from manager.engine.link import CALL_SECONDS, Link, open_client  # noqa: PLC0415

    seconds = patience or CALL_SECONDS
    with translated(named):
        client = open_client(dialled, greeting, seconds)
        return DockerEngine(Link(named, dialled, greeting, client, tunnel, seconds))
