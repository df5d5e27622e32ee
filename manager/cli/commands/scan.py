"""Connect to every TCP port of this host's own addresses, and mark what nobody is known to hold.

A real connect scan from the outside in, of this host alone; it sends nothing and ends within
--seconds. Exit code: 0 when all that answers is known and all that is bound answers, else 1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from manager.cli.output import Cell, Output

if TYPE_CHECKING:
    import argparse

    from manager.model.rows import PortRow
    from manager.model.scanning import ScanLine, ScanReport


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `pmap scan`."""
    parser.add_argument("--range", metavar="A-B", help="these ports alone (1-65535)")
    parser.add_argument(
        "--seconds", type=float, default=30.0, metavar="N", help="how long it may take (30)"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(args: argparse.Namespace) -> int:
    """Print what answers beside what is expected; the exit code above."""
    from manager.cli.connect import open_manager
    from manager.cli.diagnostics import ExitCode
    from manager.errors import InvalidInput
    from manager.model.ports import PortRange
    from manager.model.scanning import ScanLimits

    if not 0.1 <= args.seconds <= 600:
        raise InvalidInput(f"--seconds is 0.1 to 600, not {args.seconds:g}")
    ports = PortRange.parse(args.range) if args.range else None
    manager = open_manager(args, need_engine=False)
    report = manager.scan(ports, ScanLimits(seconds=args.seconds))
    output = Output()
    if args.json:
        output.json(_form(report))
    else:
        _print(output, report)
    odd = report.unexpected or report.missing
    return ExitCode.FINDINGS if odd else ExitCode.OK


def _print(output: Output, report: ScanReport) -> None:
    from manager.model.ports import format_host

    if report.lines:
        rows = [_cells(line, len(report.addresses)) for line in report.lines]
        output.table(("  PORT", "ON", "WHOSE"), rows)
    for row in report.missing:
        port = row.host_ports.start if row.host_ports else 0
        output.text(f"{row.host} ({_owner(row)}) is bound and does not answer; pmap probe {port}",
                    "yellow")  # fmt: skip
    found, where = report.found, ", ".join(map(format_host, report.addresses))
    unexpected = len(report.unexpected)
    odd = f", {unexpected} of nobody that is known" if unexpected else ""
    output.text(f"{len(report.lines)} ports answer{odd}; asked {where}", "bold")
    if found.left:
        output.text(
            f"{found.left} of {found.asked + found.left} were not reached in {found.seconds:.0f} s;"
            " name a --range, or more --seconds",
            "yellow",
        )


def _cells(line: ScanLine, addresses: int) -> list[Cell]:
    from manager.model.ports import format_host

    style = "" if line.expected else "bold red"
    mark = " " if line.expected else "!"
    many = len(line.addresses) == addresses > 1
    where = "every address" if many else " ".join(map(format_host, line.addresses))
    whose = _owner(line.row) if line.row else "nobody is known to listen here"
    return [Cell(f"{mark} {line.port}", style), Cell(where), Cell(whose, style)]


def _owner(row: PortRow) -> str:
    if row.container is not None:
        inner = f" -> {row.container_port}" if row.container_port else ", host network"
        return f"{row.container.name}{inner}"
    if row.process is None:
        return "a process that this user may not see"
    return f"{row.process.name or 'process'} [{row.process.pid}]"


def _form(report: ScanReport) -> dict[str, Any]:
    from manager.cli.json_form import row_form

    return {
        "schema": 1,
        "addresses": [str(address) for address in report.addresses],
        "ports": str(report.ports),
        "asked": report.found.asked,
        "left": report.found.left,
        "seconds": round(report.found.seconds, 3),
        "found": [
            {
                "port": line.port,
                "addresses": [str(address) for address in line.addresses],
                "expected": line.expected,
                "mapping": row_form(line.row) if line.row else None,
            }
            for line in report.lines
        ],
        "missing": [row_form(row) for row in report.missing],
    }
