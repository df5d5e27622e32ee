"""All of stderr, and the exit codes. Nothing else in the product knows either."""

from __future__ import annotations

import sys
from contextlib import suppress
from enum import IntEnum

from manager import errors
from manager.cli.hints import here
from manager.model.text import printable


class ExitCode(IntEnum):
    """The exit codes of the command contract."""

    OK = 0
    FINDINGS = 1
    USAGE = 2
    NO_ENGINE = 3
    ROLLED_BACK = 4
    ROLLBACK_FAILED = 5
    INTERRUPTED = 130


_CODES: tuple[tuple[type[errors.PmapError], ExitCode], ...] = (
    (errors.InvalidPortSpec, ExitCode.USAGE),
    (errors.InvalidInput, ExitCode.USAGE),
    (errors.NoSuchContainer, ExitCode.FINDINGS),
    (errors.Refused, ExitCode.FINDINGS),
    (errors.Declined, ExitCode.INTERRUPTED),
    (errors.EngineUnavailable, ExitCode.NO_ENGINE),
    (errors.RollbackFailed, ExitCode.ROLLBACK_FAILED),
    (errors.ApplyFailed, ExitCode.ROLLED_BACK),
)


def exit_code(error: errors.PmapError) -> ExitCode:
    """The exit code that an error ends the command with."""
    for kind, code in _CODES:
        if isinstance(error, kind):
            return code
    return ExitCode.FINDINGS


def warn(message: str) -> None:
    """One line on stderr, made safe for a terminal."""
    _say(f"pmap: {printable(message)}\n")


def note(message: str) -> None:
    """A line of progress on stderr, without the program's name before it."""
    _say(f"{printable(message)}\n")


def report(error: errors.PmapError, *, about: str = "") -> ExitCode:
    """Say what is wrong, who is in the way and what to type next; the exit code for it.

    about stands in front of the message: whose error it is, where there are several.
    """
    warn(f"{about}{_place(error)}{error.message}")
    if isinstance(error, errors.Refused):
        for conflict in error.conflicts:
            if (text := str(conflict)) not in error.message:
                note(f"  {text}")
    for line in error.hint.splitlines():
        note(f"  hint: {here(line)}")
    return exit_code(error)


def _place(error: errors.PmapError) -> str:
    """`FILE:LINE: ` of an error that has a place and does not name it itself."""
    if not isinstance(error, errors.ComposeError) or error.file in error.message:
        return ""
    return f"{error.file}: " if error.line is None else f"{error.file}:{error.line}: "


def _say(line: str) -> None:
    """Write to stderr, after what was printed to stdout before.

    A reader that has gone is no reason to end what is under way, a change least of all: stdout
    says so itself when the command is done, and of stderr nobody can be told.
    """
    for stream, text in ((sys.stdout, ""), (sys.stderr, line)):
        if not stream.closed:
            with suppress(OSError):
                stream.write(text)
                stream.flush()
