"""Find host ports that nobody holds or reserves, outside the ephemeral range."""

from __future__ import annotations

from manager.cli.output import Output
from manager.errors import InvalidInput

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `pmap free`."""
    parser.add_argument("count", nargs="?", type=int, default=1, metavar="COUNT", help="how many")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--near", metavar="PORT", help="as close to this one as can be")
    where.add_argument("--range", metavar="A-B", help="within this range")
    parser.add_argument("--contiguous", action="store_true", help="ports that follow each other")
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(args: argparse.Namespace) -> int:
    """Print the ports, one a line; 1 when there are fewer than were asked for."""
    from manager.cli.connect import open_manager, other_host, warn_other_host
    from manager.model.portclass import FreePortSearch
    from manager.model.ports import PortRange, parse_port_number

    if not 1 <= args.count <= 1000:
        raise InvalidInput(f"COUNT is 1 to 1000, not {args.count}")
    search = FreePortSearch(
        args.count,
        parse_port_number(args.near) if args.near else None,
        PortRange.parse(args.range) if args.range else None,
        args.contiguous,
    )
    manager = open_manager(args, need_engine=False)
    ports = manager.free(search)
    warn_other_host(manager, "only containers were asked")
    output = Output()
    if args.json:
        known = not other_host(manager)
        output.json({"schema": 1, "ports": ports, "count": args.count, "host_known": known})
    else:
        for port in ports:
            output.text(str(port))
    if len(ports) < args.count:
        from manager.cli.diagnostics import warn

        warn(f"{len(ports)} of {args.count} ports found; try another range")
        return 1
    return 0
