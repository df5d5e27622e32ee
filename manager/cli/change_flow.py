"""A change from the command line: plan, show, confirm, apply, tell. Shared by all that change."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from manager.cli import diagnostics
from manager.cli.diagnostics import ExitCode
from manager.cli.hints import here
from manager.cli.output import Output
from manager.cli.plan_view import print_outcome, print_plan
from manager.errors import Declined, InvalidInput, Refused
from manager.model.text import printable

if TYPE_CHECKING:
    import argparse

    from manager.change.plan import Outcome, Plan
    from manager.change.request import ChangeRequest
    from manager.service import PortManager

RequestMaker = Callable[["argparse.Namespace"], "Sequence[ChangeRequest]"]


def add_change_options(parser: argparse.ArgumentParser) -> None:
    """The options that every change takes."""
    parser.add_argument("--dry-run", action="store_true", help="show the plan, change nothing")
    parser.add_argument("-y", "--yes", action="store_true", help="agree to the plan beforehand")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument(
        "--expose", action="store_true", help="agree to an address that is not loopback"
    )
    parser.add_argument(
        "--save", action="store_const", const="file", default="no", dest="save",
        help="write it into the compose file that the container comes from",
    )  # fmt: skip
    parser.add_argument(
        "--save=override", action="store_const", const="override", dest="save",
        help="write it into the compose override file",
    )  # fmt: skip
    layer = parser.add_mutually_exclusive_group()
    layer.add_argument(
        "--keep-layer", action="store_const", const="keep", default="ask", dest="layer",
        help="copy files written inside the container, outside volumes, to the new one",
    )  # fmt: skip
    layer.add_argument(
        "--discard-layer", action="store_const", const="discard", dest="layer",
        help="let them go",
    )  # fmt: skip
    parser.add_argument(
        "--keep-logs", action="store_true",
        help="write what the container has logged to a file before it is replaced",
    )  # fmt: skip
    parser.add_argument(
        "--allow-rm", action="store_true", help="agree to change a container made with --rm"
    )


def request_options(args: argparse.Namespace) -> dict[str, Any]:
    """The fields that every request takes from the options."""
    return {
        "expose": args.expose,
        "save": args.save,
        "layer": args.layer,
        "keep_logs": args.keep_logs,
        "auto_remove": args.allow_rm,
    }


def run_changes(args: argparse.Namespace, manager: PortManager, make: RequestMaker) -> int:
    """Plan and carry out each request in turn; stops at the first that does not hold."""
    output = Output()
    forms: list[dict[str, Any]] = []
    code = ExitCode.OK
    requests = _made(make, args)
    for done, request in enumerate(requests):
        try:
            code, form = _one(args, manager, request, output)
        except Refused as refusal:
            code = diagnostics.report(refusal)
            form = _refused_form(refusal, request)
        forms.append(form)
        if code is not ExitCode.OK:
            left = len(requests) - done - 1
            if left:
                diagnostics.warn(f"stopped here: {done} done, {left} not begun")
            break
    if args.json:
        many = len(requests) != 1
        output.json({"schema": 1, "changes": forms} if many else forms[0])
    return code


def _made(make: RequestMaker, args: argparse.Namespace) -> Sequence[ChangeRequest]:
    """The requests. Raises InvalidInput for what pydantic refuses, in its words."""
    from pydantic import ValidationError

    try:
        return make(args)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InvalidInput(f"{where}: {first['msg']}", hint="pmap ls names containers") from None


def _one(
    args: argparse.Namespace, manager: PortManager, request: ChangeRequest, output: Output
) -> tuple[ExitCode, dict[str, Any]]:
    plan = manager.plan(request)
    return execute(args, manager, plan, output)


def execute(
    args: argparse.Namespace, manager: PortManager, plan: Plan, output: Output
) -> tuple[ExitCode, dict[str, Any]]:
    """Show a plan, ask, carry it out; the exit code and the JSON form. Raises Declined."""
    if not (args.yes or args.dry_run or plan.empty):
        plan = _offer_to_save(manager, plan)
    if not args.json:
        print_plan(output, plan, agreed=args.yes)
    if args.dry_run or plan.empty:
        return ExitCode.OK, plan_form(plan, "planned" if args.dry_run else "applied")
    if not args.yes:
        confirm(f"Change {plan.container}?")
    outcome = manager.apply(plan, None if args.json else _show_step)
    if not args.json:
        print_outcome(output, outcome)
    return outcome_code(outcome), outcome_form(outcome)


def _offer_to_save(manager: PortManager, plan: Plan) -> Plan:
    """Ask whether the compose file shall say so too: else its next `up` may undo the change."""
    from manager.change.request import SaveChoice

    request = plan.request
    if not sys.stdin.isatty() or plan.service is None or request.save is not SaveChoice.NO:
        return plan
    try:
        saved = manager.plan(request.model_copy(update={"save": SaveChoice.FILE}))
    except Refused:
        return plan
    if saved.file_edit is None:
        return plan
    answer = ask(f"Write it into {saved.file_edit.place} too? [y/N]")
    return saved if answer.lower() in {"y", "yes"} else plan


def confirm(question: str) -> None:
    """Ask on the terminal. Raises Declined, or InvalidInput where nobody can be asked."""
    if not sys.stdin.isatty():
        raise InvalidInput(
            "nobody can be asked here: this is not a terminal",
            hint="-y agrees to the plan beforehand; --dry-run shows it",
        )
    if ask(f"{question} [y/N]").lower() not in {"y", "yes"}:
        raise Declined("nothing was changed")


def ask(question: str) -> str:
    """What a person answers on the terminal, without the spaces around it."""
    sys.stdout.flush()
    sys.stderr.write(f"{printable(question)} ")
    sys.stderr.flush()
    return sys.stdin.readline().strip()


def _show_step(name: str, state: str, seconds: float) -> None:
    if state == "start":
        return
    mark = "ok" if state == "done" else "FAILED"
    diagnostics.note(f"  {seconds:6.2f} s  {name}: {mark}")


def outcome_code(outcome: Outcome) -> ExitCode:
    """What the contract says; a change that was interrupted and turned back is just that."""
    if outcome.interrupted and outcome.status.value != "rollback-failed":
        return ExitCode.INTERRUPTED
    return {
        "applied": ExitCode.OK,
        "planned": ExitCode.OK,
        "refused": ExitCode.FINDINGS,
        "rolled-back": ExitCode.ROLLED_BACK,
        "rollback-failed": ExitCode.ROLLBACK_FAILED,
    }[outcome.status.value]


def plan_form(plan: Plan, status: str) -> dict[str, Any]:
    """The JSON form of a plan that was not carried out."""
    from manager.cli.json_form import SCHEMA, mapping_form

    return {
        "schema": SCHEMA,
        "id": plan.id,
        "status": status,
        "container": plan.container,
        "plan": [operation.model_dump(mode="json") for operation in plan.operations],
        "before": [mapping_form(mapping) for mapping in plan.before],
        "after": [mapping_form(mapping) for mapping in plan.after],
        "conflicts": [],
        "warnings": list(plan.warnings),
        "downtime_ms": None,
        "reason": None,
        "file": plan.file_edit.path if plan.file_edit else None,
    }


def outcome_form(outcome: Outcome) -> dict[str, Any]:
    """The JSON form of a change that was carried out, or tried."""
    from manager.cli.json_form import mapping_form

    return plan_form(outcome.plan, outcome.status.value) | {
        "after": [mapping_form(mapping) for mapping in outcome.after],
        "warnings": list(outcome.warnings),
        "downtime_ms": outcome.downtime_ms,
        "reason": outcome.reason or None,
        "container_id": outcome.new_container_id,
        "differences": list(outcome.differences),
        "logs": list(outcome.logs),
    }


def _refused_form(refusal: Refused, request: ChangeRequest) -> dict[str, Any]:
    from manager.cli.json_form import SCHEMA, conflict_form

    return {
        "schema": SCHEMA,
        "id": None,
        "status": "refused",
        "container": request.container,
        "plan": [],
        "before": [],
        "after": [],
        "conflicts": [conflict_form(conflict) for conflict in refusal.conflicts],
        "warnings": [],
        "downtime_ms": None,
        "reason": refusal.message,
        "hint": here(refusal.hint) or None,
    }
