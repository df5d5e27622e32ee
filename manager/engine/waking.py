"""Leave a blocking wait when an event is set."""

from __future__ import annotations

import threading
from collections.abc import Callable


def when_set(stop: threading.Event, wake: Callable[[], None]) -> None:
    """Call `wake` once, in a thread of its own, when `stop` is set.

    The thread waits as long as nobody sets it; it keeps no program from ending.
    """

    def watch() -> None:
        stop.wait()
        wake()

    threading.Thread(target=watch, name="pmap-stop", daemon=True).start()
