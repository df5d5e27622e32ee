"""What a person needs in order to read the screen: contrast, signs beside colours, used room."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from textual.color import Color
from textual.pilot import Pilot
from textual.theme import Theme

from manager.model.portclass import LINUX_EPHEMERAL
from manager.model.ports import PortRange
from manager.model.snapshot import Snapshot
from tui.actions import Place, actions_of
from tui.app import PmapApp
from tui.paint import cursor_ground
from tui.presentation.cells import Line, Role, line_width, plain
from tui.presentation.entry import Entry
from tui.presentation.frame import PAGES, footer_line
from tui.presentation.glyphs import ASCII, UNICODE, Glyphs
from tui.presentation.helptext import FILTERS, NAMED, help_lines
from tui.presentation.nothing import nothing_lines
from tui.presentation.ordering import View
from tui.presentation.portmap import after_lines, holds, legend
from tui.presentation.story import story, story_lines
from tui.presentation.summary import Counts, Link, band_line, engine_line
from tui.presentation.table import layout, row_line
from tui.screens.change import ChangeForm
from tui.screens.doctor import Doctor
from tui.screens.listing import BESIDE, Listing
from tui.theme import DARK, LIGHT, role_styles
from tui.widgets.lines import Lines

Until = Callable[[Pilot[int], Callable[[], object]], Awaitable[None]]
SIGNS_ALONE = {Role.FAINT}
OWN_GROUND = {Role.CHIP, Role.TAB, Role.KEY}
CURSOR = 0.24


def _luminance(colour: Color) -> float:
    parts = [part / 255 for part in (colour.r, colour.g, colour.b)]
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: Color, other: Color) -> float:
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
@pytest.mark.parametrize("role", Role)
def test_every_role_is_read_on_every_ground(theme: Theme, role: Role) -> None:
    style = role_styles(theme)[role]
    page = Color.parse(str(theme.background))
    under = cursor_ground(theme, page, CURSOR, cursor=True).background
    bars = [Color.parse(str(ground)) for ground in (theme.surface, theme.panel)]
    ink = style.foreground
    assert ink is not None
    assert under is not None
    if role in OWN_GROUND:
        assert style.background is not None
        assert _contrast(ink, style.background) >= 4.5
    elif role in SIGNS_ALONE:
        assert _contrast(ink, page) >= 3
    else:
        grounds = [page] if role is Role.HEAD else [page, *bars]
        # Of the accent only the signs of the cursor and of a mark stand on a selected line.
        assert role in {Role.HEAD, Role.ACCENT} or _contrast(ink, under) >= 4.5
        assert min(_contrast(ink, ground) for ground in grounds) >= 4.5


@pytest.mark.parametrize("g", [UNICODE, ASCII], ids=["unicode", "ascii"])
def test_a_sign_of_the_map_says_without_its_colour_what_it_is(g: Glyphs) -> None:
    words = ["all", "one", "this", "reserved", "free"]
    line = plain(legend(LINUX_EPHEMERAL, 80, g)).split()
    signs = [line[line.index(word) - 1] for word in words]
    assert len(set(signs)) == len(words)


def test_under_the_cursor_no_sign_is_faint(shop: tuple[Entry, ...]) -> None:
    plan = layout(shop, View(), 100, UNICODE)
    roles = {span.role for entry in shop for span in row_line(entry, plan, cursor=True)}
    assert Role.FAINT not in roles
    assert Role.FAINT in {span.role for span in row_line(shop[0], plan)}


def test_what_keys_do_begins_in_one_column() -> None:
    lines = nothing_lines(Link(opening=False), View(filter="x"), 3)[-3:]
    starts = {line_width(line) - line_width(line[-1:]) for line in lines}
    assert len(starts) == 1


@pytest.mark.parametrize("columns", [73, 85, 113])
def test_the_help_tells_every_key_and_filter_once(columns: int) -> None:
    lines = [plain(line) for line in help_lines(actions_of(Place.PORTS), columns)]
    assert max(map(len, lines)) <= columns
    told = " ".join(line.strip() for line in lines)
    for action in actions_of(Place.PORTS):
        assert told.count(action.help) == 1
    named = {line[12:26].strip() for line in lines}
    assert ({action.label for action in actions_of(Place.PORTS)} <= named) is (columns >= NAMED)
    assert all(sum(line.startswith(f"  {word} ") for line in lines) == 1 for word, _ in FILTERS)


def test_two_columns_tell_what_one_tells() -> None:
    def words(columns: int) -> list[str]:
        lines = help_lines(actions_of(Place.PORTS), columns)
        assert max(map(line_width, lines)) <= columns
        return sorted(" ".join(map(plain, lines)).split())

    assert words(169) == words(113)


def test_the_help_needs_no_scrolling_on_a_big_terminal() -> None:
    assert max(len(help_lines(actions_of(place), 169)) for place, _ in PAGES) <= 56


def _wide(lines: list[Line]) -> int:
    return max(map(line_width, lines))


def test_a_sentence_that_would_break_begins_its_own_line(shop: tuple[Entry, ...]) -> None:
    web = next(entry for entry in shop if entry.owner == "web")
    told = story(web, None, UNICODE)
    broad, _ = story_lines(told, 100)
    slim, _ = story_lines(told, 56)
    assert "answering  Held as it was asked for." in "\n".join(map(plain, broad))
    lines = [plain(line).strip() for line in slim]
    assert "Held as it was asked for." in lines
    assert _wide(slim) <= 56


def test_steps_stand_under_each_other_where_there_is_room(shop: tuple[Entry, ...]) -> None:
    exposed = next(entry for entry in shop if entry.exposed)
    told = story(exposed, None, UNICODE)
    assert len(story_lines(told, 78, airy=True)[1]) == len(told.next) == 4
    assert len(story_lines(told, 78)[1]) == 1


def test_one_column_tells_what_runs(shop: tuple[Entry, ...]) -> None:
    """The image of a container, and the command line of what is no container's."""
    wide = layout(shop, View(), 200, UNICODE)
    (runs,) = [column for column, _ in wide.columns if column.title == "RUNS"]
    for entry in shop:
        process = entry.row.process
        assert runs.text(entry) == (entry.image or (process.command if process else ""))
    assert [column.title for column, _ in wide.columns][-2:] == ["SERVICE", "RUNS"]


