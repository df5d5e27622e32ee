"""The fields of each kind of change, and the draft that they hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from textual.widget import Widget

from manager.errors import Refused
from manager.model.conflict import HolderKind
from manager.model.container import Container
from manager.model.ports import IPAddress, Port
from manager.model.snapshot import Snapshot
from manager.model.text import printable
from tui.drafts import Draft
from tui.kinds import Kind
from tui.messages import PlanReady
from tui.presentation.cells import Line, Role, Span
from tui.presentation.fields import (
    address_choices,
    address_note,
    container_note,
    is_exposed,
    offered_ports,
    port_note,
    target_note,
)
from tui.presentation.glyphs import Glyphs
from tui.presentation.refusals import LABELS
from tui.widgets.field import Choice, Field

if TYPE_CHECKING:
    from textual.dom import DOMNode

    from manager.change.plan import Plan

SAVE = (("no", "leave it as it is"), ("file", "write it there"), ("override", "write an override"))
LAYER = (("ask", "refuse if there are any"), ("keep", "copy them over"), ("discard", "let them go"))
AGREE = (("no", "no"), ("yes", "yes, open it up"))
AUTO_REMOVE = (("no", "refuse"), ("yes", "make it anew all the same"))
LOGS = (("no", "let them go"), ("yes", "keep them in a file"))

Inside = Mapping[str, tuple[Port, ...]]
"""What listens in containers, by their ids, where that is known."""


def container_of(draft: Draft, snapshot: Snapshot) -> Container | None:
    """The container that the draft is about, None while it is not named."""
    if draft.rows:
        return draft.rows[0].container
    wanted = draft.container.strip()
    return next((c for c in snapshot.containers if wanted in {c.name, c.id}), None)


def fields(
    draft: Draft,
    snapshot: Snapshot,
    addresses: Iterable[IPAddress],
    glyphs: Glyphs,
    target_of: Callable[[], tuple[Port, ...]],
) -> Iterator[Widget]:
    """The fields of a form for this draft, then its choices. target_of: ports to lead to."""

    def containers(text: str) -> list[str]:
        names = sorted(printable(c.name) for c in snapshot.containers)
        return [name for name in names if name.startswith(text)]

    def targets(text: str) -> list[str]:
        return [str(p) for p in target_of() if str(p).startswith(text)]

    def places(text: str) -> list[str]:
        return [a for a in address_choices(addresses) if a.startswith(text)]

    if draft.kind is Kind.PUBLISH:
        yield Field("Container", draft.container, containers, id="container")
    if draft.kind in {Kind.PUBLISH, Kind.MOVE}:
        yield Field("Host port", draft.port, lambda text: (), placeholder="a free one", id="port")
        yield Field("Leads to", draft.target, targets, placeholder="its own port", id="target")
        yield Field("Address", draft.address, places, placeholder="127.0.0.1", id="address")
        yield Choice(LABELS["expose"], AGREE, glyphs=glyphs, role=Role.BAD, id="expose")
    for name, options in (
        ("save", SAVE),
        ("layer", LAYER),
        ("auto_remove", AUTO_REMOVE),
        ("keep_logs", LOGS),
    ):
        yield Choice(LABELS[name], options, glyphs=glyphs, id=name)


def read_draft(form: DOMNode, draft: Draft) -> Draft:
    """The draft with what the fields hold now."""
    texts = {str(field.id): field.value for field in form.query(Field)}
    words = {str(choice.id): choice.value for choice in form.query(Choice)}
    return replace(
        draft,
        container=texts.get("container", draft.container),
        port=texts.get("port", draft.port),
        target=texts.get("target", draft.target),
        address=texts.get("address", draft.address),
        expose=words.get("expose") == "yes" and is_exposed_text(draft, texts),
        save=words.get("save", "no"),
        layer=words.get("layer", "ask"),
        auto_remove=words.get("auto_remove") == "yes",
        keep_logs=words.get("keep_logs") == "yes",
    )


def is_exposed_text(draft: Draft, texts: dict[str, str]) -> bool:
    """Whether the address that is typed now is one to be agreed to."""
    return is_exposed(replace(draft, address=texts.get("address", draft.address)))


def targets_of(draft: Draft, snapshot: Snapshot, inside: Inside) -> tuple[Port, ...]:
    """The container ports to propose: exposed, mapped, and those that it listens on."""
    own = container_of(draft, snapshot)
    found = inside.get(own.id, ()) if own is not None else ()
    return tuple(dict.fromkeys((*offered_ports(own), *found)))


def write_notes(
    form: DOMNode, draft: Draft, snapshot: Snapshot, inside: Inside, answer: PlanReady | None
) -> None:
    """What stands under each field; under the host port what `answer` says of it."""
    own = container_of(draft, snapshot)
    notes: dict[str, Line] = {
        "container": container_note(draft, snapshot),
        "port": conflict_note(answer) or port_note(draft, snapshot) or free_note(answer),
        "target": target_note(draft, offered_ports(own), inside.get(own.id, ()) if own else ())
        if own is not None or draft.target.strip()
        else (),
        "address": address_note(draft),
    }
    for field in form.query(Field):
        field.note(notes[str(field.id)])


def conflict_note(answer: PlanReady | None) -> Line:
    """The holder of the wanted port and the next free one; empty where nobody holds it."""
    error = answer.error if answer is not None else None
    if answer is None or not isinstance(error, Refused) or not error.conflicts:
        return ()
    free = f"; ^n takes {answer.free}" if answer.free else ""
    # Who holds it now matters more than who would at its next start.
    stopped = HolderKind.STOPPED_CONTAINER
    worst = min(error.conflicts, key=lambda conflict: conflict.holder.kind is stopped)
    held = f"held by {worst.holder}"
    return (Span(printable(held), Role.BAD), Span(free, Role.GOOD, "free"))


def free_note(answer: PlanReady | None) -> Line:
    """That nobody is in the way, once it was planned."""
    good = answer is not None and answer.error is None and any(not p.empty for p in answer.plans)
    return (Span("free", Role.GOOD),) if good else ()


def logs_go(plans: Iterable[Plan], before: bool) -> bool:
    """Whether logs would be lost; without plans it is as it was known `before`."""
    lost = [plan.cost.logs_lost for plan in plans]
    return any(lost) if lost else before


def title(draft: Draft, glyphs: Glyphs) -> Line:
    """What the form is about."""
    rows = draft.rows
    if draft.kind is Kind.PUBLISH:
        return (Span("Publish a port"),)
    if draft.kind is Kind.UNDO:
        return (Span("Undo a change"),)
    word = {Kind.MOVE: "Move", Kind.LOOPBACK: "Bind to loopback", Kind.UNPUBLISH: "Unpublish"}
    names = sorted({printable(row.container.name) for row in rows if row.container})
    if len(rows) == 1:
        row = rows[0]
        what = f"{row.host} {glyphs.arrow} {row.container_port} of {names[0]}"
    else:
        what = f"{len(rows)} rows of {', '.join(names)}"
    return (Span(f"{word[draft.kind]} {what}"),)
