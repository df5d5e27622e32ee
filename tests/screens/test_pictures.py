"""Every screen as a picture, in three sizes and two themes, compared with the accepted ones.

PMAP_PICTURES=write accepts what is drawn now: look at it first. The README shows one of them.
"""

from __future__ import annotations

import difflib
import html
import os
import re
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from rich.cells import cell_len
from textual.pilot import Pilot
from textual.widgets import Input

from manager.errors import EngineUnavailable
from manager.service import PortManager
from tui.app import PmapApp
from tui.screens.change import ChangeForm
from tui.screens.compose import Compose
from tui.screens.doctor import Doctor

Until = Callable[[Pilot[int], Callable[[], object]], Awaitable[None]]
Scene = Callable[[PmapApp, Pilot[int], Until], Awaitable[None]]

SNAPSHOTS = Path(__file__).parent / "snapshots"
SIZES = [(80, 24), (120, 40), (200, 60)]
THEMES = ["pmap-dark", "pmap-light"]


async def _home(app: PmapApp, pilot: Pilot[int], until: Until) -> None:
    app.ports.set_filter("shop-web")
    await pilot.press("j")
    app.ports.set_filter("")


async def _filter(app: PmapApp, pilot: Pilot[int], until: Until) -> None:
    await pilot.press("slash", *"exposed -process")


async def _marked(app: PmapApp, pilot: Pilot[int], until: Until) -> None:
    await pilot.press("b", "space", "space", "space", "n")


async def _conflict(app: PmapApp, pilot: Pilot[int], until: Until) -> None:
    app.ports.set_filter("preview")
    await pilot.pause()
    app.ports.set_filter("")


async def _answered(app: PmapApp, pilot: Pilot[int], until: Until) -> None:
    await until(pilot, lambda: isinstance(app.screen, ChangeForm) and app.screen.answer)


async def _publish(app: PmapApp, pilot: Pilot[int], until: Until) -> None:
    app.ports.set_filter("shop-api")
    await pilot.press("p", *"62893")
    await _answered(app, pilot, until)


async def _taken(app: PmapApp, pilot: Pilot[int], until: Until) -> None:
    app.ports.set_filter("shop-api")
    await pilot.press("p", *"8000")
    await _answered(app, pilot, until)


async def _help(app: PmapApp, pilot: Pilot[int], until: Until) -> None:
    await pilot.press("question_mark")


async def _story(app: PmapApp, pilot: Pilot[int], until: Until) -> None:
    app.ports.set_filter("shop-web exposed")
    await pilot.press("enter")


async def _map(app: PmapApp, pilot: Pilot[int], until: Until) -> None:
    await pilot.press("2", "home", "n", "n")


async def _nothing(app: PmapApp, pilot: Pilot[int], until: Until) -> None:
    await pilot.press("slash", *"project:shop nowhere")


async def _loopback(app: PmapApp, pilot: Pilot[int], until: Until) -> None:
    app.ports.set_filter("container:shop-web exposed")
    await pilot.press("l")
    await _answered(app, pilot, until)


async def _done(app: PmapApp, pilot: Pilot[int], until: Until) -> None:
    await _publish(app, pilot, until)
    await pilot.press("enter")
    await until(pilot, lambda: isinstance(app.screen, ChangeForm) and not app.screen.running)
    await until(pilot, lambda: sum(e.owner == "shop-api-1" for e in app.entries) == 2)
    await until(pilot, lambda: not any(".pmap-" in e.owner for e in app.entries))


async def _undo(app: PmapApp, pilot: Pilot[int], until: Until) -> None:
    await _done(app, pilot, until)
    await pilot.press("escape", "U")
    await _answered(app, pilot, until)


async def _doctor(app: PmapApp, pilot: Pilot[int], until: Until) -> None:
    await pilot.press("5")
    page = app.page
    assert isinstance(page, Doctor)
    await until(pilot, lambda: page.results and not page.running)


async def _copies(app: PmapApp, pilot: Pilot[int], until: Until) -> None:
    app.ports.set_filter("container:shop-db")
    await pilot.press("Y")


async def _history(app: PmapApp, pilot: Pilot[int], until: Until) -> None:
    await _done(app, pilot, until)
    await pilot.press("escape", "4")


async def _compose(app: PmapApp, pilot: Pilot[int], until: Until) -> None:
    await pilot.press("3")
    page = app.page
    assert isinstance(page, Compose)
    await until(pilot, lambda: page.checkup.findings)


SCENES: dict[str, Scene] = {
    "home": _home,
    "filter": _filter,
    "marked": _marked,
    "conflict": _conflict,
    "publish": _publish,
    "taken": _taken,
    "help": _help,
    "story": _story,
    "map": _map,
    "nothing": _nothing,
    "loopback": _loopback,
    "done": _done,
    "undo": _undo,
    "doctor": _doctor,
    "copies": _copies,
    "history": _history,
    "compose": _compose,
}


