"""The compose page: findings at their line, fixes after a look at the diff."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from manager.model.snapshot import Snapshot
from tui.app import PmapApp
from tui.checking import check_files, known_files, mend_rule
from tui.presentation.cells import line_width, plain
from tui.presentation.findings import diff_lines, finding_line, finding_lines
from tui.presentation.glyphs import UNICODE
from tui.screens.agree import Agree
from tui.screens.compose import Compose
from tui.widgets.lines import Lines

Until = Callable[[Pilot[int], Callable[[], object]], Awaitable[None]]
TEXT = """\
services:
  web:
    image: nginx:1
    ports:
      - "8080:80" # the shop
"""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "compose.yaml"
    path.write_text(TEXT)
    return path


@pytest.fixture
async def page(app: PmapApp, file: Path, until: Until) -> Any:
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.entries and app.link.connected)
        await pilot.press("3")
        await until(pilot, lambda: compose(app).checkup.files)
        yield pilot


def compose(app: PmapApp) -> Compose:
    assert isinstance(app.page, Compose)
    return app.page


def detail(app: PmapApp) -> str:
    return "\n".join(plain(line) for line in app.page.query_one("#detail", Lines).lines)


async def test_a_finding_is_shown_at_its_line(app: PmapApp, page: Pilot[int]) -> None:
    assert "PM101" in detail(app)
    assert '    5        - "8080:80" # the shop' in detail(app)
    assert "compose.yaml:5:" in detail(app)


async def test_a_fix_is_made_after_a_look_at_the_diff(
    app: PmapApp, page: Pilot[int], file: Path, until: Until
) -> None:
    await page.press("f")
    await until(page, lambda: isinstance(app.screen, Agree))
    told = [plain(line) for line in app.screen.query_one("#told", Lines).lines]
    assert '-      - "8080:80" # the shop' in told
    await page.press("j", "k", "escape")
    assert file.read_text() == TEXT
    await page.press("f")
    await until(page, lambda: isinstance(app.screen, Agree))
    await page.press("enter")
    await until(page, lambda: file.read_text() != TEXT)
    assert '"127.0.0.1:8080:80" # the shop' in file.read_text()
    await until(page, lambda: not compose(app).checkup.findings)
    assert "Nothing is wrong" in detail(app)


async def test_broken_yaml_is_a_finding_and_no_crash(
    app: PmapApp, page: Pilot[int], file: Path, until: Until
) -> None:
    file.write_text("services: [")
    await page.press("c")
    await until(page, lambda: "PM010" in detail(app))
    await page.press("f")
    await page.pause(0.1)
    assert app.is_running


async def test_without_files_it_says_so(app: PmapApp, until: Until, tmp_path: Path,
                                        monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.entries and app.link.connected)
        await pilot.press("3")
        await until(pilot, lambda: "no compose file" in detail(app))


def test_files_are_those_here_and_those_of_labels(
    file: Path, tmp_path: Path, a_container: Any, a_snapshot: Callable[..., Snapshot]
) -> None:
    assert known_files(a_snapshot(), ".") == ("compose.yaml",)
    assert known_files(a_snapshot(a_container("web", project="gone")), ".") == ("compose.yaml",)


def test_lines_of_findings_keep_to_their_columns(file: Path) -> None:
    (finding,) = check_files([str(file)]).findings
    for columns in (30, 80, 120):
        assert line_width(finding_line(finding, columns, UNICODE, (22, 12))) <= columns
        assert all(line_width(x) <= columns for x in finding_lines(finding, TEXT, columns, UNICODE))
    assert check_files([]).files == ()


def test_a_mend_writes_nothing_by_itself(file: Path) -> None:
    mend = mend_rule(str(file), "PM101")
    assert any(line.startswith('+      - "127.0.0.1:8080:80"') for line in mend.diff)
    assert file.read_text() == TEXT
    assert diff_lines(mend.diff)
    assert mend.write() == ()
    assert file.read_text() != TEXT


@pytest.mark.parametrize(("room", "source"), [(0, 5), (5, 1), (7, 3), (40, 5)])
def test_the_line_of_a_finding_is_seen_in_any_room(file: Path, room: int, source: int) -> None:
    (finding,) = check_files([str(file)]).findings
    shown = [plain(line) for line in finding_lines(finding, TEXT, 200, UNICODE, room)]
    numbered = shown[shown.index("") + 1 :]
    assert any("# the shop" in line for line in shown[: room or None])
    assert len(numbered) <= source
