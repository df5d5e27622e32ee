"""The table of ports. Draws only the lines that are seen, so thousands of rows cost nothing."""

from __future__ import annotations

from collections.abc import Callable, Set
from dataclasses import dataclass

from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip

from tui.paint import Painter, cursor_ground
from tui.presentation.cells import Line, clip_line, width
from tui.presentation.entry import Entry, Identity
from tui.presentation.glyphs import UNICODE, Glyphs
from tui.presentation.ordering import Gap, Heading, Item, View, arrange, find, ordered, successor
from tui.presentation.table import Layout, header_line, heading_line, layout, row_line
from tui.widgets.calm import Calm


class PortTable(Calm, can_focus=True, inherit_bindings=False):
    """Rows with a cursor that stays on its row, by identity, whatever comes and goes."""

    DEFAULT_CSS = """
    PortTable { overflow-x: hidden; scrollbar-size-vertical: 1; scrollbar-gutter: stable; }
    """

    @dataclass
    class Chosen(Message):
        """A row was double-clicked, or the title of a column clicked."""

        action: str

    def __init__(
        self,
        moved: Callable[[], object],
        *,
        glyphs: Glyphs = UNICODE,
        id: str | None = None,  # noqa: A002
    ) -> None:
        """`moved` is called once the cursor stands on another row.

        It is no message: that would be heard, and what it changes painted, a picture later.
        """
        super().__init__(id=id)
        self._moved = moved
        self.glyphs = glyphs
        self.marked: set[Identity] = set()
        self._view = View()
        self._entries: tuple[Entry, ...] = ()
        self._ordered: tuple[Entry, ...] = ()
        self._items: tuple[Item, ...] = ()
        self.rows: tuple[Entry, ...] = ()
        """The entries that are in the table, in its order."""
        self.empty: tuple[Line, ...] = ()
        """What stands in a table without rows."""
        self._cursor = -1
        self._plan: Layout | None = None
        self._faded = False
        self._drawn: tuple[object, ...] = ()
        """What the lines were drawn from last, but for cursor and marks."""
        self._painters: dict[str, Painter] = {}
        self._strips: dict[tuple[int, bool], Strip] = {}

    @property
    def selected(self) -> Entry | None:
        """The entry under the cursor."""
        item = self._items[self._cursor] if 0 <= self._cursor < len(self._items) else None
        return item if isinstance(item, Entry) else None

    def show(self, entries: tuple[Entry, ...], view: View, *, faded: bool = False) -> None:
        """Draw these entries in that view. `faded`: they are what was known before."""
        before, top = self._view, self.scroll_offset.y
        # Who has scrolled away from the cursor is left there, whatever comes and goes.
        away = view == before and not top <= self._cursor < top + self.size.height - 1
        new = entries is not self._entries
        if new or (view.sort, view.descending) != (before.sort, before.descending):
            self._ordered = ordered(entries, view)
        self._entries, self._view, self._faded = entries, view, faded
        anew = new or view.grouped != before.grouped
        self._arrange(follow=not away or self._cursor < 0, anew=anew)

    def put(self, entries: tuple[Entry, ...], entry: Entry) -> None:
        """Draw these entries, of which this one has learnt something: no row moves for that."""

        def same(item: Item) -> bool:
            return isinstance(item, Entry) and item.identity == entry.identity

        self._entries = entries
        self._ordered = tuple(entry if same(each) else each for each in self._ordered)
        self._items = tuple(entry if same(item) else item for item in self._items)
        self.rows = tuple(entry if same(each) else each for each in self.rows)
        self._drawn = (self._items, *self._drawn[1:])
        self._draw_again({entry.identity})

    def _arrange(self, *, follow: bool = True, anew: bool) -> None:
        """Work out the lines, the cursor on its row; draw them where they are other ones.

        `anew`: the columns get their widths anew, by all entries, so that no filter makes them
        jump.
        """
        columns = self.scrollable_content_region.width
        if anew and columns:
            self._plan = layout(self._entries, self._view, columns, self.glyphs)
        before = self.selected
        self._items = arrange(self._ordered, self._view, self.size.height - 1)
        self.rows = tuple(item for item in self._items if isinstance(item, Entry))
        if self.marked:
            self.marked &= {entry.identity for entry in self.rows}
        near = self._cursor if before is not None else 0
        self._cursor = find(self._items, before.identity if before else None, near)
        if before is not None and (now := self.selected) and now.identity != before.identity:
            self._cursor = find(self._items, successor(self._items, before), near)
        self.virtual_size = Size(self.size.width, len(self._items) + 1)
        self._scroll_update(self.virtual_size)
        # One more letter in the filter often lets the same rows through.
        order = (self._view.sort, self._view.descending)
        drawn = (self._items or self.empty, order, self._plan, self._faded)
        if anew or drawn != self._drawn:
            self._drawn = drawn
            self._painters = {}
            self._strips = {}
            self.refresh()
        if follow:
            self._follow()

    def move(self, steps: int) -> None:
        """Move the cursor by that many rows, stopping at the ends."""
        rows = [i for i, item in enumerate(self._items) if isinstance(item, Entry)]
        if not rows:
            return
        place = rows.index(self._cursor) if self._cursor in rows else 0
        self._go(rows[min(max(place + steps, 0), len(rows) - 1)])

    def select(self, identity: Identity) -> None:
        """Put the cursor on that row, where it is there."""
        self._go(find(self._items, identity, self._cursor))

    def toggle_mark(self) -> None:
        """Mark or unmark the row under the cursor."""
        if (entry := self.selected) is not None:
            self.marked ^= {entry.identity}
            self._draw_again({entry.identity})

    def clear_marks(self) -> None:
        """Unmark every row."""
        marked, self.marked = self.marked, set()
        self._draw_again(marked)

    def notify_style_update(self) -> None:
        """Colours or focus have changed: paint anew."""
        super().notify_style_update()
        self._painters = {}
        self._strips = {}

    def focus_region(self) -> Region:
        """The line of the cursor."""
        return Region(0, self._cursor + 1 - self.scroll_offset.y, self.size.width, 1)

    def render_line(self, y: int) -> Strip:
        """Line `y` of what is seen: the titles stay, the rows scroll."""
        columns = self.size.width
        if self._plan is None:
            return Strip.blank(columns, self.rich_style)
        if y == 0:
            return self._painter("plain").strip(header_line(self._plan, self._view), columns)
        index = y - 1 + self.scroll_offset.y
        key = (index, index == self._cursor)
        if key not in self._strips:
            self._strips[key] = self._draw(index, self._plan, columns)
        return self._strips[key]

    def on_resize(self) -> None:
        """Give lines and columns their new room; only what it changes is worked out anew."""
        wider = self._plan is None or self._plan.total != self.scrollable_content_region.width
        if wider or len(self.rows) < self.size.height:
            # The columns have other room, or so few rows that the gaps of groups come or go.
            self._arrange(anew=wider)
        else:
            self._follow()

    def on_click(self, event: events.Click) -> None:
        """Select a row; open it at the second click; sort at a click on a title."""
        if event.y == 0:
            if self._plan and (action := _action_at(header_line(self._plan, self._view), event.x)):
                self.post_message(self.Chosen(action))
            return
        index = event.y - 1 + self.scroll_offset.y
        if 0 <= index < len(self._items) and isinstance(self._items[index], Entry):
            self._go(index)
            if event.chain == 2:
                self.post_message(self.Chosen("detail"))

    def _go(self, index: int) -> None:
        if index == self._cursor:
            return
        self.refresh(self.focus_region())
        self._cursor = index
        self.refresh(self.focus_region())
        self._follow()
        self._moved()

    def _follow(self) -> None:
        """Scroll so that the cursor is seen, with the heading above the first of a group."""
        seen = self.size.height - 1
        if self._cursor < 0 or seen < 1:
            return
        top = self.scroll_offset.y
        first = self._cursor
        if first and isinstance(self._items[first - 1], Heading):
            first -= 1
        if first < top:
            self.scroll_to(y=first, animate=False, force=True)
        elif self._cursor >= top + seen:
            self.scroll_to(y=self._cursor - seen + 1, animate=False, force=True)

    def _draw_again(self, rows: Set[Identity]) -> None:
        """Draw the lines of these rows anew, no others."""
        columns, top = self.size.width, self.scroll_offset.y
        lines = []
        for index, item in enumerate(self._items):
            if isinstance(item, Entry) and item.identity in rows:
                self._strips.pop((index, False), None)
                self._strips.pop((index, True), None)
                lines.append(Region(0, index + 1 - top, columns, 1))
        if lines:
            self.refresh(*lines)

    def _draw(self, index: int, plan: Layout, columns: int) -> Strip:
        if index >= len(self._items):
            line = self.empty[index] if not self._items and index < len(self.empty) else ()
            return self._painter("plain").strip(clip_line(line, columns), columns)
        item, cursor = self._items[index], index == self._cursor
        if isinstance(item, Gap):
            return self._painter("plain").strip((), columns)
        if isinstance(item, Heading):
            return self._painter("plain").strip(heading_line(item, plan), columns)
        marked = item.identity in self.marked
        ground = "cursor" if cursor else "marked" if marked else "plain"
        line = row_line(item, plan, cursor=cursor, marked=marked)
        return self._painter(ground).strip(line, columns)

    def _painter(self, name: str) -> Painter:
        """The painter for a ground: plain, marked, or under the cursor."""
        if name not in self._painters:
            theme = self.app.current_theme
            part = {"plain": 0.0, "marked": 0.1, "cursor": 0.24 if self.has_focus else 0.14}
            style = cursor_ground(
                theme, self.visual_style.background, part[name], cursor=name == "cursor"
            )
            plain = theme.ansi and name == "cursor"
            self._painters[name] = Painter(theme, style, faded=self._faded, plain=plain)
        return self._painters[name]


def _action_at(line: Line, x: int) -> str:
    """The action of the span at column `x`, empty where there is none."""
    for span in line:
        x -= width(span.text)
        if x < 0:
            return span.action
    return ""
