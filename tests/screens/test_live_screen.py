"""The screen on real engines: publish, a taken port, undo, and an engine that goes and comes."""

from __future__ import annotations

import asyncio
import urllib.request
from collections.abc import Awaitable, Callable

import pytest
from pytest_engines import LiveEngine
from textual.pilot import Pilot

from manager.bootstrap import build
from tui.app import PmapApp
from tui.presentation.cells import plain
from tui.presentation.story import story
from tui.screens.change import ChangeForm
from tui.widgets.lines import Lines

Until = Callable[[Pilot[int], Callable[[], object]], Awaitable[None]]
PORT, TAKEN = 61881, 61882


def run(
    engine: LiveEngine, name: str, ports: dict[str, list[dict[str, str]]], exposed: str = "80/tcp"
) -> str:
    body = {
        "Image": "pmap/web",
        "ExposedPorts": {exposed: {}},
        "HostConfig": {"PortBindings": ports},
        "StopTimeout": 1,
    }
    made = engine.api.call("POST", "/containers/create", {"name": name}, body).json()
    engine.api.call("POST", f"/containers/{made['Id']}/start")
    return str(made["Id"])


def at(port: int) -> dict[str, list[dict[str, str]]]:
    return {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": str(port)}]}


@pytest.fixture
def app(live_engine: LiveEngine, monkeypatch: pytest.MonkeyPatch) -> PmapApp:
    monkeypatch.delenv("NO_COLOR", raising=False)
    return PmapApp(lambda: build(host=live_engine.host))


def form(app: PmapApp) -> ChangeForm:
    assert isinstance(app.screen, ChangeForm)
    return app.screen


def ports_of(app: PmapApp, name: str) -> set[str]:
    return {f"{e.address}:{e.port}" for e in app.entries if e.owner == name and not e.bare}


async def finished(app: PmapApp, pilot: Pilot[int], until: Until) -> None:
    await until(pilot, lambda: form(app).plans)
    await pilot.press("enter")
    await until(pilot, lambda: form(app).work and not form(app).running)
    told = "\n".join(plain(x) for x in form(app).query_one("#told", Lines).lines)
    assert "● Done." in told, told
    assert "docker inspect differs in the port bindings and in nothing else." in told
    await pilot.press("escape")


async def test_publish_a_taken_port_and_undo(
    live_engine: LiveEngine, prefix: str, app: PmapApp, until: Until
) -> None:
    web, other = f"{prefix}web", f"{prefix}other"
    run(live_engine, web, {})
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: any(e.owner == web for e in app.entries))
        run(live_engine, other, at(TAKEN))
        await until(pilot, lambda: ports_of(app, other) == {f"127.0.0.1:{TAKEN}"})
        await pilot.press("slash", *f"container:{web}", "enter", "p", *str(TAKEN))
        await until(pilot, lambda: form(app).answer)
        note = "".join(plain(x) for x in app.screen.query_one("#port #note", Lines).lines)
        assert f"held by container {other}" in note
        await pilot.press(*["backspace"] * 5, *str(PORT))
        await finished(app, pilot, until)
        await until(pilot, lambda: ports_of(app, web) == {f"127.0.0.1:{PORT}"})
        page = await asyncio.to_thread(_fetch, PORT)
        assert "it works" in page
        await pilot.press("U")
        await finished(app, pilot, until)
        await until(pilot, lambda: not ports_of(app, web))


async def test_a_row_tells_what_listens_inside(
    live_engine: LiveEngine, prefix: str, app: PmapApp, until: Until
) -> None:
    web, wrong = f"{prefix}web", f"{prefix}wrong"
    run(live_engine, web, at(PORT))
    inner = {"8080/tcp": [{"HostIp": "127.0.0.1", "HostPort": str(TAKEN)}]}
    run(live_engine, wrong, inner, "8080/tcp")
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: ports_of(app, web) and ports_of(app, wrong))
        for name, said in (
            (web, ("http, 200 OK", "Something listens on 80/tcp in the container")),
            (wrong, ("nothing listens on 8080 in the container; it listens on 80", "pmap move")),
        ):
            app.ports.set_filter(f"container:{name}")
            # A container takes a moment to listen.
            await until(pilot, lambda name=name, said=said: told(app, name, said))


def told(app: PmapApp, name: str, said: tuple[str, ...]) -> bool:
    """Whether the row's story says all that; it is asked anew where it does not yet."""
    entry = app.ports.selected
    if entry is None or entry.owner != name or entry.asked is None:
        return False
    facts = story(entry, app.link.engine, app.glyphs).facts
    text = " ".join(plain(fact.text) for fact in facts)
    if all(words in text for words in said):
        return True
    app.asking.look_at(entry, app.snapshot, now=True)
    return False


async def test_an_engine_that_restarts_under_the_screen(
    live_engine: LiveEngine, prefix: str, app: PmapApp, until: Until
) -> None:
    web = f"{prefix}web"
    run(live_engine, web, at(PORT))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: ports_of(app, web))
        await asyncio.to_thread(live_engine.kill)
        await until(pilot, lambda: app.link.stale)
        assert ports_of(app, web), "what was known stays"
        await pilot.press("j", "slash", *prefix, "enter")
        await asyncio.to_thread(live_engine.start)
        await until(pilot, lambda: app.link.connected)
        assert not app.link.stale


def _fetch(port: int) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}", timeout=5) as answer:
        return str(answer.read().decode())
