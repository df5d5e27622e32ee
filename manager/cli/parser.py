"""The argument parser of every command."""

from __future__ import annotations

import argparse

from manager.cli.options import add_global_options
from manager.errors import InvalidInput

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are pmap's own.

    While options are added, each is formatted once to see that it can. Only help that is
    printed has to know how wide the terminal is, and to load what finds that out.
    """

    _width: int | None = 80

    def __init__(self, prog: str, description: str | None, **more: Any) -> None:
        super().__init__(
            prog,
            description=description,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
            **more,
        )

    def error(self, message: str) -> NoReturn:
        """Raise InvalidInput instead of printing a usage block."""
        raise InvalidInput(message, hint=f"{self.prog} --help")

    def format_help(self) -> str:
        """The help, as wide as the terminal."""
        self._width = None
        return super().format_help()

    def _get_formatter(self) -> argparse.HelpFormatter:
        make: Any = self.formatter_class
        formatter: argparse.HelpFormatter = make(self.prog, width=self._width)
        return formatter


def parser_of(name: str, module: Any) -> Parser:
    """The parser of the command `name`, with the options that all commands take."""
    parser = Parser(f"pmap {name}", module.__doc__)
    module.add_arguments(parser)
    add_global_options(parser)
    return parser


def parse(name: str, module: Any, arguments: list[str]) -> argparse.Namespace:
    """The arguments of the command `name`. Raises InvalidInput, or SystemExit for `--help`."""
    return parser_of(name, module).parse_args(arguments)