def test_a_small_column_takes_the_room_that_is_too_little_for_a_big_one(
    shop: tuple[Entry, ...],
) -> None:
    named = tuple(replace(entry, image=entry.image and "registry/" + "a" * 30) for entry in shop)
    shown = [
        [column.title for column, _ in layout(named, View(), columns, UNICODE).columns]
        for columns in range(60, 140)
    ]
    assert ["WHO", "SERVICE"] in shown
    assert ["WHO", "RUNS"] in shown
    assert shown[-1] == ["WHO", "SERVICE", "RUNS"]


def test_the_map_goes_on_with_the_next_holders(shop: tuple[Entry, ...]) -> None:
    held = holds(shop)
    first = min(held)
    text = [plain(line) for line in after_lines(PortRange(0, first), held, UNICODE)]
    assert text[1] == " Further on"
    assert not any(f":{first} " in line for line in text)
    assert f":{max(held)} " in text[-1]
    assert after_lines(PortRange(0, max(held)), held, UNICODE) == []


@pytest.mark.parametrize(("columns", "beside"), [(200, True), (120, False)])
async def test_a_wide_terminal_tells_the_line_beside_the_list(
    app: PmapApp, until: Until, columns: int, beside: bool
) -> None:
    async with app.run_test(size=(columns, 50)) as pilot:
        await until(pilot, lambda: app.entries and app.link.connected)
        await pilot.press("5")
        page = app.page
        assert isinstance(page, Doctor)
        await until(pilot, lambda: page.results and not page.running)
        await pilot.pause()
        rows, detail = page.mover.region, page.query_one("#detail").region
        assert (detail.x >= rows.right) is beside is (detail.y < rows.bottom)
        assert detail.width == (BESIDE if beside else columns)
        # What is wrong is under the cursor, and told in full.
        assert page.results[page.index].status.value == "fail"
        told = page.query_one("#detail", Lines).lines
        assert max(map(line_width, told)) <= detail.width - 2
        assert "Fix" in "\n".join(map(plain, told))


async def test_the_map_has_its_holders_beside_it(app: PmapApp, until: Until) -> None:
    async with app.run_test(size=(200, 50)) as pilot:
        await until(pilot, lambda: app.entries and app.link.connected)
        await pilot.press("2", "home", "n")
        await pilot.pause()
        under = app.page.query_one("#under", Lines)
        assert under.region.right == 200
        assert under.region.height > 40
        text = "\n".join(map(plain, under.lines))
        assert all(name in text for name in ("sshd", "shop-web-1"))
        assert not isinstance(app.page, Listing)


async def test_a_field_that_says_nothing_yet_says_nothing(app: PmapApp, until: Until) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.entries and app.link.connected)
        app.ports.set_filter("sshd")
        await pilot.press("p")

        def note(field: str) -> str:
            lines = app.screen.query_one(f"#{field} #note", Lines).lines
            return "\n".join(map(plain, lines))

        assert isinstance(app.screen, ChangeForm)
        assert not note("target"), "no container is named that could expose anything"
        await pilot.press(*"shop-api-1", "tab", *"62893")
        await until(pilot, lambda: note("port") == "free")
        assert note("target") == "empty: 3000/tcp, its only one"


def test_the_engine_is_named_without_its_builder(a_snapshot: Callable[..., Snapshot]) -> None:
    engine = a_snapshot(version="28.5.2+dfsg4").engine
    assert plain(engine_line(Link(engine, connected=True, opening=False), UNICODE)).startswith(
        f"{UNICODE.yes} docker 28.5.2 "
    )


@pytest.mark.parametrize(("columns", "key"), [(80, "?"), (120, "space"), (200, "n")])
def test_a_wider_footer_tells_more_keys(columns: int, key: str) -> None:
    line = plain(footer_line(actions_of(Place.PORTS), columns))
    assert key in line.split()
    assert columns - 12 < line_width(footer_line(actions_of(Place.PORTS), columns)) <= columns


@pytest.mark.parametrize("columns", [48, 60, 80, 120])
def test_how_much_is_marked_is_told_before_the_smaller_counts(columns: int) -> None:
    counts = Counts(published=14, exposed=9, conflicts=2, reserved=2, host=4)
    line = plain(band_line(counts, 3, columns, UNICODE))
    assert line.endswith("3 marked ")
    assert "9 exposed" in line
    assert ("of the host" in line) is (columns == 120)
    assert "of the host" in plain(band_line(counts, 0, 80, UNICODE))
