"""Commands that a person is told to type, with the options that name the same engine."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argparse import Namespace

_NAMED: list[str] = []
"""The options of this run: `--context NAME`, `-H URL`. Each `--demo` is another one."""

_COMMAND = re.compile(r"\bpmap (?=[a-z]+\b)")


def remember(args: Namespace) -> None:
    """Keep the options of `add_global_options` for the hints of this run."""
    _NAMED[:] = [
        *(("--context", args.context) if args.context else ()),
        *(("-H", args.engine_url) if args.engine_url else ()),
    ]


def here(text: str) -> str:
    """The text, its commands of pmap's about the engine that this run is about.

    `pmap recover` would recover the changes of the engine that is chosen by default.
    """
    if not _NAMED:
        return text
    from shlex import join

    return _COMMAND.sub(lambda _: f"pmap {join(_NAMED)} ", text)
