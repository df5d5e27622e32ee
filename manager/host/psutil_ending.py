"""End a process through psutil, for systems without pidfd (macOS)."""

from __future__ import annotations

import psutil

from manager.host.ending import not_ours
from manager.host.psutil_sockets import started_of
from manager.model.listener import Process


def end_by_psutil(process: Process, *, kill: bool, patience: float) -> bool:
    """Ask it to end, or end it; whether it is gone within `patience` seconds. Raises Refused.

    psutil looks at the time when the process began again right before it sends.
    """
    try:
        found = psutil.Process(process.pid)
        if started_of(found) != process.started:
            return True
        if kill:
            found.kill()
        else:
            found.terminate()
        found.wait(patience)
    except psutil.NoSuchProcess:
        return True
    except psutil.AccessDenied:
        raise not_ours(process) from None
    except psutil.TimeoutExpired:
        return False
    return True
