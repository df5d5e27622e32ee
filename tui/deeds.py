"""What each action does: one function an action, by its name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from manager.errors import PmapError
from manager.model.rows import Source
from manager.model.text import printable
from tui.actions import OVERLAYS, Place, actions_of
from tui.kinds import Kind
from tui.presentation.entry import Entry
from tui.presentation.offers import why_not
from tui.presentation.ordering import SortKey
from tui.screens.ports import Ports
from tui.screens.story import Story
from tui.theme import THEMES

if TYPE_CHECKING:
    # Forms, texts and pages are imported when the first one opens: the first frame does without.
    from tui.app import PmapApp
    from tui.drafts import Draft

_FAR = 1_000_000

Deed = Callable[["PmapApp", Ports], object]


def perform(app: PmapApp, name: str) -> None:
    """Perform the action of that name, or `sort:COLUMN`, or `filter:TEXT`.

    In a form or a text only what belongs there is performed; a change that is asked for in a
    row's story closes the story first.
    """
    screen: Any = app.screen
    place = getattr(screen, "PLACE", None)
    if name == "quit":
        app.leave()
        return
    own = OWN_DEEDS.get(place, {})
    if name in own:
        own[name](app, screen)
        return
    if place in OVERLAYS - {Place.TEXT}:
        return
    if place is Place.TEXT:
        app.pop_screen()
    ports = app.ports
    ports.sync()
    kind, colon, value = name.partition(":")
    if colon and kind == "sort":
        ports.look(ports.view.sorted_by(SortKey(value)))
    elif colon and kind == "filter":
        ports.set_filter("" if ports.view.filter == value else value)
    else:
        DEEDS[name](app, ports)


def _back(app: PmapApp, ports: Ports) -> None:
    if app.page is not ports:
        app.go(Place.PORTS)
    elif app.focused is not ports.table:
        ports.set_filter("")
    elif ports.table.marked:
        ports.table.clear_marks()
        ports.frame()
    elif ports.view.filter:
        ports.set_filter("")


def _mark(app: PmapApp, ports: Ports) -> None:
    ports.table.toggle_mark()
    ports.table.move(1)
    ports.frame()


def _trouble(app: PmapApp, ports: Ports) -> None:
    """The next row with a conflict or an exposed port, round the end."""
    rows = ports.table.rows
    here = rows.index(ports.selected) if ports.selected in rows else -1
    for entry in rows[here + 1 :] + rows[: here + 1]:
        if _troubled(entry):
            ports.table.select(entry.identity)
            return
    app.notify("Nothing exposed, nothing in conflict.", markup=False)


def _troubled(entry: Entry) -> bool:
    return bool(entry.conflicts) or (entry.exposed and entry.row.container is not None)


def _theme(app: PmapApp, ports: Ports) -> None:
    names = [theme.name for theme in THEMES]
    place = names.index(app.theme) if app.theme in names else -1
    app.theme = names[(place + 1) % len(names)]


def _publish(app: PmapApp, ports: Ports) -> None:
    from tui.drafts import Draft

    entry = ports.selected
    if entry is None or entry.row.source is Source.HOST_NETWORK:
        _open(app, Draft(Kind.PUBLISH))
        return
    target = str(entry.row.container_port or "")
    _open(
        app,
        Draft(Kind.PUBLISH, container=entry.owner if entry.container_name else "", target=target),
    )


def _help(app: PmapApp, ports: Ports) -> None:
    from tui.presentation.helptext import HELP, help_lines
    from tui.screens.reader import Reader

    actions = actions_of(app.page.PLACE, app.actions)
    app.push_screen(Reader("Keys", lambda columns: help_lines(actions, columns), most=HELP))


def _detail(app: PmapApp, ports: Ports) -> None:
    if app.focused is not ports.table:
        ports.close_filter()
    elif ports.selected is not None:
        app.push_screen(Story(ports))


def _change(kind: Kind) -> Deed:
    """Open the form for the marked rows, or the selected one, where the change makes sense."""

    def deed(app: PmapApp, ports: Ports) -> None:
        from tui.drafts import Draft

        marked = [e for e in ports.table.rows if e.identity in ports.table.marked]
        chosen = marked if marked and kind is not Kind.MOVE else [ports.selected]
        reasons = [why_not(kind.value, entry) for entry in chosen]
        rows = tuple(e.row for e, why in zip(chosen, reasons, strict=True) if e and not why)
        if not rows:
            app.notify(reasons[0].capitalize() + ".", markup=False)
            return
        first = rows[0]
        draft = Draft(kind, rows)
        if kind is Kind.MOVE:
            draft = Draft(
                kind,
                rows,
                address="0.0.0.0" if first.host_ip is None else str(first.host_ip),
                port="" if first.host_ports is None else str(first.host_ports),
                target=str(first.container_port or ""),
            )
        _open(app, draft)

    return deed


def _refresh(app: PmapApp, ports: Ports) -> None:
    app.asking.forget()
    app.feed.refresh()


def _context(app: PmapApp, ports: Ports) -> None:
    from tui.contexts import choose

    choose(app)


def _on_row(act: str) -> Deed:
    """The function of that name in tui.acts, for the selected row."""

    def deed(app: PmapApp, ports: Ports) -> None:
        from tui import acts

        if ports.selected is not None:
            getattr(acts, act)(app, ports.selected)

    return deed


def _publish_on(app: PmapApp, port: int | None) -> None:
    from tui.drafts import Draft

    if port is None:
        app.notify("Every port there is taken.", markup=False)
    else:
        _open(app, Draft(Kind.PUBLISH, port=str(port)))


def _undo_one(app: PmapApp, entry: Mapping[str, Any] | None) -> None:
    from tui.drafts import Draft

    if entry is not None:
        _open(app, Draft(Kind.UNDO, undo_of=str(entry["id"])))


def _copy_command(app: PmapApp, draft: Draft) -> None:
    from tui.acts import copy_text
    from tui.drafts import command_of

    try:
        copy_text(app, command_of(draft))
    except PmapError as error:
        app.notify(printable(error.message), severity="warning", markup=False)


def _undo(app: PmapApp, ports: Ports) -> None:
    from tui.drafts import Draft

    _open(app, Draft(Kind.UNDO))


def _open(app: PmapApp, draft: Draft) -> None:
    from tui.screens.change import ChangeForm

    if app.manager is None or app.manager.engine is None:
        app.notify(
            "No engine answers: nothing can be changed yet.", severity="warning", markup=False
        )
        return
    app.push_screen(ChangeForm(draft, app.manager))


OWN_DEEDS: dict[Place | None, dict[str, Callable[[PmapApp, Any], object]]] = {
    Place.FORM: {
        "confirm": lambda app, form: form.confirm(),
        "cancel": lambda app, form: form.cancel(),
        "free": lambda app, form: form.take_free(),
        "copy_command": lambda app, form: _copy_command(app, form.draft),
        "next_field": lambda app, form: form.step(1),
        "last_field": lambda app, form: form.step(-1),
    },
    Place.CHOICE: {
        "take": lambda app, choice: choice.choose(),
        "choice_down": lambda app, choice: choice.move(1),
        "choice_up": lambda app, choice: choice.move(-1),
        "leave": lambda app, choice: choice.dismiss(),
    },
    Place.TEXT: {
        "close": lambda app, text: text.dismiss(),
        "line_down": lambda app, text: text.scroll(1),
        "line_up": lambda app, text: text.scroll(-1),
        "text_down": lambda app, text: text.scroll(10),
        "text_up": lambda app, text: text.scroll(-10),
    },
    Place.MAP: {
        "publish_here": lambda app, page: _publish_on(app, page.free_port),
        "right": lambda app, page: page.mover.aside(1),
        "left": lambda app, page: page.mover.aside(-1),
        "nearer": lambda app, page: page.mover.rescale(4),
        "further": lambda app, page: page.mover.rescale(-4),
        "next_taken": lambda app, page: page.mover.next_taken(),
    },
    Place.AGREE: {
        "agree": lambda app, text: text.agree(),
        "disagree": lambda app, text: text.dismiss(),
        "diff_down": lambda app, text: text.scroll(1),
        "diff_up": lambda app, text: text.scroll(-1),
    },
    Place.COMPOSE: {
        "fix": lambda app, page: page.fix(),
        "check_again": lambda app, page: page.look(),
    },
    Place.DOCTOR: {"look_again": lambda app, page: page.look()},
    Place.HISTORY: {"undo_this": lambda app, page: _undo_one(app, page.chosen)},
}
"""What is performed where it stands alone: in forms, lists and texts, and on single pages."""

DEEDS: dict[str, Deed] = {
    "publish": _publish,
    "move": _change(Kind.MOVE),
    "loopback": _change(Kind.LOOPBACK),
    "unpublish": _change(Kind.UNPUBLISH),
    "undo": _undo,
    "copy": _on_row("copy"),
    "copy_other": _on_row("copy_other"),
    "open": _on_row("open_url"),
    "try": _on_row("try_it"),
    "logs": _on_row("logs"),
    "power": _on_row("stop_or_start"),
    "filter": lambda app, ports: ports.open_filter(),
    "mark": _mark,
    "group": lambda app, ports: ports.look(replace(ports.view, grouped=not ports.view.grouped)),
    "stopped": lambda app, ports: ports.look(replace(ports.view, stopped=not ports.view.stopped)),
    "host": lambda app, ports: ports.look(replace(ports.view, host=not ports.view.host)),
    "sort_next": lambda app, ports: ports.look(ports.view.sorted_beside(1)),
    "sort_back": lambda app, ports: ports.look(ports.view.sorted_beside(-1)),
    "reverse": lambda app, ports: ports.look(ports.view.sorted_by(ports.view.sort)),
    "trouble": _trouble,
    "refresh": _refresh,
    "down": lambda app, ports: app.page.mover.move(1),
    "up": lambda app, ports: app.page.mover.move(-1),
    "page_down": lambda app, ports: app.page.mover.page(1),
    "page_up": lambda app, ports: app.page.mover.page(-1),
    "top": lambda app, ports: app.page.mover.move(-_FAR),
    "bottom": lambda app, ports: app.page.mover.move(_FAR),
    "page_ports": lambda app, ports: app.go(Place.PORTS),
    "page_map": lambda app, ports: app.go(Place.MAP),
    "page_compose": lambda app, ports: app.go(Place.COMPOSE),
    "page_doctor": lambda app, ports: app.go(Place.DOCTOR),
    "context": _context,
    "page_history": lambda app, ports: app.go(Place.HISTORY),
    "back": _back,
    "detail": _detail,
    "help": _help,
    "palette": lambda app, ports: app.action_command_palette(),
    "theme": _theme,
    "quit": lambda app, ports: app.leave(),
}
