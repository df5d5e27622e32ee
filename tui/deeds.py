"""What each action does: one function an action, by its name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from manager.model.rows import Source
from tui.actions import Place, actions_of
from tui.kinds import Kind
from tui.presentation.cells import Line, plain
from tui.presentation.entry import Entry
from tui.presentation.offers import why_not
from tui.presentation.ordering import SortKey
from tui.presentation.story import story, story_lines
from tui.screens.ports import Ports
from tui.theme import THEMES

if TYPE_CHECKING:
    # Forms and texts are imported when the first one opens: the first frame does without them.
    from tui.app import PmapApp
    from tui.drafts import Draft
    from tui.screens.change import ChangeForm
    from tui.screens.reader import Reader

Deed = Callable[["PmapApp", Ports], object]


def perform(app: PmapApp, name: str) -> None:
    """Perform the action of that name, or `sort:COLUMN`, or `filter:TEXT`.

    In a form or a text only what belongs there is performed; a change that is asked for in a
    row's story closes the story first.
    """
    ports, screen = app.ports, cast("Any", app.screen)
    place = getattr(screen, "PLACE", None)
    if place is Place.FORM:
        if name in FORM_DEEDS:
            FORM_DEEDS[name](screen)
        return
    if place is Place.TEXT:
        if name in TEXT_DEEDS:
            TEXT_DEEDS[name](screen)
            return
        app.pop_screen()
    ports.sync()
    kind, colon, value = name.partition(":")
    if colon and kind == "sort":
        ports.look(ports.view.sorted_by(SortKey(value)))
    elif colon and kind == "filter":
        ports.set_filter("" if ports.view.filter == value else value)
    else:
        DEEDS[name](app, ports)


def _back(app: PmapApp, ports: Ports) -> None:
    if app.focused is not ports.table:
        ports.clear_filter()
    elif ports.table.marked:
        ports.table.clear_marks()
        ports.frame()
    elif ports.view.filter:
        ports.clear_filter()


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
    app.notify("Nothing exposed, nothing in conflict.")


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
    _open(app, Draft(Kind.PUBLISH, container=entry.container_name, target=target))


def _help(app: PmapApp, ports: Ports) -> None:
    from tui.presentation.helptext import help_lines
    from tui.screens.reader import Reader

    actions = actions_of(Place.PORTS)
    app.push_screen(Reader("Keys", lambda columns: help_lines(actions, columns)))


def _detail(app: PmapApp, ports: Ports) -> None:
    from tui.screens.reader import Reader

    entry = ports.selected
    if app.focused is not ports.table:
        ports.close_filter()
        return
    if entry is None:
        return
    told = story(entry, app.link.engine, app.glyphs)

    def write(columns: int) -> list[Line]:
        facts, steps = story_lines(told, columns)
        return [*facts, (), *steps]

    app.push_screen(Reader(plain(told.title), write))


def _change(kind: Kind) -> Deed:
    """Open the form for the marked rows, or the selected one, where the change makes sense."""

    def deed(app: PmapApp, ports: Ports) -> None:
        from tui.drafts import Draft

        marked = [e for e in ports.table.rows if e.identity in ports.table.marked]
        chosen = marked if marked and kind is not Kind.MOVE else [ports.selected]
        reasons = [why_not(kind.value, entry) for entry in chosen]
        rows = tuple(e.row for e, why in zip(chosen, reasons, strict=True) if e and not why)
        if not rows:
            app.notify(reasons[0].capitalize() + ".")
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


def _undo(app: PmapApp, ports: Ports) -> None:
    from tui.drafts import Draft

    _open(app, Draft(Kind.UNDO))


def _open(app: PmapApp, draft: Draft) -> None:
    from tui.screens.change import ChangeForm

    if app.manager is None or app.manager.engine is None:
        app.notify("No engine answers: nothing can be changed yet.", severity="warning")
        return
    app.push_screen(ChangeForm(draft, app.manager))


FORM_DEEDS: dict[str, Callable[[ChangeForm], object]] = {
    "confirm": lambda form: form.confirm(),
    "cancel": lambda form: form.cancel(),
    "free": lambda form: form.take_free(),
    "next_field": lambda form: form.step(1),
    "last_field": lambda form: form.step(-1),
}

TEXT_DEEDS: dict[str, Callable[[Reader], object]] = {
    "close": lambda text: text.dismiss(),
    "line_down": lambda text: text.scroll(1),
    "line_up": lambda text: text.scroll(-1),
    "text_down": lambda text: text.scroll(10),
    "text_up": lambda text: text.scroll(-10),
}

DEEDS: dict[str, Deed] = {
    "publish": _publish,
    "move": _change(Kind.MOVE),
    "loopback": _change(Kind.LOOPBACK),
    "unpublish": _change(Kind.UNPUBLISH),
    "undo": _undo,
    "filter": lambda app, ports: ports.open_filter(),
    "mark": _mark,
    "group": lambda app, ports: ports.look(replace(ports.view, grouped=not ports.view.grouped)),
    "stopped": lambda app, ports: ports.look(replace(ports.view, stopped=not ports.view.stopped)),
    "host": lambda app, ports: ports.look(replace(ports.view, host=not ports.view.host)),
    "sort_next": lambda app, ports: ports.look(ports.view.sorted_beside(1)),
    "sort_back": lambda app, ports: ports.look(ports.view.sorted_beside(-1)),
    "reverse": lambda app, ports: ports.look(ports.view.sorted_by(ports.view.sort)),
    "trouble": _trouble,
    "refresh": lambda app, ports: app.feed.refresh(),
    "down": lambda app, ports: ports.table.move(1),
    "up": lambda app, ports: ports.table.move(-1),
    "page_down": lambda app, ports: ports.table.page(1),
    "page_up": lambda app, ports: ports.table.page(-1),
    "top": lambda app, ports: ports.table.move(-len(ports.table.rows)),
    "bottom": lambda app, ports: ports.table.move(len(ports.table.rows)),
    "back": _back,
    "detail": _detail,
    "help": _help,
    "palette": lambda app, ports: app.action_command_palette(),
    "theme": _theme,
    "quit": lambda app, ports: app.leave(),
}
