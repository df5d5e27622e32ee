"""Versions of engines, to compare them by."""

from __future__ import annotations

import re

Version = tuple[int, int, int]

_NUMBERS = re.compile(r"v?(\d{1,6})\.(\d{1,6})(?:\.(\d{1,6}))?", re.ASCII)


def engine_version(text: str) -> Version | None:
    """`28.5.2+dfsg4` as (28, 5, 2); None for a text that is no version."""
    match = _NUMBERS.match(text.strip())
    return (int(match[1]), int(match[2]), int(match[3] or 0)) if match else None
