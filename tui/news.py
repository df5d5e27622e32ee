"""What the app does about each word from the background."""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from manager.errors import InvalidInput
from tui.messages import (
    Answered,
    Crashed,
    EngineLost,
    ManagerOpened,
    News,
    SnapshotTaken,
    Told,
)
from tui.presentation.cells import text_lines
from tui.presentation.entry import with_answers
from tui.presentation.summary import Link, count
from tui.screens.story import Story
from tui.wishes import obey

if TYPE_CHECKING:
    from tui.app import PmapApp


def hear(app: PmapApp, news: News) -> None:
    """Do what is to be done about it."""
    _DEEDS[type(news)](app, news)


def _opened(app: PmapApp, news: ManagerOpened) -> None:
    app.manager = news.manager
    app.asking.begin(news.manager)
    if news.manager.settings is not None:
        obey(app, news.manager.settings.screen)


def _taken(app: PmapApp, news: SnapshotTaken) -> None:
    if app.link.stale:
        # Whatever was said before may be another now.
        app.asking.forget()
    app.asking.forget(news.touched)
    if news.entries and not app.entries:
        # What is there once the first table is seen stays: to look through all of it for what
        # could be let go of would hold up a key for 50 ms now and then.
        app.call_after_refresh(gc.freeze)
    app.snapshot = news.snapshot
    app.entries = with_answers(news.entries, app.asking.known)
    app.counts = count(news.entries)
    engine = news.snapshot.engine
    if engine is not None:
        app.link = Link(engine, connected=True, opening=False)
    app.show()


def _lost(app: PmapApp, news: EngineLost) -> None:
    app.link = replace(
        app.link,
        connected=False,
        opening=False,
        problem=news.error.message,
        hint=news.error.hint,
        retry=news.retry,
        wrong=isinstance(news.error, InvalidInput),
    )
    app.show()


def _answered(app: PmapApp, news: Answered) -> None:
    app.asking.answered(news.identity, news.asked)
    if not app.ports.composed:
        return
    entry = next((e for e in app.entries if e.identity == news.identity), None)
    if entry is not None:
        told = replace(entry, asked=news.asked)
        app.entries = tuple(told if each is entry else each for each in app.entries)
        app.ports.table.put(app.entries, told)
    app.ports.frame()
    if isinstance(app.screen, Story):
        app.screen.renew()


def _told(app: PmapApp, news: Told) -> None:
    if not news.title:
        app.notify(" ".join(news.lines), severity="warning", markup=False)
        return
    from tui.screens.reader import Reader

    app.push_screen(Reader(news.title, lambda columns: text_lines(news.lines, columns)))


def _crashed(app: PmapApp, news: Crashed) -> None:
    raise news.error


_DEEDS: dict[type[News], Callable[[PmapApp, Any], None]] = {
    ManagerOpened: _opened,
    SnapshotTaken: _taken,
    EngineLost: _lost,
    Answered: _answered,
    Told: _told,
    Crashed: _crashed,
}
