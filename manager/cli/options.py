"""The options that every command takes, before its name or after it."""

from __future__ import annotations

from manager import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser


def add_global_options(parser: ArgumentParser) -> None:
    """Which engine, and the version."""
    group = parser.add_argument_group("engine")
    group.add_argument("--context", metavar="NAME", help="a docker context")
    group.add_argument("-H", dest="engine_url", metavar="URL", help="the engine's address")
    group.add_argument("--demo", action="store_true", help="an engine in memory, to try things")
    parser.add_argument("--version", action="version", version=f"pmap {__version__}")
