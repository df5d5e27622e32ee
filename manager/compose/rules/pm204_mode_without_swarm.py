"""`mode` in a port entry has no effect here.

`mode: host` and `mode: ingress` say how a swarm publishes a port (`docker stack deploy`).
`docker compose up` reads the key and does nothing with it.
"""

from __future__ import annotations

from collections.abc import Iterator

from manager.compose.rule import Context, Hit
from manager.compose.values import Place
from manager.compose.words import shortened


def check(context: Context) -> Iterator[Hit]:
    """Entries with a mode."""
    for service, entry in context.accepted:
        mode = entry.parts.mode
        if mode is not None and mode.text:
            yield Hit(
                Place(entry.file, mode.span),
                f"mode: {shortened(mode.text)} has no effect outside of a swarm",
                "drop it, unless the file is deployed to a swarm too",
                service.name,
                entry,
            )
