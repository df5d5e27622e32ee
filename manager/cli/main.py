"""Entry of `pmap`: find the command that is named, import that one alone, run it."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from manager.errors import InvalidInput, PmapError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from types import SimpleNamespace
    from typing import Any

COMMANDS = {
    "ls": "every published port, and what stands behind it",
    "who": "who holds a host port, and the way out",
    "free": "host ports that are free",
    "publish": "add ports to a container, on 127.0.0.1 unless told otherwise",
    "unpublish": "take ports away from a container",
    "move": "give a mapping another host port or address",
    "loopback": "bind what is open wider to 127.0.0.1",
    "probe": "ask a port who it is, and say why it does not answer",
    "scan": "what answers on this host, beside what should",
    "doctor": "what is wrong here with ports, and what to type",
    "check": "read compose files: will they come up, what do they open",
    "undo": "turn the last change round",
    "history": "the changes that were made",
    "recover": "finish or turn back what a crash left",
    "watch": "follow the port map as it changes",
    "config": "the settings, and where they are read from",
    "completion": "the completion script of a shell",
}

_VALUE_OPTIONS = {"--context", "-H"}
_AWAITING_AN_END = frozenset({"threading", "atexit", "profile", "bdb"})
"""Modules by which something may be registered for the interpreter's end, or may look on."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run pmap with these arguments; the exit code. Nothing is raised but SystemExit."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if None in (sys.stdin, sys.stdout, sys.stderr):
        from manager.cli.streams import open_what_is_closed

        open_what_is_closed()
    code = 0
    try:
        code = _answer(arguments)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        from manager.cli.closed_pipe import say_no_more

        # The reader has gone (`| head`).
        say_no_more()
        return code
    except OSError as error:
        # A full disk behind stdout, a terminal that is gone: no fault of pmap's, no traceback.
        from manager.cli.closed_pipe import say_no_more
        from manager.cli.diagnostics import ExitCode, warn

        warn(str(error))
        say_no_more()
        return code or ExitCode.USAGE
    return code


def program() -> int:
    """`pmap` as it is installed: main, and an end without taking everything down one by one.

    What waits for an end of its own gets the usual one: a thread, what registers for it, a
    profiler, a debugger, `python -i`.
    """
    code = main()
    if _AWAITING_AN_END.isdisjoint(sys.modules) and not sys.flags.inspect:
        os._exit(code)
    try:
        sys.stderr.flush()
    except OSError:
        from manager.cli.closed_pipe import say_no_more

        # The interpreter's end would try again, and make 120 of the code.
        say_no_more(sys.stderr)
    return code


def _answer(arguments: list[str]) -> int:
    """Run the command; an error of pmap's own is told, and becomes the exit code."""
    try:
        return _run(arguments)
    except PmapError as error:
        from manager.cli.diagnostics import report

        code = report(error)
        if "--json" in arguments:
            _say_json(error, code)
        return code


def _say_json(error: PmapError, code: int) -> None:
    """The one object on stdout that a program waits for, where a command has none of its own."""
    from manager.cli.hints import here
    from manager.cli.output import Output

    said = {"message": error.message, "hint": here(error.hint) or None, "exit_code": int(code)}
    Output().json({"schema": 1, "error": said})


def _run(arguments: list[str]) -> int:
    position = _command_position(arguments)
    if position is None:
        return _without_command(arguments)
    name = arguments.pop(position)
    if name not in COMMANDS:
        raise InvalidInput(f"{name!r} is not a pmap command", hint=_nearest_command(name))
    # importlib is a package that imports warnings, for this one function.
    module = __import__(f"manager.cli.commands.{name}", fromlist=[name])
    return int(module.run(_read(name, module, arguments)))


def _read(name: str, module: Any, arguments: list[str]) -> Namespace | SimpleNamespace:
    from manager.cli.options import add_global_options
    from manager.cli.plain import read_names

    read = read_names(arguments, module.add_arguments, add_global_options)
    if read is not None:
        return read
    from manager.cli.parser import parse

    return parse(name, module, arguments)


def _command_position(arguments: Sequence[str]) -> int | None:
    """Where the command's name stands; global options may stand before it."""
    skip = False
    for index, argument in enumerate(arguments):
        if skip:
            skip = False
        elif argument in _VALUE_OPTIONS:
            skip = True
        elif not argument.startswith("-"):
            return index
    return None


def _without_command(arguments: Sequence[str]) -> int:
    from manager.cli.options import add_global_options
    from manager.cli.parser import Parser

    parser = Parser(
        "pmap",
        "The port-mapping manager for containers. Without a command: the screen.",
        usage="pmap [options] [COMMAND ...]",
        epilog=_command_list(),
    )
    add_global_options(parser)
    args = parser.parse_args(arguments)
    from manager.cli.commands import tui

    return tui.run(args)


def _command_list() -> str:
    width = max(map(len, COMMANDS))
    rows = "\n".join(f"  {name:{width}}  {what}" for name, what in COMMANDS.items())
    return f"commands:\n{rows}\n\npmap COMMAND --help tells more of each."


def _nearest_command(name: str) -> str:
    from difflib import get_close_matches

    close = get_close_matches(name, COMMANDS, n=1, cutoff=0.6)
    return f"did you mean pmap {close[0]}?" if close else "pmap --help lists the commands"


if __name__ == "__main__":
    sys.exit(main())