@pytest.fixture(autouse=True)
def _no_row_is_asked_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether a row was rested on depends on the time; `take` asks the last one."""
    monkeypatch.setattr("tui.asking.REST", 3600.0)


@pytest.fixture
def project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, manager: PortManager
) -> Iterator[Path]:
    """A working folder with a compose file, a known time zone, and ids that stay."""
    (tmp_path / "compose.yaml").write_text(
        "services:\n"
        "  web:\n    image: nginx:1.27\n    ports:\n      - 8080:80\n      - 127.0.0.1:8443:443\n"
        "  db:\n    image: postgres:16\n    ports: ['5432:5432']\n"
        "  docs:\n    image: nginx:1.27\n    ports: ['8080:80']\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("secrets.token_hex", lambda size=None: "0f1e2d3c")
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield tmp_path
    monkeypatch.undo()
    time.tzset()


CELL = 12.2
"""Width of a character in a picture, as Rich draws it."""
SPACE = "\u00a0"
TEXT = re.compile(
    r'(<text class="terminal-\d+-r\d+") x="([\d.]+)"( y="[\d.]+")'
    r' textLength="[\d.]+"([^>]*)>(.*?)</text>'
)


def settled(svg: str) -> str:
    """The picture without fonts from elsewhere, and the same in every viewer."""
    svg = re.sub(r"\s*@font-face \{.*?\}", "", svg, flags=re.S)
    svg = TEXT.sub(_without_outer_spaces, svg.replace("&#160;", SPACE))
    # Of that size a letter of these fonts is as wide as a cell, also where textLength is not read.
    svg = svg.replace("font-size: 20px", "font-size: 20.264px")
    return svg.replace("Fira Code", "DejaVu Sans Mono, Menlo, Consolas")


def _without_outer_spaces(match: re.Match[str]) -> str:
    """A text that begins where its first letter stands: not every viewer draws outer spaces."""
    head, x, y, tail, words = match.groups()
    left = float(x) + CELL * (len(words) - len(words.lstrip(SPACE)))
    inner = words.strip(SPACE)
    length = CELL * cell_len(html.unescape(inner))
    return f'{head} x="{left:g}"{y} textLength="{length:g}"{tail}>{inner}</text>' if inner else ""


def text(svg: str) -> list[str]:
    """The words of a picture, line by line, with the class of each: what a person can compare."""
    lines: dict[str, list[str]] = {}
    for style, number, words in re.findall(
        r'<text class="terminal-\d+-(\w+)"[^>]*line-(\d+)\)">(.*?)</text>', svg
    ):
        lines.setdefault(number, []).append(f"{style}:{html.unescape(words)}")
    return [f"{number} {' '.join(parts)}" for number, parts in lines.items()]


def compare(name: str, svg: str) -> None:
    """Hold a picture against the accepted one."""
    path = SNAPSHOTS / f"{name}.svg"
    if os.environ.get("PMAP_PICTURES") == "write":
        SNAPSHOTS.mkdir(exist_ok=True)
        path.write_text(svg, encoding="utf-8")
    assert path.exists(), f"{path.name} was never accepted"
    accepted = path.read_text(encoding="utf-8")
    if svg != accepted:
        changed = difflib.unified_diff(text(accepted), text(svg), "accepted", "drawn", lineterm="")
        told = "\n".join(changed) or "the words are the same; the styles differ"
        pytest.fail(
            f"{path.name}; PMAP_PICTURES=write accepts what is drawn\n{told}", pytrace=False
        )


async def take(app: PmapApp, pilot: Pilot[int], until: Until) -> str:
    """The picture of what is on the screen once all is quiet."""
    for field in app.screen.query(Input):
        field.cursor_blink = False
    if app.ports.selected is not None:
        # Only the row that it all ends on is asked, however long the keys took.
        app.asking.look_at(app.ports.selected, app.snapshot, now=True)
    await until(pilot, lambda: app.asking.pending is None)
    await pilot.pause()
    await pilot.pause()
    return settled(app.export_screenshot(title="pmap", simplify=True))


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("scene", SCENES)
async def test_screens_look_as_accepted(  # noqa: PLR0917
    app: PmapApp, until: Until, scene: str, size: tuple[int, int], theme: str, project: Path
) -> None:
    app.theme = theme
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: app.entries and app.link.connected)
        await SCENES[scene](app, pilot, until)
        svg = await take(app, pilot, until)
    kind = theme.removeprefix("pmap-")
    compare(f"{scene}-{size[0]}x{size[1]}-{kind}", svg)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_without_an_engine(  # noqa: PLR0917
    manager: PortManager,
    until: Until,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    size: tuple[int, int],
    theme: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NO_COLOR", raising=False)
    missing = EngineUnavailable(
        "no engine answers at unix:///var/run/docker.sock (the default): there is no such socket",
        hint="sudo systemctl start docker; or name an engine with -H or --context; or try --demo",
    )
    manager.engine, manager.unavailable = None, missing
    app = PmapApp(lambda: manager)
    app.theme = theme
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: app.link.problem)
        svg = await take(app, pilot, until)
    compare(f"no-engine-{size[0]}x{size[1]}-{theme.removeprefix('pmap-')}", svg)
