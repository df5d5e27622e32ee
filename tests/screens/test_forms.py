"""Every form, from the first key to the proof, on the engine in memory."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from textual.filter import Monochrome, NoColor
from textual.pilot import Pilot
from textual.widgets import Input

from manager.engine.memory import MemoryEngine
from manager.model.listener import HostSocket, Listener, Process
from manager.model.ports import parse_ip
from manager.service import PortManager
from tui.app import PmapApp
from tui.presentation.cells import plain
from tui.screens.change import ChangeForm
from tui.widgets.field import Choice
from tui.widgets.lines import Lines
from tui.widgets.port_table import PortTable

Until = Callable[[Pilot[int], Callable[[], object]], Awaitable[None]]


def form_of(app: PmapApp) -> ChangeForm:
    assert isinstance(app.screen, ChangeForm)
    return app.screen


def told(app: PmapApp) -> str:
    """The right side of the form."""
    return "\n".join(plain(line) for line in app.screen.query_one("#told", Lines).lines)


def note(app: PmapApp, field: str) -> str:
    return "\n".join(plain(x) for x in app.screen.query_one(f"#{field} #note", Lines).lines)


def bindings_of(app: PmapApp, name: str) -> set[str]:
    return {f"{e.address}:{e.port}" for e in app.entries if e.owner == name and not e.bare}


@pytest.fixture
async def home(app: PmapApp, until: Until) -> Any:
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.entries and app.link.connected)
        yield pilot


@pytest.fixture
def on(app: PmapApp, home: Pilot[int], until: Until) -> Callable[[str], Awaitable[None]]:
    """Put the cursor on a row, by a filter that finds it alone."""

    async def select(text: str) -> None:
        app.ports.set_filter(text)
        await until(home, lambda: len(app.ports.table.rows) == 1)

    return select


async def planned(app: PmapApp, pilot: Pilot[int], until: Until) -> None:
    await until(pilot, lambda: form_of(app).answer is not None)


async def ended(app: PmapApp, pilot: Pilot[int], until: Until) -> None:
    await until(pilot, lambda: form_of(app).work and not form_of(app).running)


async def test_publish_on_a_chosen_port(
    app: PmapApp, home: Pilot[int], on: Callable[[str], Awaitable[None]], until: Until
) -> None:
    await on("container:shop-api")
    await home.press("p", *"62893")
    await planned(app, home, until)
    assert "+ 127.0.0.1:62893 → 3000/tcp" in told(app)
    assert "Restarts shop-api-1" in told(app)
    assert "62893" not in " ".join(bindings_of(app, "shop-api-1"))
    await home.press("enter")
    await ended(app, home, until)
    assert "Done." in told(app)
    assert "docker inspect differs in the port bindings and in nothing else." in told(app)
    assert "● commit" in told(app)
    await home.press("escape")
    await until(home, lambda: "127.0.0.1:62893" in bindings_of(app, "shop-api-1"))
    assert app.screen is app.ports


async def test_escape_changes_nothing(
    app: PmapApp, home: Pilot[int], on: Callable[[str], Awaitable[None]], until: Until,
    manager: PortManager,
) -> None:  # fmt: skip
    before = manager.snapshot().fingerprint
    await on("container:shop-api")
    await home.press("p", *"62893")
    await planned(app, home, until)
    await home.press("escape")
    await home.pause()
    assert not isinstance(app.screen, ChangeForm)
    assert manager.snapshot().fingerprint == before
    assert manager.history() == ()


async def test_a_taken_port_names_its_holder_and_the_next_free_one(
    app: PmapApp, home: Pilot[int], on: Callable[[str], Awaitable[None]], until: Until
) -> None:
    await on("container:shop-api")
    await home.press("p", *"8080")
    await planned(app, home, until)
    assert "held by container shop-web-1" in note(app, "port")
    assert "^n takes " in note(app, "port").replace("\n", " ")
    assert "which is free" in told(app)
    assert "pmap publish" not in told(app), "nothing is to be typed in a form"
    await home.press("enter")
    assert not form_of(app).running
    answer = form_of(app).answer
    assert answer is not None
    free = answer.free
    await home.press("ctrl+n")
    await until(home, lambda: form_of(app).plans)
    assert app.screen.query_one("#port Input", Input).value == str(free)
    assert f"+ 127.0.0.1:{free} → 3000/tcp" in told(app)


async def test_a_process_in_the_way_is_named(
    app: PmapApp, home: Pilot[int], on: Callable[[str], Awaitable[None]], until: Until
) -> None:
    await on("container:shop-api")
    await home.press("p", *"8000")
    await planned(app, home, until)
    assert "held by process 4711 (python3)" in note(app, "port")


@pytest.mark.parametrize(
    ("port", "said"),
    [("70000", "is not in 1-65535"), ("x", "not a port number"), ("9-8", "runs backwards")],
)
async def test_what_cannot_be_read_is_said_under_the_field(  # noqa: PLR0917
    app: PmapApp, home: Pilot[int], on: Callable[[str], Awaitable[None]], until: Until,
    port: str, said: str,
) -> None:  # fmt: skip
    await on("container:shop-api")
    await home.press("p", *port)
    await planned(app, home, until)
    assert said in note(app, "port")
    await home.press("enter")
    assert form_of(app).work is None


async def test_an_unknown_container_is_said_under_the_field(
    app: PmapApp, home: Pilot[int], until: Until
) -> None:
    await home.press("p")
    container = app.screen.query_one("#container Input", Input)
    container.value = "nobody"
    await until(home, lambda: "nobody" in told(app))
    assert "no container is named so" in note(app, "container")


async def test_opening_up_has_to_be_agreed_to(
    app: PmapApp, home: Pilot[int], on: Callable[[str], Awaitable[None]], until: Until
) -> None:
    await on("container:shop-api")
    await home.press("p", *"62893")
    app.screen.query_one("#address Input", Input).value = "0.0.0.0"
    await until(home, lambda: "can be reached by" in told(app))
    assert form_of(app).plans == ()
    agree = app.screen.query_one("#expose", Choice)
    assert agree.display
    agree.focus()
    await home.press("space")
    await until(home, lambda: form_of(app).plans)
    assert "+ 0.0.0.0:62893 → 3000/tcp" in told(app)
    await home.press("left")
    await until(home, lambda: "can be reached by" in told(app))


async def test_move_keeps_what_is_not_typed(
    app: PmapApp, home: Pilot[int], on: Callable[[str], Awaitable[None]], until: Until
) -> None:
    await on(":3001")
    await home.press("m", *"3002")
    await planned(app, home, until)
    assert "- 127.0.0.1:3001 → 3000/tcp" in told(app)
    assert "+ 127.0.0.1:3002 → 3000/tcp" in told(app)
    await home.press("enter")
    await ended(app, home, until)
    await home.press("enter")
    await until(home, lambda: bindings_of(app, "shop-api-1") == {"127.0.0.1:3002"})


async def test_loopback_binds_what_is_open(
    app: PmapApp, home: Pilot[int], on: Callable[[str], Awaitable[None]], until: Until
) -> None:
    await on("container:wordpress")
    await home.press("l")
    await planned(app, home, until)
    assert "- 192.168.1.20:8081 → 80/tcp" in told(app)
    assert "+ 127.0.0.1:8081 → 80/tcp" in told(app)
    await home.press("enter")
    await ended(app, home, until)
    await home.press("escape")
    await until(home, lambda: bindings_of(app, "blog-wordpress-1") == {"127.0.0.1:8081"})


async def test_unpublish_several_rows_of_several_containers(
    app: PmapApp, home: Pilot[int], until: Until
) -> None:
    app.ports.set_filter("project:shop")
    await home.pause()
    await home.press("g", "space", "space", "u")
    await planned(app, home, until)
    assert "- 127.0.0.1:3001 → 3000/tcp" in told(app)
    assert "- 127.0.0.1:5432 → 5432/tcp" in told(app)
    await home.press("enter")
    await ended(app, home, until)
    assert told(app).count("Done.") == 2
    await home.press("escape")
    await until(home, lambda: not bindings_of(app, "shop-api-1"))
    assert not bindings_of(app, "shop-db-1")


async def test_undo_turns_the_last_change_round(
    app: PmapApp, home: Pilot[int], on: Callable[[str], Awaitable[None]], until: Until
) -> None:
    before = bindings_of(app, "shop-api-1")
    await on("container:shop-api")
    await home.press("p", *"62893")
    await planned(app, home, until)
    await home.press("enter")
    await ended(app, home, until)
    await home.press("escape")
    await until(home, lambda: bindings_of(app, "shop-api-1") != before)
    await home.press("U")
    await planned(app, home, until)
    assert "- 127.0.0.1:62893 → 3000/tcp" in told(app)
    await home.press("enter")
    await ended(app, home, until)
    await home.press("escape")
    await until(home, lambda: bindings_of(app, "shop-api-1") == before)


async def test_without_a_change_there_is_nothing_to_undo(
    app: PmapApp, home: Pilot[int], until: Until
) -> None:
    await home.press("U")
    await planned(app, home, until)
    assert form_of(app).plans == ()
    assert "✗" in told(app)


async def test_a_host_that_changed_meanwhile_stops_the_change(
    app: PmapApp, home: Pilot[int], on: Callable[[str], Awaitable[None]], until: Until,
    manager: PortManager,
) -> None:  # fmt: skip
    await on("container:shop-api")
    await home.press("p", *"62893")
    await planned(app, home, until)
    assert isinstance(manager.engine, MemoryEngine)
    rival = Listener(HostSocket(parse_ip("127.0.0.1"), 62893), Process(99, "rival"))
    manager.engine.store.neighbours = (*manager.engine.store.neighbours, rival)
    await home.press("enter")
    await ended(app, home, until)
    assert "rival" in told(app)
    assert "127.0.0.1:62893" not in bindings_of(app, "shop-api-1")


async def test_the_fields_are_gone_through_by_keys(
    app: PmapApp, home: Pilot[int], until: Until
) -> None:
    await home.press("p")
    await planned(app, home, until)
    seen = []
    for _ in range(4):
        focused = app.focused
        assert focused is not None
        assert focused.parent is not None
        seen.append(focused.parent.id)
        await home.press("down")
    assert seen == ["port", "target", "address", None] or seen[:3] == ["port", "target", "address"]
    await home.press("up", "up")
    assert app.focused is not None


async def test_a_container_is_completed(app: PmapApp, home: Pilot[int], until: Until) -> None:
    await home.press("G", "p")
    container = app.screen.query_one("#container Input", Input)
    await until(home, lambda: app.focused is container)
    await home.press(*"shop-a")
    await home.pause()
    await home.press("right")
    assert container.value == "shop-api-1"


async def test_leaving_waits_for_the_change(app: PmapApp, home: Pilot[int]) -> None:
    app.changing = True
    app.perform("quit")
    await home.pause()
    assert app.return_code is None
    app.change_ended()
    await home.pause()
    assert app.return_code == 0


async def test_keys_typed_in_one_burst_go_where_they_belong(
    app: PmapApp, home: Pilot[int], until: Until
) -> None:
    from textual import events

    keys = ["slash", *"shop-api", "enter", "p", *"62893", "tab", "tab", "down", "up"]
    for key in keys:
        app.post_message(events.Key(key, key if len(key) == 1 else None))
    await until(home, lambda: isinstance(app.screen, ChangeForm) and form_of(app).plans)
    assert app.screen.query_one("#container Input", Input).value == "shop-api-1"
    assert app.screen.query_one("#port Input", Input).value == "62893"
    assert app.ports.view.filter == "shop-api"
    assert "+ 127.0.0.1:62893 → 3000/tcp" in told(app)


async def test_the_cursor_stays_on_the_container_that_was_changed(
    app: PmapApp, home: Pilot[int], until: Until
) -> None:
    table = app.ports.query_one(PortTable)
    table.select(next(e.identity for e in app.entries if e.owner == "shop-api-1"))
    await home.press("m", *"3002")
    await planned(app, home, until)
    await home.press("enter")
    await ended(app, home, until)
    await home.press("escape")
    await until(home, lambda: bindings_of(app, "shop-api-1") == {"127.0.0.1:3002"})
    assert table.selected is not None
    assert table.selected.owner == "shop-api-1"


async def test_without_colour_the_terminal_keeps_its_own(
    manager: PortManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = PmapApp(lambda: manager)
    async with app.run_test():
        kinds = {type(each) for each in app.get_line_filters()}
    assert NoColor in kinds
    assert Monochrome not in kinds
