"""Notice that the reader of stdout has gone, also while there is nothing to write."""

from __future__ import annotations

import os
import select
import sys
import threading
from typing import TextIO


def stop_when_closed(stream: TextIO, stop: threading.Event) -> None:
    """Set `stop` once nobody reads `stream` any more (`| head -1`). Ends with the program.

    A pipe without a reader is in error (poll(2)); a file or a terminal never is.
    """
    try:
        descriptor = stream.fileno()
    except OSError:
        return
    poll = select.poll()
    # No events are asked for: an error is told all the same.
    poll.register(descriptor, 0)

    def wait() -> None:
        poll.poll()
        stop.set()

    threading.Thread(target=wait, name="pmap-reader-gone", daemon=True).start()


def say_no_more(stream: TextIO | None = None) -> None:
    """Let what is still to be flushed go nowhere, so that the interpreter's end is silent.

    stream: stdout unless told.
    """
    os.dup2(os.open(os.devnull, os.O_WRONLY), (stream or sys.stdout).fileno())
