"""End a process, and no other: by a handle that the kernel keeps apart from its pid's next user."""

from __future__ import annotations

import os
import re
import select
import shlex
import signal
from pathlib import Path

from manager.errors import Refused
from manager.host.owner import container_id_of
from manager.host.processes import PROC, never_signal, read_process
from manager.model.listener import Process

_UNIT = re.compile(r"(?:^|/)([^/]+\.service)(?:/|$)", re.MULTILINE)
_USER_UNIT = re.compile(r"/user@\d+\.service/.*?([^/]+\.service)(?:/|$)", re.MULTILINE)


class LiveProcesses:
    """The Processes of manager.interfaces, on the running system."""

    def __init__(self, proc: Path = PROC) -> None:
        self._proc = proc

    def untouchable(self, process: Process) -> str:
        """Why it must never be signalled; empty when it may be."""
        if reason := never_signal(process, self._proc):
            return reason
        if container := container_id_of(process.pid, self._proc):
            return f"it runs in container {container[:12]}: stop that where it was started"
        return ""

    def keeper(self, process: Process) -> str:
        """The systemctl command that stops the unit a process belongs to, by its control group."""
        try:
            group = (self._proc / str(process.pid) / "cgroup").read_text(errors="replace")
        except OSError:
            return ""
        if found := _USER_UNIT.search(group):
            return f"systemctl --user stop {shlex.quote(found[1])}"
        found = _UNIT.search(group)
        # The manager of a user's session is not what keeps a program that was typed in it.
        if found is None or found[1].startswith("user@"):
            return ""
        return f"sudo systemctl stop {shlex.quote(found[1])}"

    def end(self, process: Process, *, kill: bool, patience: float) -> bool:
        """Send TERM or KILL to this very process, and wait until it is gone or time is up.

        Raises Refused where it is untouchable or not this user's. See pidfd_open(2).
        """
        if not hasattr(os, "pidfd_open"):
            from manager.host.psutil_ending import end_by_psutil  # noqa: PLC0415 -- not on Linux

            _refuse(process, self.untouchable(process))
            return end_by_psutil(process, kill=kill, patience=patience)
        try:
            handle = os.pidfd_open(process.pid)
        except ProcessLookupError:
            return True
        try:
            return self._end(handle, process, kill=kill, patience=patience)
        finally:
            os.close(handle)

    def _end(self, handle: int, process: Process, *, kill: bool, patience: float) -> bool:
        # Looked at only now: what holds the pid cannot change any more without the handle knowing.
        now = read_process(process.pid, self._proc)
        if now is None or _has_ended(handle, 0):
            return True
        if not process.started:
            _refuse(process, "it is not known when it began, so it may be another by now")
        if now.started != process.started:
            return True
        _refuse(process, self.untouchable(now))
        try:
            signal.pidfd_send_signal(handle, signal.SIGKILL if kill else signal.SIGTERM)
        except ProcessLookupError:
            return True
        except PermissionError:
            raise not_ours(process) from None
        return _has_ended(handle, patience)


def _has_ended(handle: int, patience: float) -> bool:
    """Whether the process behind a pidfd is gone within so many seconds."""
    poll = select.poll()
    poll.register(handle, select.POLLIN)
    return bool(poll.poll(patience * 1000))


def _refuse(process: Process, reason: str) -> None:
    if reason:
        raise Refused(
            f"process {process.pid} ({process.name or 'unknown'}) is not ended: {reason}",
            hint="pmap free finds another port",
        )


def not_ours(process: Process) -> Refused:
    """The refusal of a process that another user owns."""
    return Refused(
        f"this user may not end process {process.pid} ({process.name or 'unknown'}), which"
        f" {process.user or 'another user'} runs",
        hint=f"sudo kill {process.pid} ends it",
    )
