"""Everything that pmap raises on purpose. No rendering here: manager.cli.diagnostics prints these.

PmapError                     message, and a hint: the next thing to type
+-- InvalidPortSpec           a SPEC, port, range or address that cannot be read
+-- InvalidInput              an argument, a setting or a file that cannot be used
|   +-- ComposeError          a compose file that cannot be read; knows file and line
+-- NoSuchContainer           no container has that name or id
+-- Refused                   validation said no; carries conflicts and reasons
|   +-- StalePlan             the host changed between the plan and its execution
|   +-- ChangeInProgress      another pmap holds the lock, or left a change unfinished
+-- Declined                  a person said no
+-- EngineError               the engine answered with an error; knows the HTTP status
|   +-- EngineUnavailable     no engine answers where one was looked for
|       +-- EnginePermission  the socket is there, this user may not open it
+-- ApplyFailed               the change failed and was rolled back
+-- RollbackFailed            the way back failed too: `pmap recover` is needed
"""

from __future__ import annotations

TYPE_CHECKING = False

if TYPE_CHECKING:
    from manager.model.conflict import Conflict


class PmapError(Exception):
    """What went wrong (`message`), and what to type next (`hint`, may be empty)."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class InvalidPortSpec(PmapError, ValueError):
    """A SPEC, port, range or address that cannot be read.

    Also a ValueError, so that pydantic reports it as a validation error of the field.
    """


class InvalidInput(PmapError):
    """An argument, a setting or a file that cannot be used."""


class ComposeError(InvalidInput):
    """A compose file that cannot be read: `file`, and `line` from 1 where it is known."""

    def __init__(self, message: str, *, file: str, line: int | None = None, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.file = file
        self.line = line


class NoSuchContainer(PmapError):
    """No container has that name or id."""


class Refused(PmapError):
    """Validation said no, nothing was touched. `conflicts` names who is in the way."""

    def __init__(
        self, message: str, *, hint: str = "", conflicts: tuple[Conflict, ...] = ()
    ) -> None:
        super().__init__(message, hint=hint)
        self.conflicts = conflicts


class StalePlan(Refused):
    """The host changed between the plan and its execution."""


class ChangeInProgress(Refused):
    """Another pmap holds the lock of this engine, or left a change unfinished."""


class Declined(PmapError):
    """A person said no; nothing was touched."""


class EngineError(PmapError):
    """The engine answered a call with an error. `status` is the HTTP status, None without one."""

    def __init__(self, message: str, *, status: int | None = None, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.status = status


class EngineUnavailable(EngineError):
    """No engine answers where one was looked for."""


class EnginePermission(EngineUnavailable):
    """The engine's socket is there, but this user may not open it."""


class ApplyFailed(PmapError):
    """The change failed and the old state was restored and verified."""


class RollbackFailed(PmapError):
    """The change failed and so did the way back; the journal holds what is needed."""
