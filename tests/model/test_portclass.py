"""Classes of ports, and the order in which free ones are offered."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from manager.model.portclass import (
    FIRST_CHOICE,
    LINUX_EPHEMERAL,
    FreePortSearch,
    PortClass,
    port_class,
)
from manager.model.ports import PortRange

PORTS = st.integers(1, 65535)
RANGES = st.builds(lambda a, n: PortRange(a, min(a + n, 65535)), st.integers(0, 65535), PORTS)
SEARCHES = st.builds(
    FreePortSearch,
    st.integers(0, 12),
    st.none() | PORTS,
    st.none() | RANGES,
    st.booleans(),
    st.sampled_from([LINUX_EPHEMERAL, PortRange(1024, 65535), PortRange(49152, 65535)]),
)
TAKEN = st.sets(st.integers(7990, 8020) | st.integers(32760, 32770) | PORTS, max_size=40)


@pytest.mark.parametrize(
    ("port", "expected"),
    [
        (0, PortClass.SYSTEM),
        (1023, PortClass.SYSTEM),
        (1024, PortClass.USER),
        (49151, PortClass.USER),
        (49152, PortClass.DYNAMIC),
        (65535, PortClass.DYNAMIC),
    ],
)
def test_classes_are_those_of_rfc_6335(port: int, expected: PortClass) -> None:
    assert port_class(port) is expected


@pytest.mark.parametrize(
    ("search", "taken", "found"),
    [
        (FreePortSearch(), set(), [8000]),
        (FreePortSearch(3), {8000, 8002}, [8001, 8003, 8004]),
        (FreePortSearch(3, contiguous=True), {8001}, [8002, 8003, 8004]),
        (FreePortSearch(near=8080), {8080}, [8081]),
        (FreePortSearch(5, near=8080), {8080, 8082}, [8081, 8079, 8078, 8083, 8077]),
        (FreePortSearch(3, near=8080, contiguous=True), {8081}, [8082, 8083, 8084]),
        (FreePortSearch(2, near=8080, contiguous=True), {8081}, [8079, 8080]),
        (FreePortSearch(near=80), set(), [1024]),
        (FreePortSearch(2, near=33000), set(), [32767, 32766]),
        (FreePortSearch(2, near=60000), set(), [61000, 61001]),
        (FreePortSearch(2, near=65535), set(), [65535, 65534]),
        (FreePortSearch(2, within=PortRange(40000, 40009)), {40000}, [40001, 40002]),
        (FreePortSearch(2, near=40009, within=PortRange(40000, 40009)), set(), [40009, 40008]),
        (FreePortSearch(2, near=1, within=PortRange(40000, 40009)), set(), [40000, 40001]),
        (FreePortSearch(3, within=PortRange(80, 81)), set(), [80, 81]),
        (FreePortSearch(3, within=PortRange(80, 81), contiguous=True), set(), []),
        (FreePortSearch(3, within=PortRange(0, 2)), set(), [1, 2]),
        (FreePortSearch(1, within=PortRange.of(0)), set(), []),
        (FreePortSearch(1, near=5, within=PortRange.of(0)), set(), []),
        (FreePortSearch(0), set(), []),
        (FreePortSearch(0, contiguous=True), set(), []),
        (FreePortSearch(-1), set(), []),
        (FreePortSearch(2, ephemeral=PortRange(8000, 8005)), set(), [8006, 8007]),
    ],
)
def test_which_ports_are_offered(search: FreePortSearch, taken: set[int], found: list[int]) -> None:
    assert search.run(lambda port: port not in taken) == found


def test_a_run_does_not_jump_over_the_ephemeral_range() -> None:
    taken = set(range(1024, 65536)) - {32766, 32767, 61000, 61001}
    search = FreePortSearch(3, contiguous=True)
    assert search.run(lambda port: port not in taken) == []


def test_when_all_above_is_taken_it_goes_below() -> None:
    search = FreePortSearch(2)
    assert search.run(lambda port: port < FIRST_CHOICE.start) == [7999, 7998]


@given(SEARCHES, TAKEN)
def test_what_is_found_is_free_distinct_and_where_it_was_asked_for(
    search: FreePortSearch, taken: set[int]
) -> None:
    found = search.run(lambda port: port not in taken)
    assert len(found) <= search.count
    assert len(set(found)) == len(found)
    assert not taken & set(found)
    allowed = search.within or PortRange(1024, 65535)
    assert all(port in allowed and port > 0 for port in found)
    if search.within is None:
        assert not any(port in search.ephemeral for port in found)


@settings(max_examples=40)
@given(SEARCHES, TAKEN)
def test_fewer_are_found_only_where_there_are_no_more(
    search: FreePortSearch, taken: set[int]
) -> None:
    allowed = search.within or PortRange(1024, 65535)
    free = [
        port
        for port in range(max(allowed.start, 1), allowed.end + 1)
        if port not in taken and (search.within is not None or port not in search.ephemeral)
    ]
    found = search.run(lambda port: port not in taken)
    if search.contiguous:
        ports = set(free)
        runs = any(ports.issuperset(range(p, p + search.count)) for p in free)
        assert bool(found) == (runs and search.count > 0)
        assert found == list(range(found[0], found[0] + search.count)) if found else True
    else:
        assert len(found) == min(search.count, len(free))


@given(PORTS, TAKEN)
def test_near_finds_the_closest(near: int, taken: set[int]) -> None:
    search = FreePortSearch(1, near=near, within=PortRange(1, 65535))
    (found,) = search.run(lambda port: port not in taken)
    closer = range(near - abs(found - near) + 1, near + abs(found - near))
    assert all(port in taken for port in closer if 1 <= port <= 65535)


@pytest.mark.parametrize("contiguous", [False, True])
def test_each_port_is_asked_about_at_most_once(contiguous: bool) -> None:
    asked: list[int] = []
    search = FreePortSearch(1000, near=40000, within=PortRange(1, 65535), contiguous=contiguous)

    def is_free(port: int) -> bool:
        asked.append(port)
        return port % 999 != 0

    search.run(is_free)
    assert len(asked) == len(set(asked)) <= 65535


@settings(max_examples=40)
@given(SEARCHES, TAKEN, TAKEN)
def test_a_confirmation_is_as_good_as_knowing(
    search: FreePortSearch, taken: set[int], denied: set[int]
) -> None:
    known = search.run(lambda port: port not in taken | denied)
    assert search.run(lambda port: port not in taken, lambda port: port not in denied) == known


def test_only_what_would_be_offered_is_confirmed() -> None:
    asked: list[int] = []

    def confirm(port: int) -> bool:
        asked.append(port)
        return port != 8004

    taken = {8000, 8002}
    assert FreePortSearch(2).run(lambda port: port not in taken, confirm) == [8001, 8003]
    assert asked == [8001, 8003]
    asked.clear()
    search = FreePortSearch(3, contiguous=True)
    assert search.run(lambda port: port not in taken, confirm) == [8005, 8006, 8007]
    assert asked == [8003, 8004, 8005, 8006, 8007]


def test_where_nothing_is_confirmed_each_port_is_asked_about_once() -> None:
    asked: list[int] = []

    def confirm(port: int) -> bool:
        asked.append(port)
        return False

    search = FreePortSearch(100, within=PortRange(1, 1023), contiguous=True)
    assert search.run(lambda _: True, confirm) == []
    assert len(asked) == len(set(asked)) <= 1023
