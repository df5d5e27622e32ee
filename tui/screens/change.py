"""The form of a change: fields beside the plan, then the steps as they happen, then the proof."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Container, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Input

from tui.actions import Place, actions_of
from tui.desk import Desk
from tui.drafts import Draft
from tui.kinds import Kind
from tui.messages import ChangeEnded, LookedInside, PlanReady, StepTaken
from tui.presentation.cells import Role, Span, clip_line, plain
from tui.presentation.fields import is_exposed
from tui.presentation.frame import footer_line
from tui.presentation.plans import plan_lines
from tui.presentation.progress import Work, ended_text, work_lines
from tui.presentation.refusals import refusal_lines
from tui.screens.change_fields import (
    container_of,
    fields,
    logs_go,
    read_draft,
    targets_of,
    title,
    write_notes,
)
from tui.screens.page import the_app
from tui.widgets.field import Choice
from tui.widgets.lines import Lines

if TYPE_CHECKING:
    from manager.change.plan import Plan
    from manager.model.ports import Port
    from manager.service import PortManager

PAUSE = 0.12
"""Seconds without a key after which the draft is planned."""


class ChangeForm(ModalScreen[None]):
    """One change from the first key to the proof. Nothing is done before Enter."""

    PLACE: ClassVar = Place.FORM
    AUTO_FOCUS = ""
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-short"), (32, "-tall")]  # noqa: RUF012

    def __init__(self, draft: Draft, manager: PortManager) -> None:
        super().__init__()
        self.first = draft
        self.answer: PlanReady | None = None
        self.work: Work | None = None
        self.running = False
        self._manager = manager
        self._ticket = 0
        self._desk: Desk | None = None
        self._asked: Draft | None = None
        self._inside: dict[str, tuple[Port, ...]] = {}
        self._lossy: bool | None = None

    def compose(self) -> ComposeResult:
        """Title, fields, plan, keys."""
        app = the_app(self)
        with Vertical(id="box") as box:
            box.border_title = Content(plain(title(self.first, app.glyphs)))
            with Container(id="columns"):
                with Vertical(id="fields"):
                    addresses = self._manager.host.addresses()
                    yield from fields(
                        self.first,
                        app.snapshot,
                        addresses,
                        app.glyphs,
                        lambda: targets_of(self.draft, app.snapshot, self._inside),
                    )
                with VerticalScroll(id="plan", can_focus=False):
                    yield Lines([(Span("working out the plan", Role.MUTED),)], id="told")
            yield Lines(id="keys")

    def on_mount(self) -> None:
        """Begin to plan; the keyboard goes to the first field that is not known already."""
        known = bool(self.first.container) or self.first.kind is Kind.MOVE
        for first in self.query("#port Input" if known else "Input, Choice").results(Widget):
            self.set_focus(first)
            break
        self.set_class(self.first.kind not in {Kind.PUBLISH, Kind.MOVE}, "-plain")
        self._desk = Desk(self._manager, self.post_message)
        self.edited()

    def on_unmount(self) -> None:
        """Plan nothing more."""
        if self._desk is not None:
            self._desk.close()

    def on_key(self, event: events.Key) -> None:
        """What was typed before the fields were there goes into the first of them."""
        if event.is_printable and isinstance(self.focused, Input):
            self.focused.insert_text_at_cursor(event.character or "")

    @property
    def draft(self) -> Draft:
        """What the fields hold."""
        return read_draft(self, self.first)

    @on(Input.Changed)
    @on(Choice.Changed)
    def edited(self) -> None:
        """Something was typed: what was planned no longer counts."""
        if self.work is None:
            self._ticket += 1
            self.answer = None
            self._notes()
            ticket = self._ticket
            self.set_timer(PAUSE, lambda: self._plan(ticket))

    def _plan(self, ticket: int) -> None:
        if ticket == self._ticket and self._desk is not None:
            self._asked = self.draft
            self._desk.plan(ticket, self._asked)

    @on(PlanReady)
    @on(LookedInside)
    def _told(self, message: PlanReady | LookedInside) -> None:
        if isinstance(message, LookedInside):
            self._inside[message.container] = message.ports
        elif message.ticket == self._ticket:
            self.answer = message
        else:
            return
        if self.work is None:
            self._notes()
            self.tell()

    def _notes(self) -> None:
        """What stands under the fields, and which choices are to be made."""
        draft, snapshot = self.draft, the_app(self).snapshot
        write_notes(self, draft, snapshot, self._inside, self.answer)
        own = container_of(draft, snapshot)
        if own is not None and own.id not in self._inside and self._desk is not None:
            self._inside[own.id] = ()
            self._desk.look_inside(own)
        asked = self.answer.agreements if self.answer is not None else frozenset()
        plans = self.answer.plans if self.answer is not None else ()
        if self._lossy is None:
            self._lossy = own is not None and own.state.holds_ports
        if self._asked is None or not self._asked.keep_logs:
            # Of a plan that keeps them nothing is lost, and the choice is still one to make.
            self._lossy = logs_go(plans, self._lossy)
        shown = {
            "expose": is_exposed(draft),
            "save": (own is not None and own.origin is not None) or any(p.service for p in plans),
            "layer": draft.layer != "ask" or "layer" in asked,
            "auto_remove": draft.auto_remove or "auto_remove" in asked,
            "keep_logs": draft.keep_logs or self._lossy,
        }
        for choice in self.query(Choice):
            choice.display = shown[str(choice.id)]
        self._keys()

    def tell(self) -> None:
        """The right side: the plan, the refusal, the steps, or what came of it."""
        g, pane = the_app(self).glyphs, self.query_one("#plan")
        columns = max(pane.content_size.width - 1, 20)
        if self.work is not None:
            lines = work_lines(self.work, columns, g)
        elif self.answer is not None and self.answer.error is not None:
            lines = refusal_lines(self.answer, columns, g)
        else:
            plans = self.answer.plans if self.answer is not None else ()
            lines = [line for plan in plans for line in (*plan_lines(plan, columns, g), ())]
        shown = [clip_line(line, columns, g.ellipsis) for line in lines]
        self.query_one("#told", Lines).show(shown)
        self._keys()

    def _keys(self) -> None:
        width = max(self.query_one("#box").content_size.width, 20)
        idle = {"confirm"} if not self.plans else set()
        if self.answer is None or self.answer.free is None:
            idle.add("free")
        several, port = len(self.focus_chain) > 1, bool(self.query("#port"))
        senseless = {"free": not port, "next_field": not several, "last_field": not several}
        actions = [a for a in actions_of(Place.FORM) if not senseless.get(a.name)]
        line = footer_line(actions, width, idle=idle)
        if self.running:
            line = (Span(" the change is being made", Role.ACCENT),)
        elif self.work is not None:
            line = (Span(" "), Span(" esc ", Role.KEY, "cancel"), Span(" Close", Role.MUTED))
        self.query_one("#keys", Lines).show([line])

    @property
    def plans(self) -> tuple[Plan, ...]:
        """What Enter would carry out: the plans that are shown and do something."""
        if self.answer is None or self.work is not None:
            return ()
        return tuple(plan for plan in self.answer.plans if not plan.empty)

    def confirm(self) -> None:
        """Carry out what is shown, and only that."""
        if self.work is not None:
            self.cancel()
        elif self.plans and self._desk is not None and self.draft == self._asked:
            self._ticket += 1
            self.work = Work(self.plans)
            self.running = the_app(self).changing = True
            self.query_one("#fields").display = False
            self.add_class("-plain")
            self._desk.apply(self.work.plans)
            self.tell()

    @on(StepTaken)
    @on(ChangeEnded)
    def _worked(self, message: StepTaken | ChangeEnded) -> None:
        if self.work is None:
            return
        if isinstance(message, StepTaken):
            self.work.step(message.name, message.state, message.seconds)
        else:
            self._ended(self.work, message)
        self.tell()

    def _ended(self, work: Work, message: ChangeEnded) -> None:
        how = message.outcome or message.error
        if how is not None:
            work.end(how)
        if message.last:
            self.running = False
            the_app(self).change_ended(ended_text(work))

    def cancel(self) -> None:
        """Close; while a change is being made, say that it goes on."""
        if self.running:
            the_app(self).notify("The change is being made: wait for its end.", markup=False)
        else:
            self.dismiss()

    def step(self, fields: int) -> None:
        """Take the keyboard to a field further on, round the end."""
        chain = self.focus_chain
        if chain:
            here = chain.index(self.focused) if self.focused in chain else -1
            self.set_focus(chain[(here + fields) % len(chain)])

    def take_free(self) -> None:
        """Take the proposed port."""
        if self.answer is not None and self.answer.free is not None:
            self.query_one("#port Input", Input).value = str(self.answer.free)
