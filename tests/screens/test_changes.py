"""Changes that fail, are left in the middle, or are copied as a command instead."""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from textual.pilot import Pilot

from manager.change.request import LayerChoice
from manager.engine.faults import with_faults
from manager.errors import EngineError
from manager.service import PortManager
from tui.app import PmapApp
from tui.drafts import Draft, command_of
from tui.kinds import Kind
from tui.presentation.cells import plain
from tui.presentation.entry import Entry
from tui.presentation.refusals import in_form
from tui.screens.change import ChangeForm
from tui.widgets.field import Choice
from tui.widgets.lines import Lines

Until = Callable[[Pilot[int], Callable[[], object]], Awaitable[None]]


@dataclass
class Stage:
    """Where the engine waits, or fails: at the call of that name."""

    hold: str = ""
    fail: str = ""
    go: threading.Event = field(default_factory=threading.Event)
    reached: threading.Event = field(default_factory=threading.Event)

    def fault(self, name: str, moment: str) -> None:
        if moment != "before":
            return
        if name == self.hold:
            self.reached.set()
            assert self.go.wait(20)
        if name == self.fail:
            raise EngineError("no space left on device", status=500)


@pytest.fixture
def stage(manager: PortManager) -> Stage:
    """The demo's engine, ready to wait or to fail."""
    made = Stage()
    assert manager.engine is not None
    manager.engine = with_faults(manager.engine, made.fault)
    return made


@pytest.fixture
async def home(app: PmapApp, stage: Stage, until: Until) -> Any:
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.entries and app.link.connected)
        app.ports.set_filter("container:shop-api")
        await pilot.press("p", *"62893")
        await until(pilot, lambda: form(app).plans)
        yield pilot
        stage.go.set()


def form(app: PmapApp) -> ChangeForm:
    assert isinstance(app.screen, ChangeForm)
    return app.screen


def told(app: PmapApp) -> str:
    return "\n".join(plain(line) for line in app.screen.query_one("#told", Lines).lines)


async def test_a_change_that_fails_shows_its_way_back(
    app: PmapApp, home: Pilot[int], stage: Stage, until: Until, manager: PortManager
) -> None:
    before = manager.snapshot().container("shop-api-1").id
    stage.fail = "rename"
    await home.press("enter")
    await until(home, lambda: form(app).work and not form(app).running)
    assert "✗ Undone: shop-api-1 is as it was." in told(app)
    assert "no space left on device" in told(app)
    assert "✗ rename-old" in told(app)
    stage.fail = ""
    assert manager.snapshot().container("shop-api-1").id == before


async def test_who_leaves_in_the_middle_leaves_once_it_has_ended(
    app: PmapApp, home: Pilot[int], stage: Stage, until: Until, manager: PortManager
) -> None:
    stage.hold = "rename"
    await home.press("enter")
    await until(home, stage.reached.is_set)
    await home.press("escape")
    assert form(app).running, "esc does not hide a change that goes on"
    await home.press("ctrl+q")
    assert app.return_code is None
    said = [notice.message for notice in app._notifications]
    assert any("closes as soon as it has ended" in text for text in said)
    stage.go.set()
    await until(home, lambda: app.return_code is not None)
    assert [str(text) for text in app._exit_renderables] == ["shop-api-1: changed"]
    stage.hold = ""
    ports = manager.snapshot().container("shop-api-1").published
    assert 62893 in {port.host_port for port in ports}


@pytest.mark.parametrize("key", ["ctrl+q", "ctrl+c"])
async def test_forms_and_texts_can_be_left_for_good(
    app: PmapApp, home: Pilot[int], key: str
) -> None:
    await home.press("escape", "question_mark", key)
    await home.pause()
    assert app.return_code == 0


async def test_the_command_that_does_the_same_is_copied(app: PmapApp, home: Pilot[int]) -> None:
    await home.press("ctrl+y")
    assert app.clipboard == "pmap publish shop-api-1 62893:3000/tcp"
    await home.press(*["backspace"] * 5, *"x", "ctrl+y")
    assert app.clipboard == "pmap publish shop-api-1 62893:3000/tcp", "what cannot be read"


