"""A plan, the steps as they happen, and what came of it, as lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from manager.model.text import printable
from tui.presentation.cells import Line, Role, Span, wrap
from tui.presentation.glyphs import Glyphs

if TYPE_CHECKING:
    from manager.change.plan import Outcome, Plan
    from manager.errors import PmapError
    from manager.model.ports import PortMapping


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a change as far as it has come: start, done or failed."""

    name: str
    state: str
    seconds: float = 0.0


def plan_lines(plan: Plan, columns: int, g: Glyphs) -> list[Line]:
    """Before and after, what it costs, what to mind, and the steps."""
    lines: list[Line] = [_owner(plan), *mapping_lines(plan.before, plan.after, g), ()]
    if plan.empty:
        lines.append((Span("Nothing to do: it is so already.", Role.GOOD),))
    lines += _cost(plan, columns)
    for warning in plan.warnings:
        head = Span(f"{g.alarm} ", Role.WARN)
        lines += wrap((head, Span(printable(warning), Role.WARN)), columns, indent="  ")
    return lines


def _owner(plan: Plan) -> Line:
    spans = [Span(printable(plan.container), Role.STRONG)]
    if plan.service is not None:
        spans.append(Span(f"  {printable(plan.project or '')}/{plan.service}", Role.PROJECT))
    return tuple(spans)


def mapping_lines(
    before: Sequence[PortMapping], after: Sequence[PortMapping], g: Glyphs
) -> list[Line]:
    """Every mapping: those that stay, those that go, those that come."""
    lines: list[Line] = []
    for mapping in before:
        stays = mapping in after
        role = Role.MUTED if stays else Role.REMOVED
        lines.append((Span("  " if stays else "- ", Role.BAD), Span(_arrow(mapping, g), role)))
    lines += [
        (Span("+ ", Role.ADDED), Span(_arrow(mapping, g), Role.ADDED))
        for mapping in after
        if mapping not in before
    ]
    return lines or [(Span("  no ports", Role.MUTED),)]


def _arrow(mapping: PortMapping, g: Glyphs) -> str:
    return f"{mapping.binding} {g.arrow} {mapping.container_port}"


def _cost(plan: Plan, columns: int) -> list[Line]:
    cost = plan.cost
    lines: list[Line] = []
    if cost.restart:
        text = f"Restarts {plan.container}: {cost.expected_downtime}."
        lines += wrap((Span(printable(text)),), columns)
    elif not plan.empty:
        lines.append((Span("Nothing runs, so nothing is interrupted."),))
    for name in cost.dependents:
        lines += wrap((Span(f"Also recreated: {printable(name)}.", Role.WARN),), columns)
    for what in cost.lost:
        lines += wrap((Span(f"Not kept: {printable(what)}.", Role.WARN),), columns)
    return lines


def step_lines(plan: Plan, steps: Iterable[Step], g: Glyphs, tick: int = 0) -> list[Line]:
    """The steps taken so far with their times, then the operations that are still to come."""
    taken = list(steps)
    lines: list[Line] = []
    for step in taken:
        sign, role = {
            "start": (g.spinner[tick % len(g.spinner)], Role.ACCENT),
            "done": (g.yes, Role.GOOD),
            "failed": (g.cross, Role.BAD),
        }[step.state]
        clock = "" if step.state == "start" else f"{step.seconds:6.2f} s"
        lines.append((
            Span(f"{sign} ", role),
            Span(f"{printable(step.name):<26}", Role.TEXT if step.state != "failed" else Role.BAD),
            Span(clock, Role.MUTED),
        ))  # fmt: skip
    names = {step.name for step in taken}
    lines += [
        (Span(f"{g.no} {operation.kind}", Role.FAINT),)
        for operation in plan.operations
        if operation.kind.value not in names
    ]
    return lines


def outcome_lines(outcome: Outcome, columns: int, g: Glyphs) -> list[Line]:
    """How it ended, what holds now, and the proof."""
    status, plan = outcome.status.value, outcome.plan
    if status == "applied":
        lines: list[Line] = [(Span(f"{g.yes} Done. ", Role.GOOD), Span(_away(outcome), Role.MUTED))]
        lines += mapping_lines(outcome.before, outcome.after, g)
        proof = "docker inspect differs in the port bindings and in nothing else."
        if outcome.differences:
            proof = f"docker inspect also differs in: {', '.join(outcome.differences)}."
        lines += wrap((Span(printable(proof), Role.MUTED),), columns)
    elif status == "rollback-failed":
        lines = wrap((
            Span(f"{g.cross} The way back failed too. ", Role.BAD),
            Span("Type pmap recover: the journal holds what is needed. ", Role.STRONG),
            Span(printable(outcome.reason)),
        ), columns, indent="  ")  # fmt: skip
    else:
        lines = wrap((
            Span(f"{g.cross} Undone: {printable(plan.container)} is as it was. ", Role.WARN),
            Span(printable(outcome.reason)),
        ), columns, indent="  ")  # fmt: skip
    if outcome.hint:
        lines += wrap((Span("Try: ", Role.MUTED), Span(printable(outcome.hint))), columns)
    for warning in outcome.warnings:
        if warning not in plan.warnings:
            lines += wrap(
                (Span(f"{g.alarm} {printable(warning)}", Role.WARN),), columns, indent="  "
            )
    return lines


def _away(outcome: Outcome) -> str:
    if outcome.downtime_ms is None:
        return "Nothing was interrupted."
    return f"It was away for {outcome.downtime_ms:.0f} ms."


def error_lines(error: PmapError, columns: int, g: Glyphs) -> list[Line]:
    """What went wrong, and what to do."""
    lines = wrap(
        (Span(f"{g.cross} ", Role.BAD), Span(printable(error.message), Role.BAD)),
        columns,
        indent="  ",
    )
    if error.hint:
        hint = wrap((Span(printable(error.hint), Role.MUTED),), columns - 2)
        lines += [(Span("  "), *line) for line in hint]
    return lines
