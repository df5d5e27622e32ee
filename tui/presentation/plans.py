"""A plan as lines: before and after, what it costs, what to mind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from manager.model.text import printable
from tui.presentation.cells import Line, Role, Span, wrap
from tui.presentation.glyphs import Glyphs
from tui.presentation.refusals import in_form

if TYPE_CHECKING:
    from manager.change.plan import Plan
    from manager.model.ports import PortMapping


def plan_lines(plan: Plan, columns: int, g: Glyphs) -> list[Line]:
    """Before and after, what it costs, what to mind, and the steps."""
    lines: list[Line] = [_owner(plan), *mapping_lines(plan.before, plan.after, g), ()]
    if plan.empty:
        lines.append((Span("Nothing to do: it is so already.", Role.GOOD),))
    lines += _cost(plan, columns)
    for warning in plan.warnings:
        head = Span(f"{g.alarm} ", Role.WARN)
        lines += wrap((head, Span(in_form(warning), Role.WARN)), columns, indent="  ")
    return lines


def _owner(plan: Plan) -> Line:
    spans = [Span(printable(plan.container), Role.STRONG)]
    if plan.service is not None:
        spans.append(Span(f"  {printable(f'{plan.project}/{plan.service}')}", Role.PROJECT))
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
    if plan.request.keep_logs and not (plan.empty or cost.logs_lost):
        lines.append((Span("Its logs so far are kept in a file."),))
    for what in cost.lost:
        lines += wrap((Span(f"Not kept: {in_form(what)}.", Role.WARN),), columns)
    return lines
