"""From the global options to a PortManager, and the warning about interrupted changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from manager.cli import diagnostics
from manager.cli.hints import here, remember
from manager.errors import EngineUnavailable

if TYPE_CHECKING:
    import argparse

    from manager.service import PortManager


def open_manager(
    args: argparse.Namespace, *, need_engine: bool = True, warn_open: bool = True
) -> PortManager:
    """The manager for the engine that the options name.

    Raises EngineUnavailable, unless `need_engine` is False: then the manager knows the host
    alone, and a warning says so.
    """
    from manager.bootstrap import build

    remember(args)
    manager = build(context=args.context, host=args.engine_url, demo=args.demo)
    if manager.unavailable is not None:
        if need_engine:
            raise manager.unavailable
        _say_unavailable(manager.unavailable)
    for change in manager.open_changes() if warn_open else ():
        name = (change.get("plan") or {}).get("container") or "a container"
        diagnostics.warn(f"a change of {name} was interrupted; {here('pmap recover')} finishes it")
    return manager


def _say_unavailable(error: EngineUnavailable) -> None:
    diagnostics.warn(f"{error.message}; containers are not known")


def other_host(manager: PortManager) -> str:
    """The engine's host where that is another one, whose sockets say nothing here; else empty."""
    if manager.host_is_engines or manager.engine is None:
        return ""
    return manager.engine.info().host


def warn_other_host(manager: PortManager, what: str) -> None:
    """Say on stderr what is not known of the engine's host, where that is another one."""
    if place := other_host(manager):
        diagnostics.warn(f"{what}: the engine is on another host ({place})")
