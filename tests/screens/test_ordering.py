"""Which rows are shown, in which order, and where the cursor stays."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.presentation.entry import Entry
from tui.presentation.ordering import Heading, SortKey, View, arrange, find, ordered, shown


def test_groups_are_projects_then_loose_containers(shop: tuple[Entry, ...]) -> None:
    items = arrange(shop, View())
    titles = [item.title for item in items if isinstance(item, Heading)]
    assert titles == ["net", "shop", "containers"]
    heading = next(i for i in items if isinstance(i, Heading) and i.title == "shop")
    assert (heading.ports, heading.exposed) == (2, 1)


def test_without_groups_there_is_no_heading(shop: tuple[Entry, ...]) -> None:
    items = arrange(ordered(shop, View()), View(grouped=False))
    assert [e.port for e in items if isinstance(e, Entry)] == sorted(
        (e.port for e in shop), key=int
    )
    assert len(items) == len(shop)


@pytest.mark.parametrize(
    ("key", "first"),
    [
        (SortKey.HOST, "mail"),
        (SortKey.TARGET, "mail"),
        (SortKey.REACH, "db"),
        (SortKey.OWNER, "db"),
        (SortKey.STATE, "mail"),
    ],
)
def test_every_column_sorts(shop: tuple[Entry, ...], key: SortKey, first: str) -> None:
    view = View(sort=key, grouped=False)
    assert ordered(shop, view)[0].owner == first
    backwards = ordered(shop, replace(view, descending=True))
    assert sorted(e.owner for e in backwards) == sorted(e.owner for e in shop)
    assert backwards[-1].owner == first


def test_sorting_twice_by_a_column_turns_it_round() -> None:
    once = View().sorted_by(SortKey.OWNER)
    assert (once.sort, once.descending) == (SortKey.OWNER, False)
    assert once.sorted_by(SortKey.OWNER).descending
    assert not once.sorted_by(SortKey.OWNER).sorted_by(SortKey.HOST).descending


def test_columns_follow_each_other_round_the_end() -> None:
    view = View()
    for _ in SortKey:
        view = view.sorted_beside(1)
    assert view.sort is View().sort
    assert view.sorted_beside(-1).sort is list(SortKey)[-1]


def test_stopped_and_host_rows_can_be_left_out(shop: tuple[Entry, ...]) -> None:
    assert {e.owner for e in shown(shop, View(stopped=False))} == {"db", "dns", "mail", "web"}


@given(st.data())
def test_the_cursor_stays_on_its_row_whatever_goes(data: st.DataObject) -> None:
    from manager.model.listener import HostSocket, Listener, Process
    from manager.model.ports import parse_ip
    from manager.model.snapshot import Snapshot
    from tui.presentation.entry import entries

    def rows(ports: set[int]) -> tuple[Entry, ...]:
        address = parse_ip("127.0.0.1")
        listeners = tuple(
            Listener(HostSocket(address, port), Process(port, f"p{port}")) for port in ports
        )
        return entries(Snapshot(None, (), listeners))

    ports = data.draw(st.sets(st.integers(1, 60), min_size=1))
    kept = data.draw(st.sets(st.sampled_from(sorted(ports))))
    chosen = data.draw(st.sampled_from(sorted(ports)))
    before = arrange(rows(ports), View())
    identity = next(e for e in before if isinstance(e, Entry) and e.host_port == chosen).identity
    near = find(before, identity, 0)
    after = arrange(rows(kept), View())
    index = find(after, identity, near)
    if not kept:
        assert index == -1
    else:
        found = after[index]
        assert isinstance(found, Entry)
        assert chosen not in kept or found.host_port == chosen
