"""The form of a change: fields beside the plan, then the steps as they happen, then the proof."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Container, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Input

from manager.errors import Refused
from manager.model.text import printable
from tui.actions import Place, actions_of
from tui.desk import Desk
from tui.drafts import Draft
from tui.messages import ChangeEnded, PlanReady, StepTaken
from tui.presentation.cells import Line, Role, Span, clip_line, plain
from tui.presentation.fields import is_exposed
from tui.presentation.frame import footer_line
from tui.presentation.plans import Step, error_lines, outcome_lines, plan_lines, step_lines
from tui.screens.change_fields import container_of, fields, read_draft, title, write_notes
from tui.screens.page import bindings, the_app
from tui.widgets.field import Choice
from tui.widgets.lines import Lines

if TYPE_CHECKING:
    from manager.change.plan import Plan
    from manager.service import PortManager

PAUSE = 0.12
"""Seconds without a key after which the draft is planned."""


class ChangeForm(ModalScreen[None]):
    """One change from the first key to the proof. Nothing is done before Enter."""

    PLACE: ClassVar = Place.FORM
    AUTO_FOCUS = "Input, Choice"
    BINDINGS = bindings(actions_of(Place.FORM))
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-short"), (32, "-tall")]  # noqa: RUF012

    def __init__(self, draft: Draft, manager: PortManager) -> None:
        super().__init__()
        self.first = draft
        self.plans: tuple[Plan, ...] = ()
        self.error: PlanReady | None = None
        self.steps: list[Step] = []
        self.running = False
        self.ended: list[ChangeEnded] = []
        self._manager = manager
        self._ticket = 0
        self._desk: Desk | None = None

    def compose(self) -> ComposeResult:
        """Title, fields, plan, keys."""
        app = the_app(self)
        with Vertical(id="box") as box:
            box.border_title = plain(title(self.first, app.glyphs))
            with Container(id="columns"):
                with Vertical(id="fields"):
                    addresses = self._manager.host.addresses()
                    yield from fields(self.first, app.snapshot, addresses, app.glyphs)
                with VerticalScroll(id="plan", can_focus=False):
                    yield Lines([(Span("working out the plan", Role.MUTED),)], id="told")
            yield Lines(id="keys")

    def on_mount(self) -> None:
        """Begin to plan."""
        self._desk = Desk(self._manager, self.post_message)
        self.edited()

    def on_unmount(self) -> None:
        """Plan nothing more."""
        if self._desk is not None:
            self._desk.close()

    @property
    def draft(self) -> Draft:
        """What the fields hold."""
        return read_draft(self, self.first)

    @on(Input.Changed)
    @on(Choice.Changed)
    def edited(self) -> None:
        """Something was typed: what was planned no longer counts."""
        if self.running or self.ended:
            return
        self._ticket += 1
        self.plans, self.error = (), None
        self._notes()
        ticket = self._ticket
        self.set_timer(PAUSE, lambda: self._plan(ticket))

    def _plan(self, ticket: int) -> None:
        if ticket == self._ticket and self._desk is not None:
            self._desk.plan(ticket, self.draft)

    @on(PlanReady)
    def _ready(self, message: PlanReady) -> None:
        if message.ticket == self._ticket and not self.running:
            self.plans = message.plans
            self.error = message if message.error is not None else None
            self._notes()
            self.tell()

    def _notes(self) -> None:
        """What stands under the fields, and which choices are to be made."""
        draft, snapshot = self.draft, the_app(self).snapshot
        write_notes(self, draft, snapshot, self._trouble())
        own = container_of(draft, snapshot)
        asked = self.error.agreements if self.error is not None else frozenset()
        shown = {
            "expose": is_exposed(draft),
            "save": own is not None and own.origin is not None,
            "layer": draft.layer != "ask" or "layer" in asked,
            "auto_remove": draft.auto_remove or "auto_remove" in asked,
        }
        for choice in self.query(Choice):
            choice.display = shown[str(choice.id)]
        self._keys()

    def _trouble(self) -> Line:
        """The holder of the wanted port and the next free one, for the note of the host port."""
        if self.error is None or not isinstance(self.error.error, Refused):
            return ()
        conflicts = self.error.error.conflicts
        if not conflicts:
            return ()
        text = f"held by {conflicts[0].holder}"
        free = f"; {self.error.free} is free: ^n" if self.error.free else ""
        return (Span(printable(text), Role.BAD), Span(free, Role.GOOD, "free"))

    def tell(self) -> None:
        """The right side: the plan, the refusal, the steps, or what came of it."""
        told, g = self.query_one("#told", Lines), the_app(self).glyphs
        columns = max(self.query_one("#plan").content_size.width - 1, 20)
        lines: list[Line] = []
        for ended in self.ended:
            if ended.outcome is not None:
                lines += outcome_lines(ended.outcome, columns, g)
            elif ended.error is not None:
                lines += error_lines(ended.error, columns, g)
        if self.running or self.steps:
            plan = self.plans[min(len(self.ended), len(self.plans) - 1)]
            lines += step_lines(plan, self.steps, g)
        elif self.error is not None and self.error.error is not None:
            lines += error_lines(self.error.error, columns, g)
        else:
            for plan in self.plans:
                lines += [*plan_lines(plan, columns, g), ()]
        told.show([clip_line(line, columns, g.ellipsis) for line in lines])
        self._keys()

    def _keys(self) -> None:
        idle = set()
        if not self.plans or self.running or all(plan.empty for plan in self.plans):
            idle.add("confirm")
        if self.error is None or self.error.free is None:
            idle.add("free")
        width = max(self.query_one("#box").content_size.width, 20)
        line = footer_line(actions_of(Place.FORM), width, idle=idle)
        if self.running:
            line = (Span(" the change is being made: nothing to press now", Role.ACCENT),)
        elif self.ended:
            line = (Span(" esc ", Role.KEY, "cancel"), Span(" close", Role.MUTED))
        self.query_one("#keys", Lines).show([line])

    def confirm(self) -> None:
        """Carry out what is shown, and only that."""
        if self.ended:
            self.dismiss()
        elif self.plans and not self.running and self._desk is not None:
            if all(plan.empty for plan in self.plans):
                self.dismiss()
                return
            self.running = the_app(self).changing = True
            self.query_one("#fields").disabled = True
            self._desk.apply(self.plans)
            self.tell()

    @on(Input.Submitted)
    def _submitted(self) -> None:
        self.confirm()

    @on(StepTaken)
    def _step(self, message: StepTaken) -> None:
        step = Step(message.name, message.state, message.seconds)
        names = [known.name for known in self.steps]
        if message.name in names:
            self.steps[names.index(message.name)] = step
        else:
            self.steps.append(step)
        self.tell()

    @on(ChangeEnded)
    def _ended(self, message: ChangeEnded) -> None:
        self.ended.append(message)
        if message.error is not None or message.outcome is not None:
            self.steps = [] if message.error is None else self.steps
        if message.last:
            self.running = False
            the_app(self).change_ended()
        self.tell()

    def cancel(self) -> None:
        """Close; while a change is being made, say that it goes on."""
        if self.running:
            the_app(self).notify("The change is being made: wait for its end.")
        else:
            self.dismiss()

    def take_free(self) -> None:
        """Take the proposed port."""
        if self.error is not None and self.error.free is not None:
            self.query_one("#port Input", Input).value = str(self.error.free)
