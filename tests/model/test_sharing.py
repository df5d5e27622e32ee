"""Whose network a container lives in."""

from __future__ import annotations

from manager.model.container import Container, ContainerState
from manager.model.sharing import (
    network_owner,
    shared_networks,
    shares_network,
    uses_host_network,
)


def container(name: str, mode: str = "bridge") -> Container:
    return Container(name[0] * 64, name, "image", ContainerState.RUNNING, network_mode=mode)


VPN = container("vpn")
HOST = container("host-net", "host")
BY_ID = container("app", f"container:{'v' * 64}")
BY_NAME = container("bpp", "container:vpn")
BY_SHORT = container("cpp", f"container:{'v' * 12}")
NESTED = container("nested", f"container:{'a' * 64}")
ON_HOST = container("on-host", f"container:{'h' * 64}")
ORPHAN = container("zorphan", f"container:{'9' * 64}")
ALL = (VPN, HOST, BY_ID, BY_NAME, BY_SHORT, NESTED, ON_HOST, ORPHAN)


def test_a_container_owns_its_own_network() -> None:
    assert network_owner(VPN, ALL) is VPN
    assert not shares_network(VPN)


def test_the_owner_is_found_by_id_name_and_short_id() -> None:
    for one in (BY_ID, BY_NAME, BY_SHORT):
        assert shares_network(one)
        assert network_owner(one, ALL) is VPN


def test_the_owner_is_found_through_another_sharer() -> None:
    assert network_owner(NESTED, ALL) is VPN


def test_an_owner_that_is_gone_is_none() -> None:
    assert network_owner(ORPHAN, ALL) is None
    assert not uses_host_network(ORPHAN, ALL)


def test_a_circle_ends() -> None:
    one = container("1", f"container:{'2' * 64}")
    two = container("2", f"container:{'1' * 64}")
    assert network_owner(one, (one, two)) is None


def test_the_sharers_of_a_network_are_told_by_name() -> None:
    assert shared_networks(ALL) == {
        VPN.id: ("app", "bpp", "cpp", "nested"),
        HOST.id: ("on-host",),
    }


def test_the_hosts_network_is_used_directly_or_through_another() -> None:
    assert [c.name for c in ALL if uses_host_network(c, ALL)] == ["host-net", "on-host"]


def test_three_digits_are_no_short_id() -> None:
    assert network_owner(container("dpp", "container:vvv"), ALL) is None
