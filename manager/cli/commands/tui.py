"""Open the screen."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from manager.errors import InvalidInput

if TYPE_CHECKING:
    import argparse

    from manager.service import PortManager


def run(args: argparse.Namespace) -> int:
    """Open the screen on the engine that the options name; the exit code when it closes."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise InvalidInput("the screen needs a terminal", hint="pmap ls, or pmap --help")
    if not args.demo:
        from manager.bootstrap import check_choice

        # Said here at once: the screen would look for an engine that nobody can name.
        check_choice(args.context, args.engine_url)
    # Deferred: no other command may pay for the import of the screen.
    from tui.app import run as run_app

    def open_manager() -> PortManager:
        from manager.bootstrap import build

        return build(context=args.context, host=args.engine_url, demo=args.demo)

    return run_app(open_manager)
