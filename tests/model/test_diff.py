"""What came, went and changed between two tables."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from manager.model.container import Container, ContainerState
from manager.model.diff import ChangeKind, diff_rows
from manager.model.finding import Severity
from manager.model.listener import HostSocket, Listener, Process
from manager.model.ports import Port, PortBinding, PortMapping, PortRange, PublishedPort, parse_ip
from manager.model.rows import PortRow, port_rows
from manager.model.snapshot import Snapshot

LOOPBACK = parse_ip("127.0.0.1")
WEB = Container(
    "a" * 64,
    "web",
    "image",
    ContainerState.RUNNING,
    tuple(PortMapping(Port(80), PortBinding(LOOPBACK, PortRange.of(n))) for n in (8080, 8081)),
    tuple(PublishedPort(LOOPBACK, n, Port(80)) for n in (8080, 8081)),
)
STOPPED = replace(WEB, state=ContainerState.EXITED, published=())
VITE = Listener(HostSocket(LOOPBACK, 5173), Process(7, "vite"))


def rows(*containers: Container, listeners: tuple[Listener, ...] = ()) -> list[PortRow]:
    return port_rows(Snapshot(None, containers, listeners))


def told(before: list[PortRow], after: list[PortRow]) -> list[str]:
    return [f"{change.kind} {change.row.host}" for change in diff_rows(before, after)]


def test_what_went_is_told_before_what_came() -> None:
    moved = replace(WEB, mappings=WEB.mappings[:1], published=WEB.published[:1])
    assert told(rows(WEB), rows(moved, listeners=(VITE,))) == [
        "removed 127.0.0.1:8081",
        "added 127.0.0.1:5173",
    ]


def test_a_container_that_stops_changes_its_rows_and_keeps_them() -> None:
    changed = ["changed 127.0.0.1:8080", "changed 127.0.0.1:8081"]
    assert told(rows(WEB), rows(STOPPED)) == changed
    assert told(rows(STOPPED), rows(WEB)) == changed


def test_a_port_that_the_engine_let_go_is_a_change() -> None:
    assert told(rows(WEB), rows(replace(WEB, published=WEB.published[1:]))) == [
        "changed 127.0.0.1:8080"
    ]


def test_a_container_that_was_made_anew_is_another() -> None:
    assert len(told(rows(WEB), rows(replace(WEB, id="b" * 64)))) == 4


TABLES = st.lists(st.sampled_from([WEB, STOPPED, replace(WEB, id="b" * 64, name="b")]), max_size=1)


@given(TABLES, TABLES, st.booleans())
def test_the_way_back_is_the_other_way_round(
    one: list[Container], two: list[Container], vite: bool
) -> None:
    before, after = rows(*one, listeners=(VITE,) if vite else ()), rows(*two)
    there, back = diff_rows(before, after), diff_rows(after, before)
    opposite = {ChangeKind.ADDED: "removed", ChangeKind.REMOVED: "added"}
    assert sorted(f"{opposite.get(c.kind, c.kind)} {c.row.host}" for c in there) == sorted(
        f"{c.kind} {c.row.host}" for c in back
    )
    assert diff_rows(before, before) == []


def test_severities_rank_worst_first() -> None:
    assert sorted(Severity, key=lambda s: s.rank) == [
        Severity.ERROR,
        Severity.WARNING,
        Severity.INFO,
    ]
