"""Say who holds a host port: container, stopped container or process, and the way out.

With --free the port is freed: the container's mapping is moved, the container stopped, or the
process ended, as is chosen for each holder. On a terminal that is asked; elsewhere --how and -y
say it. Nothing of an engine (docker-proxy, dockerd, containerd) is ever ended.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from manager.cli.output import Output

if TYPE_CHECKING:
    import argparse

    from manager.model.conflict import Holder
    from manager.model.place import HostPlace
    from manager.model.verdict import Verdict
    from manager.service import PortManager


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `pmap who`."""
    parser.add_argument(
        "port", metavar="[IP:]PORT[/PROTO]", help="as in 62893, 53/udp or 127.0.0.1:62893"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument("--free", action="store_true", help="free the port, as is chosen")
    parser.add_argument(
        "--how", choices=("move", "stop", "end", "kill"),
        help="with --free: move the container's port, stop the container, end the process"
        " (TERM), or kill it where it does not end",
    )  # fmt: skip
    parser.add_argument("-y", "--yes", action="store_true", help="agree to --how beforehand")


def run(args: argparse.Namespace) -> int:
    """Print the holders, 0 also when nobody holds it; with --free see free_flow."""
    from manager.cli.connect import open_manager
    from manager.errors import InvalidInput
    from manager.model.place import HostPlace

    place = HostPlace.parse(args.port)
    if (args.how or args.yes) and not args.free:
        raise InvalidInput(
            "--how and -y say how to free the port, and --free is missing",
            hint=f"pmap who {args.port} --free{' --how ' + args.how if args.how else ''}",
        )
    manager = open_manager(args, need_engine=False)
    if args.free:
        from manager.cli.free_flow import free_port

        return free_port(args, manager, place)
    return _show(args, manager, place)


def _show(args: argparse.Namespace, manager: PortManager, asked: HostPlace) -> int:
    from manager.cli.connect import other_host
    from manager.cli.holder_view import print_fact, print_holder
    from manager.model.advice import advice, advice_for

    holders = manager.who(asked.port, asked.protocol, asked.host_ip)
    verdicts = _verdicts(manager, holders)
    place = other_host(manager)
    advised = advice(asked, holders, host_known=not place)
    output = Output()
    if args.json:
        from manager.cli import json_form
        from manager.cli.verdict_form import verdict_form

        output.json(
            {
                "schema": json_form.SCHEMA,
                "port": asked.port,
                "protocol": asked.protocol.value if asked.protocol else None,
                "host_ip": str(asked.host_ip) if asked.host_ip else None,
                "holders": [
                    json_form.holder_form(holder) | {"verdict": verdict and verdict_form(verdict)}
                    for holder, verdict in zip(holders, verdicts, strict=True)
                ],
                "host_known": not place,
                "advice": advised,
            }
        )
        return 0
    if not holders:
        output.text(f"{'no container' if place else 'nobody'} holds {asked}; {advised}")
    for holder, verdict in zip(holders, verdicts, strict=True):
        print_holder(output, holder, verdict, elsewhere=bool(place))
        print_fact(output, "way out", advice_for(holder), "cyan")
    if place:
        unseen = f"what else runs on the engine's host ({place}) cannot be seen from here"
        output.text(unseen, "dim")
    return 0


def _verdicts(manager: PortManager, holders: Sequence[Holder]) -> list[Verdict | None]:
    """Who really reaches each; None for what is not bound now."""
    from manager.model.rows import row_of

    rows = [row_of(holder) if holder.kind.binds else None for holder in holders]
    judged = iter(manager.verdicts([row for row in rows if row is not None]))
    return [None if row is None else next(judged) for row in rows]
