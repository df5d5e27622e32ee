"""What a scan found, held against what is known to listen."""

from __future__ import annotations

from ipaddress import ip_address

from hypothesis import given
from hypothesis import strategies as st

from manager.model.container import Container, ContainerState
from manager.model.listener import Process
from manager.model.ports import Port, PortRange
from manager.model.rows import PortRow, Source, covers
from manager.model.scanning import OpenPort, ScanFound, judge

HERE, SIX, LAN = (ip_address(text) for text in ("127.0.0.1", "::1", "192.0.2.5"))
ADDRESSES = (HERE, SIX, LAN)
ALL_PORTS = PortRange(1, 65535)
WEB = Container("1" * 64, "web", "nginx", ContainerState.RUNNING)


def row(address: str | None, port: int, protocol: str = "tcp", bound: bool = True) -> PortRow:
    ip = ip_address(address) if address else None
    return PortRow(Source.PUBLISHED, ip, PortRange.of(port), protocol, Port(80), WEB, bound=bound)


def found(*pairs: tuple[object, int], left: int = 0) -> ScanFound:
    return ScanFound(tuple(OpenPort(a, p, 0.0) for a, p in pairs), 100, left, 0.1)  # type: ignore[arg-type]


def test_what_is_known_is_expected_and_the_rest_is_marked() -> None:
    rows = [row(None, 8080), row("127.0.0.1", 5432), row("0.0.0.0", 22)]
    scanned = found((HERE, 8080), (SIX, 8080), (LAN, 8080), (HERE, 5432), (LAN, 5432), (SIX, 22))
    report = judge(scanned, ADDRESSES, ALL_PORTS, rows)
    told = {(line.port, line.addresses, line.expected) for line in report.lines}
    assert told == {
        (22, (SIX,), False),
        (5432, (HERE,), True),
        (5432, (LAN,), False),
        (8080, (HERE, SIX, LAN), True),
    }
    assert {(line.port, *line.addresses) for line in report.unexpected} == {(22, SIX), (5432, LAN)}
    assert report.missing == (rows[2],)


def test_only_what_was_asked_can_be_missing() -> None:
    rows = [
        row("127.0.0.1", 8080),
        row("192.0.2.99", 8081),
        row("127.0.0.1", 53, "udp"),
        row("127.0.0.1", 9000, bound=False),
    ]
    report = judge(found(), ADDRESSES, ALL_PORTS, rows)
    assert report.missing == (rows[0],)
    assert judge(found(), ADDRESSES, PortRange(1, 1000), rows).missing == ()
    assert judge(found(left=7), ADDRESSES, ALL_PORTS, rows).missing == ()


def test_doubts_are_what_is_strange_or_absent_and_a_second_look_settles_them() -> None:
    rows = [row(None, 8080)]
    first = judge(found((HERE, 9999)), ADDRESSES, ALL_PORTS, rows)
    assert first.doubts == {(HERE, 9999), (HERE, 8080), (SIX, 8080), (LAN, 8080)}
    sure = first.found.with_second_look(first.doubts, [found((HERE, 8080)), found()])
    second = judge(sure, ADDRESSES, ALL_PORTS, rows)
    assert [(line.port, line.expected) for line in second.lines] == [(8080, True)]
    assert second.doubts == frozenset()


def test_a_process_of_the_host_is_expected_too() -> None:
    sshd = PortRow(
        Source.PROCESS, HERE, PortRange.of(22), "tcp", bound=True, process=Process(1, "sshd")
    )
    report = judge(found((HERE, 22)), ADDRESSES, ALL_PORTS, [sshd])
    assert report.lines[0].row is sshd
    assert report.unexpected == ()


ROWS = st.builds(
    row,
    st.sampled_from([None, "127.0.0.1", "::1", "0.0.0.0", "::", "192.0.2.5"]),
    st.sampled_from([80, 81, 82]),
    st.sampled_from(["tcp", "udp"]),
    st.booleans(),
)
PAIRS = st.tuples(st.sampled_from(ADDRESSES), st.sampled_from([80, 81, 82]))


@given(st.lists(ROWS, max_size=5), st.sets(PAIRS))
def test_nothing_is_lost_and_nothing_is_told_twice(
    rows: list[PortRow], pairs: set[tuple[object, int]]
) -> None:
    report = judge(found(*sorted(pairs, key=str)), ADDRESSES, ALL_PORTS, rows)
    told = [(address, line.port) for line in report.lines for address in line.addresses]
    assert sorted(told, key=str) == sorted(pairs, key=str)
    for line in report.lines:
        known = [
            row for row in rows
            if row.protocol == "tcp" and all(covers(row, a, line.port) for a in line.addresses)
        ]  # fmt: skip
        assert line.expected == bool(known)