async def test_a_form_shows_only_what_can_be_chosen_there(
    app: PmapApp, home: Pilot[int], until: Until
) -> None:
    shown = {str(choice.id) for choice in form(app).query(Choice) if choice.display}
    assert shown == {"save", "keep_logs"}
    await home.press("escape", "U")
    await until(home, lambda: form(app).answer)
    keys = "".join(plain(x) for x in form(app).query_one("#keys", Lines).lines)
    assert "Next free port" not in keys
    assert form(app).has_class("-plain")


def test_commands_name_the_container_and_every_choice(shop: tuple[Entry, ...]) -> None:
    rows = tuple(e.row for e in shop if e.owner in {"web", "db"})
    assert command_of(Draft(Kind.UNPUBLISH, rows, save="file", keep_logs=True)) == (
        "pmap unpublish db 0.0.0.0:5432:5432/tcp --save --keep-logs"
        " && pmap unpublish web 127.0.0.1:8080:80/tcp --save --keep-logs"
    )
    assert command_of(Draft(Kind.UNDO)) == "pmap undo"
    assert command_of(Draft(Kind.UNDO, undo_of="a1")) == "pmap undo a1"
    assert LayerChoice.KEEP.value == "keep"


async def test_a_form_speaks_of_its_own_choices(app: PmapApp, home: Pilot[int]) -> None:
    said = " ".join(told(app).split())
    assert '"Compose file" writes the change there too' in said
    assert "--" not in said
    assert in_form("\x1b[31mred") == "\\x1b[31mred"


@pytest.mark.parametrize(
    ("key", "filter_text", "typed"),
    [
        ("p", "container:shop-api", "62893"),
        ("m", ":3001", "3002"),
        ("l", "container:wordpress", ""),
        ("u", ":3001", ""),
        ("U", "", ""),
    ],
    ids=["publish", "move", "loopback", "unpublish", "undo"],
)
async def test_logs_are_kept_where_that_is_chosen(  # noqa: PLR0917
    app: PmapApp, home: Pilot[int], until: Until, manager: PortManager, key: str,
    filter_text: str, typed: str,
) -> None:  # fmt: skip
    if key == "U":
        await home.press("enter")
        await until(home, lambda: form(app).work and not form(app).running)
    await home.press("escape")
    await until(home, lambda: app.screen is app.ports)
    app.ports.set_filter(filter_text)
    await home.press(key, *typed)
    await until(home, lambda: form(app).plans)
    assert "its logs so far" in told(app), "what goes is said before anything is agreed to"
    choice = form(app).query_one("#keep_logs", Choice)
    assert (choice.display, choice.value) == (True, "no")
    choice.focus()
    await home.press("space")
    await until(home, lambda: form(app).plans and form(app).plans[0].request.keep_logs)
    await home.press("left")
    assert choice.display, "what was chosen can be taken back"
    assert choice.has_focus
    await until(home, lambda: form(app).plans and not form(app).plans[0].request.keep_logs)
    await home.press("right")
    await until(home, lambda: form(app).plans and form(app).plans[0].request.keep_logs)
    assert choice.display, "what was chosen is still to be seen"
    assert "Its logs so far are kept in a file." in told(app)
    assert "logs so far (docker logs)" not in " ".join(told(app).split())
    await home.press("enter")
    await until(home, lambda: form(app).work and not form(app).running)
    work = form(app).work
    assert work is not None
    (outcome,) = work.ended
    (place,) = getattr(outcome, "logs", ())
    assert f"Its logs so far: {place}" in " ".join(told(app).split())
    assert place in manager.journal.logs  # type: ignore[attr-defined]


async def test_a_setting_that_keeps_logs_leaves_nothing_to_choose(
    app: PmapApp, home: Pilot[int], until: Until, manager: PortManager
) -> None:
    from manager.settings import Settings

    await home.press("escape")
    manager.settings = Settings(keep_logs=True)
    await home.press("p", *"62893")
    await until(home, lambda: form(app).plans)
    assert "Its logs so far are kept in a file." in told(app)
    assert not form(app).query_one("#keep_logs", Choice).display
