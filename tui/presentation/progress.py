"""The steps of a change as they happen, and what came of it, as lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from manager.model.text import printable
from tui.presentation.cells import Line, Role, Span, wrap
from tui.presentation.glyphs import Glyphs
from tui.presentation.plans import mapping_lines, plan_lines

if TYPE_CHECKING:
    from manager.change.plan import Outcome, Plan
    from manager.errors import PmapError


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a change as far as it has come: start, done or failed, and how long it took."""

    name: str
    state: str
    seconds: float = 0.0
    begun: float = 0.0


@dataclass(slots=True)
class Work:
    """Plans that are being carried out: the steps of each, and how each ended."""

    plans: tuple[Plan, ...] = ()
    steps: list[tuple[Step, ...]] = field(default_factory=list)
    ended: list[Outcome | PmapError] = field(default_factory=list)

    def step(self, name: str, state: str, clock: float) -> None:
        """A word of progress about the plan that is at work."""
        if len(self.steps) == len(self.ended):
            self.steps.append(())
        self.steps[-1] = with_step(self.steps[-1], name, state, clock)

    def end(self, how: Outcome | PmapError) -> None:
        """The plan that was at work is over."""
        if len(self.steps) == len(self.ended):
            self.steps.append(())
        self.ended.append(how)


def work_lines(work: Work, columns: int, g: Glyphs) -> list[Line]:
    """Every plan: how it ended with its steps, the steps so far, or the plan that waits."""
    lines: list[Line] = []
    for number, plan in enumerate(work.plans):
        steps = work.steps[number] if number < len(work.steps) else ()
        if number < len(work.ended):
            how = work.ended[number]
            if isinstance(how, Exception):
                lines += error_lines(how, columns, g)
            else:
                lines += [*outcome_lines(how, columns, g), ()]
            lines += [*step_lines(plan, steps, g), ()]
        elif number == len(work.ended) and not _stopped(work):
            lines += [(Span(printable(plan.container), Role.STRONG),)]
            lines += [*step_lines(plan, steps, g), ()]
        else:
            lines += [*plan_lines(plan, columns, g), ()]
    return lines


def _stopped(work: Work) -> bool:
    """Whether a plan did not hold, so that none after it was begun."""
    last = work.ended[-1] if work.ended else None
    return last is not None and (isinstance(last, Exception) or last.status.value != "applied")


def with_step(steps: Sequence[Step], name: str, state: str, clock: float) -> tuple[Step, ...]:
    """The steps with this word of progress; `clock` is seconds since the change began."""
    known = {step.name: step for step in steps}
    begun = known[name].begun if name in known else clock
    known[name] = Step(name, state, clock - begun, begun)
    return tuple(known.values())


def step_lines(plan: Plan, steps: Sequence[Step], g: Glyphs) -> list[Line]:
    """The plan's operations with the time of each that is done, then what else was done."""
    taken = {step.name: step for step in steps}
    lines: list[Line] = []
    for operation in plan.operations:
        step = taken.pop(f"{operation.kind} {operation.resource}", None)
        lines.append(_step(operation.kind.value, operation.cause, step, g))
    lines += [_step(step.name, "", step, g) for step in taken.values()]
    return lines


def _step(name: str, cause: str, step: Step | None, g: Glyphs) -> Line:
    if step is None:
        return (Span(f"{g.no} {printable(name)}", Role.FAINT),)
    sign, role = {
        "start": (g.arrow[-1], Role.ACCENT),
        "done": (g.yes, Role.GOOD),
        "failed": (g.cross, Role.BAD),
    }[step.state]
    clock = " " * 8 if step.state == "start" else f"{step.seconds:6.2f} s"
    return (
        Span(f"{sign} ", role),
        Span(f"{printable(name):<11}", Role.STRONG if step.state == "start" else Role.TEXT),
        Span(f"{clock}  ", Role.MUTED),
        Span(printable(cause), Role.MUTED),
    )


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
    for place in outcome.logs:
        said = (Span("Its logs so far: ", Role.MUTED), Span(printable(place)))
        lines += wrap(said, columns, indent="  ")
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


def ended_text(work: Work) -> str:
    """How the plans ended, in a line each, for a terminal whose screen is gone."""
    words = {"applied": "changed", "rolled-back": "undone, it is as it was"}
    said = []
    for plan, how in zip(work.plans, work.ended, strict=False):
        if isinstance(how, Exception):
            said.append(f"{plan.container}: not changed: {how.message}")
        else:
            word = words.get(how.status.value, "the way back failed too; pmap recover")
            said.append(f"{plan.container}: {word}")
    return printable("; ".join(said))


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
