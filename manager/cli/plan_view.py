"""A plan and its outcome, as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from manager.cli.hints import here
from manager.cli.output import Output

if TYPE_CHECKING:
    from manager.change.fileedit import FileEdit
    from manager.change.plan import Outcome, Plan


def print_plan(output: Output, plan: Plan, *, agreed: bool = False) -> None:
    """Before, after, what happens, what it costs, what to mind; once agreed, no other ways."""
    if plan.empty:
        output.text(f"{plan.container}: nothing to do, it is so already", "bold")
    else:
        output.text(f"{plan.container}:", "bold")
    for mapping in plan.before:
        gone = mapping in plan.removed
        output.text(f"  {'-' if gone else ' '} {mapping}", "red" if gone else "dim")
    for mapping in plan.added:
        output.text(f"  + {mapping}", "green")
    if plan.file_edit is not None:
        _print_edit(output, plan.file_edit)
    if not plan.empty:
        _print_cost(output, plan, agreed=agreed)
    for warning in plan.warnings:
        output.text(f"  note: {warning}", "yellow")


def _print_edit(output: Output, edit: FileEdit) -> None:
    """The file, and the lines of it that go and come."""
    import difflib

    output.text(f"  writes {edit.place}:")
    before, after = (
        (content or b"").decode("utf-8", "replace").splitlines()
        for content in (edit.before, edit.after)
    )
    for line in list(difflib.unified_diff(before, after, lineterm="", n=0))[2:]:
        if not line.startswith("@@"):
            output.text(f"    {line[0]} {line[1:]}", "red" if line[0] == "-" else "green")


def _print_cost(output: Output, plan: Plan, *, agreed: bool) -> None:
    cost = plan.cost
    if cost.restart:
        output.text(f"  restart: {cost.expected_downtime}")
    if cost.health_seconds is not None:
        output.text(f"  health check: its first verdict may take {cost.health_seconds:g} s")
    for lost in cost.lost:
        output.text(f"  not kept: {lost}")
    if cost.logs_lost and not agreed:
        output.text("  hint: --keep-logs writes its logs to a file first", "dim")
    for dependent in cost.dependents:
        output.text(f"  restarted with it: {dependent}")


def print_outcome(output: Output, outcome: Outcome) -> None:
    """What holds now, or what was undone and why."""
    status = outcome.status.value
    if status == "applied":
        down = (
            "" if outcome.downtime_ms is None else f"; it was away for {outcome.downtime_ms:.0f} ms"
        )
        output.text(f"done{down}; {here('pmap undo')} turns it round", "green")
        for mapping in outcome.after:
            output.text(f"  {outcome.plan.container}  {mapping}")
    elif status == "refused":
        output.text(f"nothing was changed: {outcome.reason}", "red")
    elif status == "rolled-back":
        output.text(f"rolled back, {outcome.plan.container} is as it was: {outcome.reason}", "red")
    else:
        way = here("pmap recover")
        output.text(f"the way back failed too: {outcome.reason}; type {way}", "bold red")
    for place in outcome.logs:
        output.text(f"  its logs so far: {place}")
    if outcome.hint:
        output.text(f"  hint: {here(outcome.hint)}")
    for warning in outcome.warnings:
        if warning not in outcome.plan.warnings:
            output.text(f"  warning: {warning}", "yellow")
