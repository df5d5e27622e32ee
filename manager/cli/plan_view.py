"""A plan and its outcome, as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from manager.cli.output import Output

if TYPE_CHECKING:
    from manager.change.plan import Outcome, Plan


def print_plan(output: Output, plan: Plan) -> None:
    """Before, after, what happens, what it costs, what to mind."""
    if plan.empty:
        output.text(f"{plan.container}: nothing to do, it is so already")
        for mapping in plan.after:
            output.text(f"    {mapping}")
        return
    output.text(f"{plan.container}:", "bold")
    kept = [mapping for mapping in plan.before if mapping in plan.after]
    for mapping in kept:
        output.text(f"    {mapping}", "dim")
    for mapping in plan.before:
        if mapping not in kept:
            output.text(f"  - {mapping}", "red")
    for mapping in plan.after:
        if mapping not in kept:
            output.text(f"  + {mapping}", "green")
    cost = plan.cost
    if cost.restart:
        output.text(
            f"  restarts {plan.container}: {cost.expected_downtime}"
            f" (it gets {cost.stop_timeout} s to stop)"
        )
    for lost in cost.lost:
        output.text(f"  not kept: {lost}")
    for dependent in cost.dependents:
        output.text(f"  also recreated: {dependent}")
    for warning in plan.warnings:
        output.text(f"  warning: {warning}", "yellow")


def print_outcome(output: Output, outcome: Outcome) -> None:
    """What holds now, or what was undone and why."""
    status = outcome.status.value
    if status == "applied":
        down = "" if outcome.downtime_ms is None else f"; it was away for {outcome.downtime_ms} ms"
        output.text(f"done{down}; pmap undo turns it round", "green")
        for mapping in outcome.after:
            output.text(f"  {outcome.plan.container}  {mapping}")
    elif status == "rolled-back":
        output.text(f"rolled back, {outcome.plan.container} is as it was: {outcome.reason}", "red")
    else:
        output.text(f"the way back failed too: {outcome.reason}; type pmap recover", "bold red")
    for warning in outcome.warnings:
        if warning not in outcome.plan.warnings:
            output.text(f"  warning: {warning}", "yellow")
