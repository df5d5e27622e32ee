"""Ask a port, or every port of a container, who it is: on each address of this host.

Connects over TCP, then speaks TLS and HTTP where they fit, and knows the greetings of ssh, smtp,
mysql, redis and postgres. Nothing is logged in to. Exit code: 0 when what was asked about answers
(of UDP: when nothing shows that it does not), else 1.
"""

from __future__ import annotations

from manager.cli.output import Output

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `pmap probe`."""
    parser.add_argument(
        "target", metavar="PORT|NAME", help="as in 8080, 53/udp, or a container, service, project"
    )
    parser.add_argument(
        "--timeout", type=float, default=2.0, metavar="SECONDS", help="for each question (2)"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(args: argparse.Namespace) -> int:
    """Print what each address said and what it comes to; the exit code above."""
    from manager.cli.connect import open_manager
    from manager.cli.diagnostics import ExitCode
    from manager.cli.probe_form import truth_form
    from manager.cli.probe_view import print_truth
    from manager.errors import InvalidInput

    if not 0.05 <= args.timeout <= 60:
        raise InvalidInput(f"--timeout is 0.05 to 60 seconds, not {args.timeout:g}")
    manager = open_manager(args, need_engine=False)
    truths = manager.probe(args.target, timeout=args.timeout)
    output = Output()
    if args.json:
        output.json({"schema": 1, "ports": [truth_form(truth) for truth in truths]})
    else:
        for truth in truths:
            print_truth(output, truth, manager.clock.now())
    return ExitCode.OK if all(truth.good for truth in truths) else ExitCode.FINDINGS
