"""How a container names its image. Pure."""

from __future__ import annotations

_SHORTEST = 4
"""Hex digits of an id: who types less means a name."""


def is_image_id(reference: str, image_id: str) -> bool:
    """Whether a reference is the id, or the start of it: no registry knows images by these.

    image_id: `sha256:` and 64 hex digits (Engine API, Container.Image).
    """
    start = reference.removeprefix("sha256:")
    return len(start) >= _SHORTEST and image_id.removeprefix("sha256:").startswith(start)
