"""Work that must not keep the keyboard, nor the way out: daemon threads."""

from __future__ import annotations

import threading
from collections.abc import Callable


def in_background(job: Callable[[], object], name: str) -> None:
    """Run a job in a daemon thread. What it finds it must post as a message."""
    threading.Thread(target=job, name=name, daemon=True).start()
