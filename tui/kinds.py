"""The kinds of change: what forms, deeds and drafts have in common."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """The changes that a person can ask for on the screen."""

    PUBLISH = "publish"
    MOVE = "move"
    LOOPBACK = "loopback"
    UNPUBLISH = "unpublish"
    UNDO = "undo"
