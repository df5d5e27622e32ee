"""Which entries remain: ranges as intervals, against the same thing done port by port."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manager.compose.reads import Read, key_of
from manager.compose.settle import TooManyPiecesError, settle
from manager.compose.text import Style
from manager.compose.values import PortEntry, PortParts, PortRun, Syntax
from manager.model.finding import Span
from manager.model.ports import PortRange


def read(index: int, start: int, count: int, offset: int = 0, host_ip: str = "") -> Read:
    """An entry `start+offset ...:start ...` of `count` ports, on line `index`."""
    run = PortRun(host_ip, str(start + offset), start, "tcp", count=count)
    entry = PortEntry(
        "web",
        "compose.yaml",
        Span(index, 1, index, 2, index, index + 1),
        Syntax.SHORT,
        Style.PLAIN,
        PortParts(),
        None,
        PortRange(start + offset, start + offset + count - 1),
        PortRange(start, start + count - 1),
        "tcp",
        runs=(run,),
    )
    return Read(entry, key_of(run, host_ip or None, run.published, "tcp"))


def by_port(reads: list[Read]) -> list[tuple[int, str, int]]:
    """Compose's way: every port of every entry, a later one in the place of an earlier one."""
    found: dict[tuple[str, int, int], tuple[int, tuple[int, str]]] = {}
    for index, one in enumerate(reads):
        run = one.entry.runs[0]
        for offset in range(run.count):
            published, target = int(run.published) + offset, run.target + offset
            key = (run.host_ip or "0.0.0.0", published, target)
            place = found[key][1] if key in found else (index, f"{target}/tcp")
            found[key] = (index, place)
    ordered = sorted(found.items(), key=lambda item: item[1][1])
    return [(owner, host, target) for (host, _, target), (owner, _) in ordered]


def by_runs(reads: list[Read]) -> list[tuple[int, str, int]]:
    entries, _ = settle(reads)
    ports = []
    for place, entry in enumerate(entries):
        owner = entry.span.line
        for run in entry.runs:
            slot = place if run.slot < 0 else run.slot
            for offset in range(run.count):
                target = run.target + offset
                ports.append((slot, f"{target}/tcp", owner, run.host_ip or "0.0.0.0", target))
    return [(owner, host, target) for _, _, owner, host, target in sorted(ports)]


ENTRIES = st.lists(
    st.tuples(
        st.integers(1, 30),
        st.integers(1, 12),
        st.sampled_from([0, 0, 0, 7]),
        st.sampled_from(["", "", "0.0.0.0", "127.0.0.1"]),
    ),
    max_size=12,
)


@given(ENTRIES)
def test_intervals_do_what_compose_does_port_by_port(
    parts: list[tuple[int, int, int, str]],
) -> None:
    reads = [read(index, *part) for index, part in enumerate(parts)]
    assert by_runs(reads) == by_port(reads)


@given(ENTRIES)
def test_nothing_is_lost(parts: list[tuple[int, int, int, str]]) -> None:
    reads = [read(index, *part) for index, part in enumerate(parts)]
    entries, repeated = settle(reads)
    lines = [e.span.line for e in entries] + [r.entry.span.line for r in repeated]
    assert sorted(lines) == list(range(len(reads)))
    assert all(r.by.span.line > r.entry.span.line for r in repeated)


def test_a_huge_range_is_one_step() -> None:
    entries, repeated = settle([read(0, 1, 65535), read(1, 1, 65535)])
    assert [run.count for entry in entries for run in entry.runs] == [65535]
    assert repeated[0].by is not entries[0]
    assert repeated[0].by.span == entries[0].span


def test_a_range_keeps_what_a_single_port_does_not_take() -> None:
    (first, second), repeated = settle([read(0, 3000, 3), read(1, 3001, 1)])
    assert [(run.target, run.published, run.slot) for run in first.runs] == [
        (3000, "3000", 0),
        (3002, "3002", 0),
    ]
    assert [(run.target, run.published, run.slot) for run in second.runs] == [(3001, "3001", 0)]
    assert not repeated


def test_work_is_bounded() -> None:
    ports = [read(index, index + 1, 1) for index in range(2000)]
    whole = [read(2000 + index, 1, 65535) for index in range(2000)]
    with pytest.raises(TooManyPiecesError):
        settle(ports + whole)
