"""Inspect many containers at once, over one connection.

Two to four side by side were measured too: no faster, for it is the engine that takes the time.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import Any

from manager.engine.dial import dial
from manager.engine.endpoint import Endpoint
from manager.engine.failures import BrokenAnswer
from manager.engine.wire import get_all
from manager.errors import EngineError


def inspect_many(
    endpoint: Endpoint, ids: Sequence[str], *, api_version: str, timeout: float
) -> dict[str, dict[str, Any]]:
    """Raw inspects by id; ids that are gone by now are left out.

    Raises OSError when the connection fails, EngineError when the engine answers with an error.
    """
    return dict(_inspect(endpoint, ids, api_version, timeout))


def _inspect(
    endpoint: Endpoint, ids: Sequence[str], api_version: str, timeout: float
) -> Iterator[tuple[str, dict[str, Any]]]:
    rest = list(ids)
    while rest:
        paths = [f"/v{api_version}/containers/{container_id}/json" for container_id in rest]
        answered = 0
        with (
            closing(dial(endpoint, timeout=timeout)) as connection,
            closing(get_all(connection, paths, endpoint.headers)) as answers,
        ):
            for container_id, answer in zip(rest, answers, strict=False):
                answered += 1
                if answer.status == 200:
                    yield container_id, _object(answer.body)
                elif answer.status != 404:
                    raise EngineError(
                        f"inspect of container {container_id[:12]} failed", status=answer.status
                    )
        # A proxy may close after each answer: then it is asked anew, as long as it gives any.
        if not answered:
            raise BrokenAnswer("it closed the connection without an answer")
        rest = rest[answered:]


def _object(body: bytes) -> dict[str, Any]:
    try:
        content = json.loads(body)
    except ValueError:
        raise BrokenAnswer("its answer is not JSON") from None
    if not isinstance(content, dict):
        raise BrokenAnswer("its answer is not an object")
    return content
